// The table of ads: a page of it at a time, its columns sortable.
import { urlOf } from './api.js';
import { PAGE_ROWS, SORTS, loadPage, sortOf } from './ads_rows.js';
import { aside, h, isShowable, newId, replace, setText } from './dom.js';
import { METRICS, ASKED, count, written } from './metrics.js';
import { hrefOf } from './place.js';
import { csvOf, windowOf } from './question.js';
import { spark } from './spark.js';
import { STATES, adName, stateName } from './words.js';

const COLUMNS = ['impressions', 'clicks', 'click_rate', 'completion_rate', 'errors', 'invalid_share'];

export function stateMark(ad) {
  const state = ad?.state ?? null;
  return h(
    'span',
    { class: `ad-state ${state === 'available' ? 'is-on' : ''}` },
    h('span', { class: 'dot', 'aria-hidden': 'true' }),
    stateName(state),
  );
}

// Nothing where it cannot be shown.
export function picture(ad, width = 44, height = 28) {
  const none = h('span', { class: 'no-picture', 'aria-hidden': 'true' });
  if (!ad?.image_url || !isShowable(ad.image_url)) {
    return none;
  }
  const image = h('img', {
    alt: '',
    loading: 'lazy',
    decoding: 'async',
    referrerpolicy: 'no-referrer',
    width,
    height,
    onerror: () => image.replaceWith(none),
  });
  image.src = ad.image_url;
  return image;
}

export class AdsTable {
  constructor(place, catalogue) {
    this.catalogue = catalogue;
    this.place = place;
    this.filter = null;
    this.trail = [{}]; // where the pages up to this one begin
    this.head = h('tr');
    this.body = h('tbody');
    this.count = h('span', { class: 'count' });
    this.csv = h('a', { class: 'csv', download: '' }, 'CSV');
    this.search = h('input', {
      type: 'search',
      'aria-label': 'Find ads',
      placeholder: 'Find ads',
      oninput: () => this.find(),
    });
    this.states = h(
      'select',
      { 'aria-label': 'Of which state', onchange: () => this.find(), hidden: !catalogue.isWhole },
      h('option', { value: '' }, 'Any state'),
      Object.entries(STATES).map(([state, name]) => h('option', { value: state }, name)),
    );
    this.note = h('p', { class: 'note' });
    this.back = h('button', { type: 'button', onclick: () => this.turn(-1) }, '← Previous');
    this.onward = h('button', { type: 'button', onclick: () => this.turn(1) }, 'Next →');
    this.where = h('span', { class: 'where', role: 'status' });
    this.pages = h('div', { class: 'pages' }, this.back, this.where, this.onward);
    this.element = this.layOut();
    this.move(place);
  }

  layOut() {
    const title = newId('ads');
    return h(
      'section',
      { class: 'ads', 'aria-labelledby': title },
      h('div', { class: 'bar' }, h('h2', { id: title }, 'Ads ', this.count), this.search, this.states, this.csv),
      h(
        'div',
        { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Table of ads' },
        h('table', { class: 'numbers ads-table' }, h('thead', {}, this.head), this.body),
      ),
      this.note,
      this.pages,
    );
  }

  move(place) {
    this.place = place;
    this.trail = [{}];
    this.shown = null;
    this.drawHead();
    this.csv.href = urlOf(
      'ads/analytics',
      csvOf({ ...windowOf(place), group_by: 'ad', order_by: sortOf(place) ? place.sort : null, metrics: ASKED }),
    );
  }

  find() {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => {
      const words = this.search.value.trim();
      const state = this.states.value;
      this.filter = words === '' && state === '' ? null : { words, state };
      this.trail = [{}];
      this.shown = null;
      this.drawHead();
      this.refresh().catch(() => {});
    }, 200);
  }

