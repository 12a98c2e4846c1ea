// What is measured, and how numbers are written.

const whole = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat('en', { style: 'percent', minimumFractionDigits: 2, maximumFractionDigits: 2 });
const tenths = new Intl.NumberFormat('en', { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
const coarse = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });
const points = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const NONE = '–';

function ratio(part, all) {
  return all > 0 ? part / all : null;
}

// By their names in the URL; `of` makes the value of a row of the API's metrics.
export const METRICS = {
  impressions: { name: 'Impressions', of: (row) => row.impressions },
  clicks: { name: 'Clicks', of: (row) => row.clicks },
  click_rate: {
    name: 'Click rate',
    isRate: true,
    of: (row) => ratio(row.clicks, row.impressions),
  },
  completion_rate: {
    name: 'Completion rate',
    isRate: true,
    of: (row) => row.completion_rate,
  },
  errors: { name: 'Errors', of: (row) => row.errors },
  invalid_share: {
    name: 'Invalid share',
    isRate: true,
    of: (row) => ratio(row.invalid, row.events),
  },
};

// What a question asks for, so that all of these can be told.
export const ASKED = 'impressions,clicks,click_rate,starts,completes,completion_rate,errors,error_rate,invalid,events';

export function count(value) {
  return value === null || value === undefined ? NONE : whole.format(value);
}

function shortCount(value) {
  return short.format(value);
}

function rate(value) {
  return value === null || value === undefined ? NONE : percent.format(value);
}

// Of a bar, which is no more exact.
export function share(value) {
  return value === null ? NONE : tenths.format(value);
}

export function written(metric, value) {
  return metric.isRate ? rate(value) : count(value);
}

export function axisValue(metric, value) {
  return metric.isRate ? coarse.format(value) : shortCount(value);
}

function direction(difference) {
  return difference > 0 ? { sign: '↑', word: 'up' } : { sign: '↓', word: 'down' };
}

// How a value differs from that before: of counts in per cent, of rates in points.
export function change(metric, now, then) {
  if (now === null || now === undefined || then === null || then === undefined) {
    return { sign: '', word: then === null || then === undefined ? 'nothing before' : 'nothing now', size: '' };
  }
  const difference = metric.isRate ? 100 * (now - then) : now - then;
  if (difference === 0 || (metric.isRate && Math.abs(difference) < 0.005)) {
    return { sign: '', word: 'unchanged', size: '' };
  }
  if (metric.isRate) {
    const size = points.format(Math.abs(difference));
    return { ...direction(difference), size: `${size} ${size === '1.00' ? 'point' : 'points'}` };
  }
  if (then === 0) {
    return { sign: '↑', word: 'up', size: 'from 0' };
  }
  const size = Math.abs(difference / then);
  return {
    ...direction(difference),
    size: size < 10 ? coarse.format(size) : `${whole.format(Math.round(now / then))}-fold`,
  };
}
