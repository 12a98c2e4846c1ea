// What is looked at: the window, the zone, which traffic, by which step.
import { h, newId } from './dom.js';
import { hrefOf, go } from './place.js';
import { wallText } from './times.js';
import { zoneNames } from './zones.js';

const WINDOWS = [
  ['today', 'Today'],
  ['yesterday', 'Yesterday'],
  ['7d', '7 days'],
  ['30d', '30 days'],
  ['month', 'This month'],
  ['last_month', 'Last month'],
];
const TRAFFIC = [
  ['gross', 'All traffic'],
  ['net', 'Valid alone'],
  ['test', 'Tests'],
];
const STEPS = [
  ['', 'Step: auto'],
  ['hour', 'By hour'],
  ['day', 'By day'],
  ['week', 'By week'],
  ['month', 'By month'],
];

function windowLinks(place) {
  return WINDOWS.map(([period, name]) =>
    h(
      'a',
      {
        href: hrefOf({ ...place, period }),
        'data-go': true,
        'aria-current': period === place.period ? 'true' : null,
      },
      name,
    ),
  );
}

function select(label, options, value, choose) {
  const id = newId('choice');
  const chosen = options.some(([key]) => key === value) ? value : options[0][0];
  const element = h(
    'select',
    { id, onchange: () => choose(element.value) },
    options.map(([key, name]) => h('option', { value: key, selected: key === chosen }, name)),
  );
  return [h('label', { class: 'vh', for: id }, label), element];
}

function dateField(label, value) {
  const id = newId('date');
  return [h('label', { for: id }, label), h('input', { id, type: 'date', value, required: true })];
}

// The form for days of one's own, folded away while another window is chosen.
function customWindow(place) {
  const today = wallText(new Date(), place.tz).slice(0, 10);
  const from = dateField('From', place.start ?? today);
  const to = dateField('to', place.end ?? today);
  const slip = h('p', { class: 'slip', role: 'alert' });
  const form = h(
    'form',
    {
      class: 'dates',
      onsubmit: (event) => {
        event.preventDefault();
        if (from[1].value > to[1].value) {
          slip.textContent = 'The first day is after the last one.';
          return;
        }
        go({ ...place, period: 'custom', start: from[1].value, end: to[1].value });
      },
    },
    from,
    to,
    h('button', { type: 'submit' }, 'Show'),
    slip,
  );
  return h(
    'details',
    { class: 'custom', open: place.period === 'custom', 'data-current': place.period === 'custom' },
    h('summary', {}, 'Other days'),
    form,
  );
}

export function controls(place) {
  return h(
    'div',
    { class: 'controls' },
    h('nav', { class: 'windows', 'aria-label': 'Window' }, windowLinks(place), customWindow(place)),
    h(
      'div',
      { class: 'choices' },
      select('Step', STEPS, place.by ?? '', (by) => go({ ...place, by: by === '' ? null : by })),
      select('Traffic', TRAFFIC, place.traffic, (traffic) => go({ ...place, traffic })),
      select(
        'Time zone',
        zoneNames(place.tz).map((name) => [name, name.replaceAll('_', ' ')]),
        place.tz,
        (tz) => go({ ...place, tz }),
      ),
    ),
  );
}