  drawHead() {
    const sorted = this.filter === null ? sortOf(this.place) : null;
    const isDown = this.place.sort.startsWith('-');
    const column = (name, label, value) => {
      const isHere = sorted === value;
      const next = value === null ? 'newest' : isHere && isDown ? value : `-${value}`;
      return h(
        'th',
        { scope: 'col', 'aria-sort': isHere ? (isDown || value === null ? 'descending' : 'ascending') : null },
        h(
          'a',
          { href: hrefOf({ ...this.place, sort: next }), 'data-go': true },
          label,
          isHere ? h('span', { class: 'arrow', 'aria-hidden': 'true' }, isDown || value === null ? '↓' : '↑') : null,
          value === null ? aside(', newest first') : null,
        ),
      );
    };
    replace(
      this.head,
      column('ad', 'Ad', null),
      h('th', { scope: 'col', class: 'word state-of' }, 'State'),
      h('th', { scope: 'col', class: 'trend' }, 'Trend', aside(` of ${this.metric().name.toLowerCase()}`)),
      COLUMNS.map((name) =>
        SORTS.includes(name) ? column(name, METRICS[name].name, name) : h('th', { scope: 'col' }, METRICS[name].name),
      ),
    );
  }

  metric() {
    return METRICS[this.place.metric] ?? METRICS.impressions;
  }

  turn(step) {
    if (step > 0 && this.next) {
      this.trail.push(this.next);
    } else if (step < 0 && this.trail.length > 1) {
      this.trail.pop();
    }
    this.refresh().catch(() => {});
  }

  async refresh() {
    const { place, filter, trail } = this;
    const depth = trail.length;
    const page = await loadPage({
      place,
      catalogue: this.catalogue,
      position: trail[depth - 1],
      filter,
      metric: this.metric(),
    });
    if (place === this.place && filter === this.filter && trail === this.trail && depth === trail.length) {
      this.tell(page);
    }
    return page;
  }

  tell(page) {
    this.next = page.next;
    const key = JSON.stringify([
      page.rows.map(({ id, ad, numbers, course }) => [id, ad, numbers, course]),
      page.next !== null,
      page.total,
      this.trail.length,
    ]);
    if (key === this.shown) {
      return;
    }
    this.shown = key;
    const first = (this.trail.length - 1) * PAGE_ROWS + 1;
    this.drawRows(page.rows);
    setText(
      this.count,
      page.total === undefined ? '' : count(page.total) + (this.catalogue.isWhole ? '' : ' available'),
    );
    this.pages.hidden = this.trail.length === 1 && page.next === null;
    this.back.disabled = this.trail.length === 1;
    this.onward.disabled = page.next === null;
    setText(this.where, page.rows.length === 0 ? '' : `${count(first)} to ${count(first + page.rows.length - 1)}`);
    setText(
      this.note,
      page.rows.length > 0 ? '' : this.filter === null ? 'There are no ads here.' : 'No ad is like that.',
    );
  }

  // A row whose link has the focus keeps it.
  drawRows(rows) {
    const focused = this.body.contains(document.activeElement)
      ? document.activeElement.closest('tr')?.dataset.ad
      : null;
    replace(
      this.body,
      rows.map((row) => this.row(row)),
    );
    if (focused) {
      this.body.querySelector(`tr[data-ad="${focused}"] a`)?.focus({ preventScroll: true });
    }
  }

  row({ id, ad, numbers, course }) {
    const cells = COLUMNS.map((name) =>
      h(
        'td',
        {},
        numbers === null ? h('span', { class: 'none' }, '–') : written(METRICS[name], METRICS[name].of(numbers)),
      ),
    );
    return h(
      'tr',
      { 'data-ad': id },
      h(
        'th',
        { scope: 'row' },
        h(
          'div',
          { class: 'ad-cell' },
          picture(ad),
          h(
            'div',
            {},
            h('a', { href: hrefOf({ ...this.place, view: 'ad', ad: id }), 'data-go': true }, adName(ad, id)),
            h(
              'span',
              { class: 'sub' },
              stateMark(ad),
              ' ',
              [ad?.title ? id : null, ad?.advertiser].filter(Boolean).join(' · '),
            ),
          ),
        ),
      ),
      h('td', { class: 'word state-of' }, stateMark(ad)),
      h('td', { class: 'trend' }, spark(course)),
      cells,
    );
  }
}
