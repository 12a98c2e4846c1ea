// Everything that an ad wants to be told, as it is told: ours is requested, other people's is only listed.
import { csvLink } from './csv.js';
import { aside, h, replace, setText } from './dom.js';

function clockText(at) {
  const whole = Math.floor(at);
  const part = String(Math.floor((at - whole) * 1000)).padStart(3, '0');
  return (
    [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
      .map((value) => String(value).padStart(2, '0'))
      .join(':') + `.${part}`
  );
}

// VAST 4.2 section 6: what we know; -1 says that a thing is not known.
function fillIn(url, { at, code }) {
  const known = {
    CACHEBUSTING: () => String(Math.floor(Math.random() * 1e8)).padStart(8, '0'),
    TIMESTAMP: () => new Date().toISOString(),
    ADPLAYHEAD: () => clockText(at),
    MEDIAPLAYHEAD: () => clockText(at),
    CONTENTPLAYHEAD: () => clockText(at),
    ERRORCODE: () => String(code ?? 900),
  };
  return url.replace(/\[([A-Z]+)\]/g, (macro, name) => (known[name] ? encodeURIComponent(known[name]()) : '-1'));
}

function shortUrl(url) {
  try {
    const { host, pathname } = new URL(url);
    return host + (pathname.length > 28 ? `${pathname.slice(0, 27)}…` : pathname);
  } catch {
    return url.slice(0, 40);
  }
}

export class TrackerList {
  // `id` is the ad's; `bases` are the beginnings of our own URLs.
  constructor(id, bases) {
    this.bases = bases;
    this.body = h('tbody');
    this.summary = h('p', { class: 'told', role: 'status' });
    const columns = ['Event', 'At', 'Answer', 'Tracker'].map((text) => h('th', { scope: 'col' }, text));
    const table = h('table', {}, h('thead', {}, h('tr', {}, columns)), this.body);
    this.element = h(
      'div',
      { class: 'trackers' },
      h('div', { class: 'bar' }, this.summary, csvLink(table, `ad-${id}-trackers.csv`)),
      h('div', { class: 'scroll tall', tabindex: '0', role: 'region', 'aria-label': 'Trackers' }, table),
    );
    this.rows = [];
  }

  isOurs(url) {
    return this.bases.some((base) => url.startsWith(`${base}/`));
  }

  // Lists what the document has, none of it told yet.
  begin(trackers, wrapped) {
    this.rows = trackers.map((tracker) => this.row(tracker));
    if (wrapped !== null) {
      const row = this.row({ event: 'wrapper', url: wrapped, at: null });
      setText(row.answer, 'not fetched: somebody else’s VAST');
      this.rows.push(row);
    }
    replace(
      this.body,
      this.rows.map((row) => row.element),
    );
    this.count();
  }

  row(tracker) {
    const isOurs = this.isOurs(tracker.url);
    const when = h('td', { class: 'at' });
    const answer = h('td', {}, isOurs ? 'not yet' : 'not fetched: a third party’s');
    const name = tracker.event === 'progress' && tracker.at !== null ? `progress ${tracker.at} s` : tracker.event;
    const element = h(
      'tr',
      { class: isOurs ? 'ours' : 'theirs', 'data-event': tracker.event },
      h('th', { scope: 'row' }, name),
      when,
      answer,
      h('td', { class: 'url', title: tracker.url }, shortUrl(tracker.url), isOurs ? null : aside(' (not fetched)')),
    );
    return { ...tracker, isOurs, when, answer, element, isTold: false };
  }

  // An event has come, `at` seconds of the ad: whatever wants to hear of it does, each once.
  tell(event, at, { code, offset = null } = {}) {
    for (const row of this.rows) {
      if (row.event === event && !row.isTold && (offset === null || row.at === offset)) {
        row.isTold = true;
        setText(row.when, `${at.toFixed(1)} s`);
        row.element.classList.add('is-told');
        if (row.isOurs) {
          this.request(row, fillIn(row.url, { at, code }));
        } else {
          setText(row.answer, 'would be told now; not fetched');
        }
      }
    }
    this.count();
  }

  async request(row, url) {
    setText(row.answer, 'on its way');
    try {
      const response = await fetch(url, {
        cache: 'no-store',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        keepalive: true,
      });
      setText(row.answer, response.ok ? `${response.status}, on disk` : `${response.status}`);
      row.element.classList.toggle('is-bad', !response.ok);
    } catch {
      setText(row.answer, 'no answer');
      row.element.classList.add('is-bad');
    }
    row.isAnswered = true;
    this.count();
  }

  // The times at which progress wants to be told.
  get offsets() {
    return [...new Set(this.rows.filter((row) => row.event === 'progress' && row.at !== null).map((row) => row.at))];
  }

  count() {
    const ours = this.rows.filter((row) => row.isOurs);
    const told = ours.filter((row) => row.isTold).length;
    const others = this.rows.length - ours.length;
    setText(
      this.summary,
      `${told} of ${ours.length} of our trackers told${others > 0 ? `; ${others} of others, none fetched` : ''}`,
    );
  }
}
