// Small tables: errors by code, what was not filled, what was invalid, each in words and with a bar.
import { get, urlOf } from './api.js';
import { h, newId, replace, setText } from './dom.js';
import { count } from './metrics.js';
import { csvOf, windowOf } from './question.js';
import { barred } from './bars.js';
import { errorName, nofillName, verdictName } from './words.js';

// What each is of: the group, its metric, and how a row is named.
const KINDS = {
  errors: {
    title: 'Errors',
    group: 'error_code',
    metric: 'errors',
    column: 'What players say',
    none: 'No errors in this window.',
    name: (row) => [h('code', {}, String(row.error_code)), ' ', errorName(row.error_code)],
  },
  nofills: {
    title: 'Requests without an ad',
    group: 'nofill_reason',
    metric: 'nofills',
    column: 'Why',
    none: 'Every request got an ad.',
    name: (row) => nofillName(row.nofill_reason),
  },
  invalid: {
    title: 'Invalid traffic',
    group: 'verdict',
    metric: 'events',
    column: 'Why',
    none: 'Nothing invalid in this window.',
    name: (row) => verdictName(row.verdict),
    is: (row) => row.verdict !== 'valid' && row.verdict !== 'test',
  },
};

export class Breakdown {
  constructor(place, kind, filter = {}) {
    this.kind = KINDS[kind];
    this.filter = filter;
    const title = newId(kind);
    this.total = h('span', { class: 'count' });
    this.csv = h('a', { class: 'csv', download: '' }, 'CSV');
    this.body = h('tbody');
    this.note = h('p', { class: 'note' });
    this.table = h(
      'table',
      { class: 'numbers breakdown' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('th', { scope: 'col' }, this.kind.column),
          h('th', { scope: 'col' }, 'Events'),
          h('th', { scope: 'col' }, 'Share'),
        ),
      ),
      this.body,
    );
    this.element = h(
      'section',
      { class: 'part', 'aria-labelledby': title },
      h('div', { class: 'bar' }, h('h2', { id: title }, this.kind.title, ' ', this.total), this.csv),
      this.table,
      this.note,
    );
    this.move(place);
  }

  move(place) {
    this.place = place;
    this.csv.href = urlOf('ads/analytics', csvOf(this.question()));
  }

  question() {
    const { group, metric } = this.kind;
    return {
      ...windowOf(this.place),
      ...this.filter,
      group_by: group,
      metrics: metric,
      order_by: `-${metric}`,
      limit: 50,
    };
  }

  async refresh() {
    const { place } = this;
    const { data } = await get('ads/analytics', this.question());
    if (place === this.place && data !== this.shown) {
      this.shown = data;
      this.tell(data.rows.filter((row) => row[this.kind.metric] > 0 && (this.kind.is?.(row) ?? true)));
    }
  }

  tell(rows) {
    const value = (row) => row[this.kind.metric];
    const sum = rows.reduce((all, row) => all + value(row), 0);
    setText(this.total, sum > 0 ? count(sum) : '');
    setText(this.note, rows.length === 0 ? this.kind.none : '');
    this.table.hidden = rows.length === 0;
    replace(
      this.body,
      rows.map((row) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, this.kind.name(row)),
          h('td', {}, count(value(row))),
          barred(value(row) / sum),
        ),
      ),
    );
  }
}
