// How far an ad comes: served, seen, started, watched to its end.
import { get, urlOf } from './api.js';
import { barred } from './bars.js';
import { h, newId, replace } from './dom.js';
import { count, share } from './metrics.js';
import { csvOf, windowOf } from './question.js';

const STEPS = [
  ['fills', 'Served'],
  ['impressions', 'Impression'],
  ['starts', 'Start'],
  ['first_quartiles', 'First quartile'],
  ['midpoints', 'Midpoint'],
  ['third_quartiles', 'Third quartile'],
  ['completes', 'Complete'],
];
const BESIDES = [
  ['clicks', 'Click'],
  ['skips', 'Skip'],
  ['viewables', 'Viewable'],
  ['errors', 'Error'],
];

export class Funnel {
  constructor(place, filter) {
    this.filter = filter;
    const title = newId('funnel');
    this.csv = h('a', { class: 'csv', download: '' }, 'CSV');
    this.body = h('tbody');
    this.besides = h('tbody');
    this.element = h(
      'section',
      { class: 'part', 'aria-labelledby': title },
      h('div', { class: 'bar' }, h('h2', { id: title }, 'How far it comes'), this.csv),
      h(
        'table',
        { class: 'numbers funnel' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ['Step', 'Events', 'Of step before', 'Of all'].map((text) => h('th', { scope: 'col' }, text)),
          ),
        ),
        this.body,
        this.besides,
      ),
    );
    this.move(place);
  }

  move(place) {
    this.place = place;
    this.csv.href = urlOf('ads/analytics', csvOf(this.question()));
  }

  question() {
    return { ...windowOf(this.place), ...this.filter, metrics: [...STEPS, ...BESIDES].map(([name]) => name).join(',') };
  }

  async refresh() {
    const { place } = this;
    const { data } = await get('ads/analytics', this.question());
    if (place === this.place && data !== this.shown) {
      this.shown = data;
      this.tell(data);
    }
  }

  tell(data) {
    const most = Math.max(...STEPS.map(([name]) => data[name]));
    const part = (value, all) => (all > 0 ? value / all : null);
    const row = ([name, label], before) =>
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, label),
        h('td', {}, count(data[name])),
        h('td', {}, before === null ? '' : share(part(data[name], data[before]))),
        barred(part(data[name], most)),
      );
    replace(
      this.body,
      STEPS.map((step, index) => row(step, index === 0 ? null : STEPS[index - 1][0])),
    );
    replace(
      this.besides,
      BESIDES.filter(([name]) => data[name] > 0).map((step) => row(step, null)),
    );
  }
}
