// Two editors at once: what the other one has changed of an ad meanwhile, beside what this one wants.
import { csvLink } from './csv.js';
import { h } from './dom.js';
import { isSame, labelOf, valueText } from './fields.js';

function row(name, { was, is, values }) {
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, labelOf(name)),
    h('td', {}, valueText(was[name])),
    h('td', {}, valueText(is[name])),
    h('td', {}, name in values ? valueText(values[name]) : 'as theirs'),
  );
}

// `was` and `is` are the ad before and after, `names` its fields, `values` what this one wants of it.
export function quarrel({ was, is, names, values, onMine, onTheirs }) {
  const columns = ['Field', 'It was', 'It is now', 'You want'].map((text) => h('th', { scope: 'col' }, text));
  const changed = names.filter((name) => !isSame(was[name], is[name]));
  const table = h(
    'table',
    {},
    h('thead', {}, h('tr', {}, columns)),
    h(
      'tbody',
      {},
      changed.map((name) => row(name, { was, is, values })),
    ),
  );
  return [
    h(
      'div',
      { class: 'bar' },
      h('h3', {}, 'Somebody else has changed this ad meanwhile'),
      csvLink(table, `ad-${is.id}-changes.csv`),
    ),
    h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'What has changed' }, table),
    h(
      'div',
      { class: 'row' },
      h('button', { type: 'button', class: 'main', onclick: onMine }, 'Save mine on top'),
      h('button', { type: 'button', onclick: onTheirs }, 'Take theirs, drop mine'),
    ),
  ];
}
