// Questions to /ads/analytics that belong to a place.
import { daysOf } from './times.js';

const DAY_MS = 86400000;
const ROWS_MAX = 5000;

const DAYS = { today: 1, yesterday: 1, '7d': 7, '30d': 30, month: 31, last_month: 31 };
const STEP_MS = { minute: 60000, hour: 3600000, day: DAY_MS, week: 7 * DAY_MS, month: 28 * DAY_MS };

export function windowOf(place) {
  const window = place.period === 'custom' ? daysOf(place.start, place.end, place.tz) : { period: place.period };
  return { ...window, tz: place.tz, traffic: place.traffic === 'gross' ? null : place.traffic };
}

function daysIn(place) {
  return place.period === 'custom'
    ? 1 + Math.round((Date.parse(place.end) - Date.parse(place.start)) / DAY_MS)
    : DAYS[place.period];
}

// The step that was asked for, or one that suits the window; never more rows than a table can bear.
export function stepOf(place) {
  const days = daysIn(place);
  const fits = (step) => (days * DAY_MS) / STEP_MS[step] <= ROWS_MAX;
  if (place.by !== null && fits(place.by) && (place.by !== 'minute' || days <= 2)) {
    return place.by;
  }
  if (days <= 2) {
    return 'hour';
  }
  return days <= 120 ? 'day' : days <= 800 ? 'week' : 'month';
}

// A coarser one for small pictures.
export function sparkStepOf(place) {
  const days = daysIn(place);
  return days <= 2 ? 'hour' : days <= 62 ? 'day' : days <= 400 ? 'week' : 'month';
}

// The file that has the same rows.
export function csvOf(parameters) {
  const { limit, cursor, compare, ...rest } = parameters;
  return { ...rest, format: 'csv' };
}
