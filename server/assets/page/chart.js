// The chart of one metric over the window, beside the window before, and the same as a table.
import { h, newId, replace, setText } from './dom.js';
import { METRICS, axisValue, written } from './metrics.js';
import { bucketName, tickName } from './times.js';

const { Dygraph } = window;
// Its legend sets styles in a way that the page's policy refuses; the line above the chart is ours.
Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);

const TICK_PX = 110;

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// Ticks at buckets: as many as there is room for, of several days of hours at midnight.
function ticksOf(points, step, width) {
  const room = Math.max(2, Math.floor(width / TICK_PX));
  const isWide = step === 'hour' && points.length > 30;
  const places = points.map((point, index) => index).filter((index) => !isWide || points[index].at.includes('T00:00'));
  const every = Math.max(1, Math.ceil(places.length / room));
  return places
    .filter((place, index) => index % every === 0)
    .map((place) => ({ v: place, label: tickName(points[place].at, step, isWide) }));
}

// What is not whole, as today, is a series of its own, dashed: else each chart would end in a fall.
function rowsOf(points) {
  const isPart = (point) => point !== undefined && (point.isOpen || point.isCut) && point.now !== undefined;
  return points.map((point, index) => [
    index,
    isPart(point) ? null : (point.now ?? null),
    isPart(point) || isPart(points[index - 1]) || isPart(points[index + 1]) ? (point.now ?? null) : null,
    point.then ?? null,
  ]);
}

// How it looks, in the colours of the moment.
function styleOf(pointCount) {
  return {
    labels: ['at', 'now', 'in part', 'before'],
    colors: [color('--accent'), color('--accent'), color('--ghost')],
    series: {
      now: { strokeWidth: 1.75, fillGraph: true },
      'in part': { strokeWidth: 1.75, strokePattern: [2, 3], drawPoints: false },
      before: { strokeWidth: 1.5, strokePattern: [2, 3] },
    },
    fillAlpha: 0.09,
    drawPoints: pointCount < 3,
    pointSize: 2.5,
    highlightCircleSize: 3.5,
    gridLineColor: color('--line'),
    axisLineColor: color('--line'),
    gridLineWidth: 1,
    includeZero: true,
    xRangePad: 6,
    rightGap: 12,
    interactionModel: {},
  };
}

export class Chart {
  constructor() {
    this.readout = h('output', { class: 'readout' });
    this.plot = h('div', { class: 'plot', role: 'img', tabindex: '0', onkeydown: (event) => this.onKey(event) });
    this.head = h('tr');
    this.body = h('tbody');
    const title = newId('chart');
    this.csv = h('a', { class: 'csv', download: '' }, 'CSV');
    this.title = h('h2', { id: title });
    this.element = h(
      'figure',
      { class: 'chart', 'aria-labelledby': title },
      h('figcaption', {}, this.title, this.readout, this.csv),
      this.plot,
      h(
        'details',
        {},
        h('summary', {}, 'Show as a table'),
        h(
          'div',
          { class: 'scroll tall', tabindex: '0', role: 'region', 'aria-label': 'The numbers of the chart' },
          h('table', { class: 'numbers' }, h('thead', {}, this.head), this.body),
        ),
      ),
    );
    this.graph = null;
    this.points = [];
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
    new ResizeObserver(() => this.fit()).observe(this.plot);
  }

  // `points`: {at, now, then, thenAt, isOpen, isCut} in order of time; now undefined = it has not come yet,
  // isOpen = nor has its end, isCut = the window has a part of it.
  tell({ points, step, metric, csv, before }) {
    this.points = points;
    this.step = step;
    this.metric = METRICS[metric] ?? METRICS.impressions;
    this.csv.href = csv;
    setText(this.title, `${this.metric.name} by ${step}`);
    this.plot.setAttribute(
      'aria-label',
      `Chart of ${this.metric.name.toLowerCase()} by ${step}; its numbers are in the table below it`,
    );
    this.before = before;
    this.rest();
    this.draw();
    this.list();
  }

  draw() {
    if (this.points.length === 0 || !this.plot.isConnected) {
      return;
    }
    this.graph?.destroy();
    const { metric } = this;
    const most = Math.max(0, ...this.points.map((point) => Math.max(point.now ?? 0, point.then ?? 0)));
    this.width = this.plot.clientWidth;
    this.graph = new Dygraph(this.plot, rowsOf(this.points), {
      ...styleOf(this.points.length),
      valueRange: [0, most > 0 ? null : metric.isRate ? 0.01 : 4],
      axes: {
        x: {
          drawGrid: false,
          ticker: () => ticksOf(this.points, this.step, this.plot.clientWidth),
          axisLabelWidth: 100,
        },
        y: {
          axisLabelWidth: 46,
          pixelsPerLabel: most > 0 && most < 4 && !metric.isRate ? 100 : 44,
          axisLabelFormatter: (value) => axisValue(metric, value),
        },
      },
      highlightCallback: (event, x) => this.read(x),
      unhighlightCallback: () => this.rest(),
    });
  }

  fit() {
    if (this.plot.isConnected && this.plot.clientWidth !== this.width) {
      this.draw();
    }
  }

  // What a bucket has, in the line above.
  read(index) {
    const point = this.points[index];
    if (!point) {
      return;
    }
    this.index = index;
    replace(
      this.readout,
      h('span', {}, bucketName(point.at, this.step)),
      h(
        'b',
        {},
        point.now === undefined ? 'not yet' : written(this.metric, point.now),
        point.isOpen ? ' so far' : point.isCut ? ' (in part)' : '',
      ),
      point.thenAt
        ? h('span', { class: 'then' }, `${bucketName(point.thenAt, this.step)}: ${written(this.metric, point.then)}`)
        : null,
    );
  }

  rest() {
    this.index = null;
    replace(
      this.readout,
      this.before === null || this.before === undefined
        ? ''
        : h('span', { class: 'key' }, h('i', { class: 'now' }), 'this window', h('i', { class: 'ghost' }), this.before),
    );
  }

  onKey(event) {
    const last = this.points.length - 1;
    const here = this.index ?? (event.key === 'ArrowLeft' ? last + 1 : -1);
    const next = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: last }[event.key];
    if (event.key === 'Escape') {
      this.graph?.clearSelection();
      this.rest();
    } else if (next !== undefined && this.graph) {
      event.preventDefault();
      const index = Math.min(last, Math.max(0, next));
      this.graph.setSelection(index);
      this.read(index);
    }
  }

  list() {
    const hasBefore = this.points.some((point) => point.thenAt);
    replace(
      this.head,
      h('th', { scope: 'col' }, this.step[0].toUpperCase() + this.step.slice(1)),
      h('th', { scope: 'col' }, this.metric.name),
      hasBefore ? h('th', { scope: 'col' }, 'Before') : null,
    );
    const rows = this.points
      .filter((point) => point.now !== undefined)
      .map((point) =>
        h(
          'tr',
          {},
          h(
            'th',
            { scope: 'row' },
            bucketName(point.at, this.step),
            point.isOpen ? ' (so far)' : point.isCut ? ' (in part)' : '',
          ),
          h('td', {}, written(this.metric, point.now)),
          hasBefore ? h('td', {}, written(this.metric, point.then)) : null,
        ),
      );
    replace(this.body, rows);
  }
}
