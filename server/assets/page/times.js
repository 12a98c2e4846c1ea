// Times in a zone of the reader's choice. Answers tell their buckets by the clock of that zone.

const WALL = /^(\d{4})-(\d{2})(?:-(\d{2}))?(?:T(\d{2}):(\d{2}))?/;

// A bucket's beginning by its zone's clock, as a Date whose UTC fields are those of the clock.
function wallDate(text) {
  const [, year, month, day = '1', hour = '0', minute = '0'] = WALL.exec(text);
  return new Date(Date.UTC(year, month - 1, day, hour, minute));
}

function clock(options) {
  return new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...options });
}

const day = clock({ day: 'numeric', month: 'short' });
const weekday = clock({ weekday: 'short', day: 'numeric', month: 'short' });
const fullDay = clock({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
const dayYear = clock({ day: 'numeric', month: 'short', year: 'numeric' });
const month = clock({ month: 'short', year: 'numeric' });
const hour = clock({ hour: '2-digit', minute: '2-digit' });

// A bucket in words, as they stand in tables.
export function bucketName(text, step) {
  const date = wallDate(text);
  if (step === 'month') {
    return month.format(date);
  }
  if (step === 'week') {
    return `week of ${dayYear.format(date)}`;
  }
  return step === 'day' ? fullDay.format(date) : `${weekday.format(date)}, ${hour.format(date)}`;
}

// The same in short, for an axis; `isWide` = the window has several days.
export function tickName(text, step, isWide) {
  const date = wallDate(text);
  if (step === 'month') {
    return month.format(date);
  }
  if (step === 'day' || step === 'week') {
    return day.format(date);
  }
  return isWide ? weekday.format(date) : hour.format(date);
}

// "2026-11-27T12:03:22" by the clock of a zone.
export function wallText(instant, tz) {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-CA', {
      timeZone: tz,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:${parts.second}`;
}

// Whether a bucket has begun, and whether it is over, when its zone's clock shows `clock`.
export function hasBegun(at, clock) {
  const start = at.slice(0, 19);
  return start <= clock.slice(0, start.length);
}

export function isOpen(at, step, clock) {
  const start = at.slice(0, 19);
  const length = { minute: 16, hour: 13, day: 10, month: 7 }[step];
  if (length !== undefined) {
    return start.slice(0, length) === clock.slice(0, length);
  }
  const days = (Date.parse(clock.slice(0, 10)) - Date.parse(start.slice(0, 10))) / 86400000;
  return days >= 0 && days < 7;
}

// Whether the window, which begins and ends then by the same clock, cuts a bucket.
export function isCut(at, step, start, end) {
  const begin = at.slice(0, 19);
  if (begin < start.slice(0, begin.length)) {
    return true;
  }
  const days = (Date.parse(end.slice(0, 10)) - Date.parse(begin.slice(0, 10))) / 86400000;
  if (step === 'week') {
    return days < 6;
  }
  return (
    step === 'month' &&
    begin.slice(0, 7) === end.slice(0, 7) &&
    new Date(Date.parse(end.slice(0, 10)) + 86400000).getUTCDate() !== 1
  );
}

// The instant at which a zone's clock shows `wall` ("2026-11-27T00:00"); of two the earlier one.
export function instantOf(wall, tz) {
  const wanted = Date.parse(`${wall}Z`);
  const offsetAt = (time) => Date.parse(`${wallText(new Date(time), tz)}Z`) - Math.floor(time / 1000) * 1000;
  const candidates = [wanted - offsetAt(wanted - 86400000), wanted - offsetAt(wanted + 86400000)].sort((a, b) => a - b);
  const exact = candidates.find((time) => time + offsetAt(time) === wanted);
  return new Date(exact ?? candidates[1]);
}

function before(instant) {
  return new Date(instant.getTime() - 1).toISOString().replace('Z', '999Z');
}

// Whole days of a zone as parameters of a question.
export function daysOf(start, end, tz) {
  const next = new Date(Date.parse(`${end}T00:00Z`) + 86400000).toISOString().slice(0, 10);
  return { start: instantOf(`${start}T00:00`, tz).toISOString(), end: before(instantOf(`${next}T00:00`, tz)) };
}

// The last microsecond before an instant that an answer has told.
export function justBefore(text) {
  return before(new Date(text));
}

// "21 – 27 Nov 2026", of two moments by the clock of their zone, as answers tell them.
export function rangeName(start, end) {
  const [from, to] = [wallDate(start), wallDate(end)];
  return from.toISOString().slice(0, 10) === to.toISOString().slice(0, 10)
    ? fullDay.format(from)
    : dayYear.formatRange(from, to).replaceAll('\u2009', ' ');
}

export function timeOfDay(instant, tz) {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: tz,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(new Date(instant));
}

export function momentName(instant, tz) {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: tz,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }).format(new Date(instant));
}
