// The numbers of a place: cards and chart, of all ads or of one.
import { get, urlOf } from './api.js';
import { Cards } from './cards.js';
import { Chart } from './chart.js';
import { h, replace, setText } from './dom.js';
import { ASKED, METRICS } from './metrics.js';
import { go } from './place.js';
import { csvOf, stepOf, windowOf } from './question.js';
import { hasBegun, isCut, isOpen, justBefore, momentName, rangeName, wallText } from './times.js';

const ROWS = 10000;

function metricOf(place) {
  return METRICS[place.metric] ? place.metric : 'impressions';
}

// What is charted: the rows of this window, and by their order those of the window before.
function pointsOf(data, before, { step, place, asOf }) {
  const metric = METRICS[metricOf(place)];
  const clock = wallText(new Date(asOf ?? Date.now()), place.tz);
  return data.rows.map((row, index) => ({
    at: row[step],
    now: hasBegun(row[step], clock) ? metric.of(row) : undefined,
    isOpen: isOpen(row[step], step, clock),
    isCut: isCut(row[step], step, data.meta.start, data.meta.end),
    then: before[index] ? metric.of(before[index]) : null,
    thenAt: before[index]?.[step] ?? null,
  }));
}

// Whether the window before was taken only as far as this one has come.
function isShorter({ start, end, previous }) {
  const length = (window) => Date.parse(window.end) - Date.parse(window.start);
  return previous !== undefined && length({ start, end }) - length(previous) > 3 * 3600000;
}

const BEFORE = {
  today: 'yesterday',
  yesterday: 'the day before',
  '7d': 'the 7 days before',
  '30d': 'the 30 days before',
  month: 'last month',
  last_month: 'the month before',
  custom: 'as many days before',
};

export class Course {
  // `filter` are parameters of each question: {ad_id: 12} for one ad.
  constructor(place, filter = {}) {
    this.place = place;
    this.filter = filter;
    this.cards = new Cards(metricOf(place), (metric) => go({ ...this.place, metric }, { replacing: true }));
    this.chart = new Chart();
    this.caption = h('p', { class: 'range' });
    this.warnings = h('div', { class: 'warnings' });
    this.element = h('div', { class: 'course' }, this.caption, this.warnings, this.cards.element, this.chart.element);
    this.shown = null;
  }

  move(place) {
    this.place = place;
    this.cards.choose(metricOf(place));
    this.shown = null;
  }

  question() {
    return {
      ...windowOf(this.place),
      ...this.filter,
      group_by: stepOf(this.place),
      compare: 'previous',
      metrics: ASKED,
      limit: ROWS,
    };
  }

  // The answer, with all of the window before for the chart beside it.
  async refresh() {
    const { place } = this;
    const question = this.question();
    const { data, asOf } = await get('ads/analytics', question);
    const { compare, period, ...rest } = question;
    const window = data.previous ? { start: data.previous.start, end: justBefore(data.start) } : null;
    const before = window === null ? null : (await get('ads/analytics', { ...rest, ...window })).data;
    if (place === this.place) {
      this.tell(data, before, asOf);
    }
    return { data, asOf };
  }

  tell(data, before, asOf) {
    const { place } = this;
    const step = stepOf(place);
    const key = [data, before, place, asOf?.slice(0, 16)];
    if (this.shown !== null && key.every((part, index) => part === this.shown[index])) {
      return;
    }
    this.shown = key;
    this.cards.tell(data);
    setText(
      this.caption,
      `${rangeName(data.meta.start, data.meta.end)}, compared with ${BEFORE[place.period]}` +
        (isShorter(data) ? ` up to ${momentName(data.previous.end, place.tz)}` : ''),
    );
    replace(
      this.warnings,
      data.meta.warnings.map((text) => h('p', { class: 'note' }, text)),
    );
    this.chart.tell({
      points: pointsOf(data, before?.rows ?? [], { step, place, asOf }),
      step,
      metric: metricOf(place),
      before: BEFORE[place.period],
      csv: urlOf('ads/analytics', csvOf(this.question())),
    });
  }
}
