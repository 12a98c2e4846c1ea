// Where the page is: what it shows stands in its URL, so that a link can be shared and "back" goes back.

import { METRICS } from './metrics.js';
import { isZone, ownZone } from './zones.js';

const PERIODS = ['today', 'yesterday', '7d', '30d', 'month', 'last_month', 'custom'];
const TRAFFIC = ['gross', 'net', 'test'];
const STEPS = ['minute', 'hour', 'day', 'week', 'month'];
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DEFAULTS = { period: '7d', traffic: 'gross', metric: 'impressions', sort: '-impressions' };

function oneOf(list, value, otherwise) {
  return list.includes(value) ? value : otherwise;
}

function readWindow(query, place) {
  place.period = oneOf(PERIODS, query.get('period'), DEFAULTS.period);
  place.start = DATE.test(query.get('from') ?? '') ? query.get('from') : null;
  place.end = DATE.test(query.get('to') ?? '') ? query.get('to') : null;
  if (place.period === 'custom' && (place.start === null || place.end === null || place.start > place.end)) {
    place.period = DEFAULTS.period;
  }
  place.tz = isZone(query.get('tz') ?? '') ? query.get('tz') : ownZone();
}

export function readPlace(search = location.search) {
  const query = new URLSearchParams(search);
  const place = { view: 'overview', ad: null };
  if (/^[1-9]\d{0,9}$/.test(query.get('ad') ?? '')) {
    place.view = 'ad';
    place.ad = Number(query.get('ad'));
  } else if (query.has('new')) {
    place.view = 'new';
  }
  readWindow(query, place);
  place.traffic = oneOf(TRAFFIC, query.get('traffic'), DEFAULTS.traffic);
  place.by = oneOf(STEPS, query.get('by'), null);
  place.metric = oneOf(Object.keys(METRICS), query.get('metric'), DEFAULTS.metric);
  place.sort = query.get('sort') ?? DEFAULTS.sort;
  return place;
}

// The URL of a place; its window and its zone are always in it: another reader's zone may be another.
export function hrefOf(place) {
  const query = new URLSearchParams();
  if (place.view === 'ad') {
    query.set('ad', place.ad);
  } else if (place.view === 'new') {
    query.set('new', '');
  }
  query.set('period', place.period);
  if (place.period === 'custom') {
    query.set('from', place.start);
    query.set('to', place.end);
  }
  query.set('tz', place.tz);
  for (const name of ['traffic', 'metric', 'sort']) {
    if (place[name] !== DEFAULTS[name]) {
      query.set(name, place[name]);
    }
  }
  if (place.by !== null) {
    query.set('by', place.by);
  }
  return `?${query.toString().replaceAll('%2F', '/').replace('new=&', 'new&')}`;
}

let moved = () => {};

// Calls `listener` with each new place.
export function onMove(listener) {
  moved = listener;
  window.addEventListener('popstate', () => moved(readPlace()));
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[data-go]');
    if (
      !link ||
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    ) {
      return;
    }
    event.preventDefault();
    go(readPlace(link.search));
  });
}

export function go(place, { replacing = false } = {}) {
  history[replacing ? 'replaceState' : 'pushState'](null, '', hrefOf(place));
  moved(place);
}
