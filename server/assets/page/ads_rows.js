// A page of the table of ads: whose rows, in which order, with which numbers.
import { get } from './api.js';
import { ASKED } from './metrics.js';
import { sparkStepOf, windowOf } from './question.js';
import { hasBegun, isOpen, wallText } from './times.js';

export const PAGE_ROWS = 25;

// What the API orders rows by.
export const SORTS = ['impressions', 'clicks', 'click_rate', 'completion_rate', 'errors'];

// What the rows can be ordered by: a metric of the API, or null, the newest first.
export function sortOf(place) {
  const name = place.sort.replace(/^-/, '');
  return SORTS.includes(name) ? name : null;
}

async function numbersOf(place, ids) {
  const { data } = await get('ads/analytics', {
    ...windowOf(place),
    group_by: 'ad',
    ad_id: ids,
    metrics: ASKED,
    limit: ids.length + 1,
  });
  return new Map(data.rows.map((row) => [row.ad_id, row]));
}

// How each did over time, as far as it is over: values by ad.
async function coursesOf(place, ids, metric) {
  const step = sparkStepOf(place);
  const { data, asOf } = await get('ads/analytics', {
    ...windowOf(place),
    group_by: `ad,${step}`,
    ad_id: ids,
    metrics: ASKED,
    limit: 10000,
  });
  const clock = wallText(new Date(asOf ?? Date.now()), place.tz);
  const courses = new Map();
  for (const row of data.rows.filter((each) => hasBegun(each[step], clock) && !isOpen(each[step], step, clock))) {
    const course = courses.get(row.ad_id) ?? courses.set(row.ad_id, []).get(row.ad_id);
    course.push(metric.of(row));
  }
  return courses;
}

// Ads without a number in the window come behind those with one, the newest first, but for archived ones.
async function fillUp(catalogue, rows, position) {
  let after = position.after ?? null;
  do {
    const { ads, next, total } = await catalogue.page({ after, limit: 4 * PAGE_ROWS });
    for (const ad of ads) {
      if (rows.length === PAGE_ROWS) {
        return { next: { after, seen: position.seen }, total };
      }
      after = ad.id;
      if (!position.seen.has(ad.id) && ad.state !== 'archived') {
        rows.push({ id: ad.id, ad });
      }
    }
    if (next === null) {
      return { next: null, total };
    }
  } while (true);
}

async function byMetric(place, catalogue, position) {
  const rows = [];
  const seen = new Set(position.seen ?? []);
  if (position.after === undefined) {
    const { data } = await get('ads/analytics', {
      ...windowOf(place),
      group_by: 'ad',
      order_by: place.sort,
      metrics: ASKED,
      limit: PAGE_ROWS,
      cursor: position.cursor,
    });
    rows.push(...data.rows.filter((row) => row.ad_id !== null).map((row) => ({ id: row.ad_id, numbers: row })));
    rows.forEach((row) => seen.add(row.id));
    if (data.meta.next) {
      return { rows, next: { cursor: data.meta.next, seen } };
    }
  }
  return { rows, ...(await fillUp(catalogue, rows, { after: position.after ?? null, seen })) };
}

async function byAge(catalogue, position, filter) {
  const { ads, next, total } = await catalogue.page({ ...filter, after: position.after ?? null, limit: PAGE_ROWS });
  return { rows: ads.map((ad) => ({ id: ad.id, ad })), next: next === null ? null : { after: next }, total };
}

async function complete(rows, place, catalogue, metric) {
  const lacking = (member) => rows.filter((row) => row[member] === undefined).map((row) => row.id);
  const ids = rows.map((row) => row.id);
  const numberless = lacking('numbers');
  const [ads, numbers, courses] = await Promise.all([
    catalogue.find(lacking('ad')),
    numberless.length === 0 ? new Map() : numbersOf(place, numberless),
    ids.length === 0 ? new Map() : coursesOf(place, ids, metric),
  ]);
  return rows.map((row) => ({
    id: row.id,
    ad: row.ad ?? ads.get(row.id) ?? null,
    numbers: row.numbers ?? numbers.get(row.id) ?? null,
    course: courses.get(row.id) ?? [],
  }));
}

// A page: {rows: [{id, ad, numbers, course}], next, total}; `position` is {} of the first one, else the `next` of the
// one before. ad is null where it is not to be known, numbers where there are none.
// `filter` are words and a state that the ads are to have, null = any.
export async function loadPage({ place, catalogue, position, filter, metric }) {
  const page =
    filter === null && sortOf(place) !== null
      ? await byMetric(place, catalogue, position)
      : await byAge(catalogue, position, filter ?? {});
  return { ...page, rows: await complete(page.rows, place, catalogue, metric) };
}
