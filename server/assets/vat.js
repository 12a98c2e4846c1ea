/*
 * Counts impressions, clicks and viewability of ads in a page, each once:
 *
 *   <script src="https://ads.example.com/vat.js" async></script>
 *   <div data-vat-ad="7" data-vat-placement="home.top"><a href="...">...</a></div>
 *
 * An event waits in localStorage, under a key of its own, until the server has answered for it. The types:
 *
 * type Ad = number | string;
 * type Options = { placement?: string; video_playback_time?: number; code?: number; offset_ms?: number };
 * interface Vat { // window.vat; vatq.push((vat: Vat) => void) waits for it
 *   impression(ad: Ad, options?: Options): string | null; // the event's id, or null and a warning
 *   click(ad: Ad, options?: Options): string | null;
 *   event(type: string, ad: Ad, options?: Options): string | null;
 *   viewable(element: Element, ad: Ad, options?: Options): void;
 *   scan(root?: ParentNode): void; // for elements that came later
 * }
 */
(() => {
  'use strict';
  const script = document.currentScript;
  if (window.vat) return;
  if (!script) throw new Error('vat.js needs a <script> of its own');

  const BATCH_BYTES = 60 * 1024; // browsers let 64 KiB outlive a page
  const WAITING_MAX = 4000;
  const AGE_MAX_MS = 14 * 24 * 3600 * 1000; // the server takes none that is older
  const SEEN_MS = 2000;
  const TEXT = /^[ -~]{1,999}$/; // ASCII: its characters are its bytes

  const settings = script.dataset;
  const url = new URL('ads/events', settings.server ? settings.server.replace(/\/*$/, '/') : script.src).href;
  const prefix = `vat:${url}:`;

  const memory = new Map(); // id -> text, of what storage does not take
  const born = new Map(); // id -> performance.now(), of this page's events
  const told = new Set(); // ids in beacons since the page was last seen
  let storage = null;
  try {
    if (settings.storage !== 'none') storage = window.localStorage;
  } catch { /* forbidden */ }

  const warn = (error) => console.warn(`vat: ${error.message || error}`);

  // ---- what waits

  function keep(id, text) {
    try {
      storage.setItem(prefix + id, text);
    } catch { // there is none, or it is full
      memory.set(id, text);
    }
  }

  function forget(id) {
    memory.delete(id);
    born.delete(id);
    if (storage) storage.removeItem(prefix + id);
  }

  // The ids of all that waits, of any tab and page, oldest first: an id begins with its time.
  function waiting() {
    const keys = Object.keys(storage || {}).filter((key) => key.startsWith(prefix));
    const ids = [...memory.keys(), ...keys.map((key) => key.slice(prefix.length))].sort();
    ids.splice(0, ids.length - WAITING_MAX).forEach(forget);
    return ids;
  }

  // An event as it is sent; undefined if it is none any more. Within a page no change of the clock is felt.
  function read(id) {
    const ms = born.has(id) ? performance.now() - born.get(id) : Date.now() - parseInt(id.replace('-', ''), 16);
    try {
      const text = memory.get(id) || storage.getItem(prefix + id);
      const item = { ...JSON.parse(text), event_id: id, age_ms: Math.max(0, Math.round(ms)) };
      if (TEXT.test(text) && TEXT.test(id) && item.age_ms <= AGE_MAX_MS) return JSON.stringify(item);
    } catch { /* not ours */ }
    return forget(id);
  }

  // As many of those as go into a body, an object a line.
  function gather(limit, isWanted) {
    const ids = [];
    let body = '';
    for (const id of waiting().filter(isWanted)) {
      const item = read(id);
      if (!item) continue;
      if (body.length + item.length >= limit) break;
      ids.push(id);
      body += `${item}\n`;
    }
    return { ids, body };
  }

  // ---- sending

  const nothing = { ids: [], body: '' };
  let flying = nothing; // what a fetch has under way
  let isSending = false;
  let timer = 0;
  let pauseMs = 0;
  let failures = 0;

  // At most 100 of the refused are named: of more, the fate of all others is unknown.
  function settle({ ids }, { accepted, rejected, rejected_total: total }) {
    if (accepted + total !== ids.length) throw new Error();
    new Set(rejected.map(({ error }) => error)).forEach((error) => warn(`event refused: ${error}`));
    (total === rejected.length ? ids : rejected.map(({ index }) => ids[index])).forEach(forget);
  }

  // Sets pauseMs, until the next time; never throws.
  async function sendAll() {
    let retryAfterS = 0;
    try {
      while ((flying = gather(BATCH_BYTES, () => true)).body) {
        const answer = await fetch(url, {
          method: 'POST',
          body: flying.body, // as text/plain: no preflight
          keepalive: true,
          credentials: 'omit',
          signal: AbortSignal.timeout && AbortSignal.timeout(30000),
        });
        retryAfterS = Math.min(3600, Number(answer.headers.get('Retry-After')) || 0);
        if (answer.status !== 202 && answer.status !== 422) throw new Error();
        settle(flying, await answer.json());
        failures = 0;
      }
      pauseMs = 1000;
    } catch { // no answer, or none that settles anything
      failures++;
      pauseMs = retryAfterS * 1000 + (1 + Math.random()) * Math.min(150000, 500 * 2 ** failures);
    }
    flying = nothing;
  }

  async function flush() {
    clearTimeout(timer);
    timer = 0;
    if (isSending) return;
    isSending = true;
    try { // one tab at a time, only to spare traffic
      await navigator.locks.request(prefix, { signal: AbortSignal.timeout(9000) }, sendAll);
    } catch { // this browser has no locks, or a tab that sleeps has it
      await sendAll();
    }
    isSending = false;
    if (waiting().length) flushIn(pauseMs);
    else born.clear(); // another tab may have sent some
  }

  function flushIn(ms) {
    if (!timer && !isSending) timer = setTimeout(flush, ms);
  }

  // The page may never be seen again: what is untold goes without an answer, and stays.
  function depart() {
    const isUntold = (id) => born.has(id) && !told.has(id) && !flying.ids.includes(id);
    const { ids, body } = gather(BATCH_BYTES - flying.body.length, isUntold);
    if (body && navigator.sendBeacon(url, body)) ids.forEach((id) => told.add(id));
  }

  // ---- events

  // RFC 9562: 48 bits of time, the version, 74 random bits.
  function uuid7() {
    const random = crypto.getRandomValues(new Uint8Array(36));
    const time = Date.now().toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7xxx-yxxx-xxxxxxxxxxxx`.replace(/[xy]/g, (digit, at) => (
      digit === 'x' ? random[at] & 15 : (random[at] & 3) | 8).toString(16));
  }

  function adId(ad) {
    const id = Number(ad);
    if (Number.isInteger(id) && id >= 0 && id < 2 ** 31) return id;
    throw new Error(`${ad} is no ad's id`);
  }

  function event(type, ad, options) {
    try {
      const { placement = settings.placement, video_playback_time, code, offset_ms } = options || {};
      const text = JSON.stringify({ type, ad_id: adId(ad), placement, video_playback_time, code, offset_ms });
      if (!TEXT.test(text)) throw new Error('no such event');
      const id = uuid7();
      born.set(id, performance.now());
      keep(id, text);
      if (born.size % 100 === 0) waiting(); // are too many, perhaps
      flushIn(1000);
      return id;
    } catch (error) { // the page goes on, without being counted
      warn(error);
      return null;
    }
  }

  // ---- viewability: half of the pixels for two seconds on end, as MRC has it for video

  const watched = new WeakMap(); // element -> its ad
  const unseen = new Map(); // what may still be viewable: ends it -> counts anew

  function viewable(element, ad, options) {
    try {
      const id = adId(ad);
      if (watched.get(element) === id) return;
      let isInView = false;
      let countdown;
      const count = () => {
        clearTimeout(countdown);
        if (isInView && !document.hidden) countdown = setTimeout(finish, SEEN_MS, 'viewable');
      };
      const observer = new IntersectionObserver((entries) => {
        isInView = entries[entries.length - 1].intersectionRatio >= 0.5;
        count();
      }, { threshold: 0.5 });
      const finish = (type) => {
        clearTimeout(countdown);
        observer.disconnect();
        unseen.delete(finish);
        event(type, id, options);
      };
      observer.observe(element);
      watched.set(element, id);
      unseen.set(finish, count);
    } catch (error) {
      warn(error);
    }
  }

  // ---- elements that name their ad

  const named = ({ dataset }) => [dataset.vatAd, { placement: dataset.vatPlacement }];

  function scan(root = document) {
    root.querySelectorAll('[data-vat-ad]').forEach((element) => {
      const [ad, options] = named(element);
      if (watched.get(element) !== Number(ad) && event('impression', ad, options)) viewable(element, ad, options);
    });
  }

  // On a link, by a person, with the main or the middle button or a key.
  function onClick({ button, isTrusted, target }) {
    const link = isTrusted && button < 2 && target.closest && target.closest('a[href]');
    const element = link && link.closest('[data-vat-ad]');
    if (element) event('click', ...named(element));
  }

  // ---- the page comes and goes

  const vat = { event, viewable, scan };
  for (const type of ['impression', 'click']) vat[type] = (ad, options) => event(type, ad, options);

  function start() {
    const run = (callback) => Promise.resolve(vat).then(callback);
    (window.vatq || []).forEach(run);
    window.vatq = { push: run };
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => scan());
    else scan();
    flush();
  }

  document.addEventListener('visibilitychange', () => {
    unseen.forEach((count) => count());
    if (document.hidden) return depart();
    told.clear();
    flush();
  });
  addEventListener('pagehide', () => {
    unseen.forEach((count, finish) => finish('notViewable'));
    depart();
  });
  addEventListener('online', flush);
  addEventListener('click', onClick, true);
  addEventListener('auxclick', onClick, true);
  if (document.prerendering) document.addEventListener('prerenderingchange', start, { once: true });
  else start();

  window.vat = vat;
})();
