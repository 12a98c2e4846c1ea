// What to do next, where there is nothing yet.
import { h } from './dom.js';
import { hrefOf } from './place.js';
import { snippet } from './snippets.js';

const AD =
  '{"title":"My first ad","video_url":"https://example.com/ad.mp4","duration_ms":15000,"target_url":"https://example.com/"}';

function address() {
  return new URL('.', location.href).href.replace(/\/$/, '');
}

function firstAd(session) {
  return session.admin_token_set
    ? `curl ${address()}/ads -H "Authorization: Bearer $ADMIN_TOKEN" -H 'Content-Type: application/json' -d '${AD}'`
    : `psql "$DB_CONN" -c "INSERT INTO ads (title, video_url, duration_ms, target_url) VALUES ('My first ad', 'https://example.com/ad.mp4', 15000, 'https://example.com/')"`;
}

function makeAd(place, session) {
  const orElse = session.admin_token_set
    ? ['or ', h('a', { href: hrefOf({ ...place, view: 'new' }), 'data-go': true }, 'fill in the form'), '.']
    : ['With ADMIN_TOKEN set, ads can be made here and over HTTP as well.'];
  return h('li', {}, snippet('Make an ad', firstAd(session)), h('p', {}, orElse));
}

function sendEvent(session, id) {
  const url = `${session.public_url ?? address()}/ads/impression`;
  return h('li', {}, snippet('Send an event', `curl ${url} -H 'Content-Type: application/json' -d '{"ad_id":${id}}'`));
}

function seeIt(session) {
  const reading = session.read_token_set ? ' -H "Authorization: Bearer $READ_TOKEN"' : '';
  return h('li', {}, snippet('See it', `curl '${address()}/ads/analytics?period=today'${reading}`));
}

// The three commands; `id` is that of an ad that is there already, or null.
export function firstSteps(place, session, id) {
  const isEmpty = id === null;
  return h(
    'section',
    { class: 'first' },
    h('h2', {}, isEmpty ? 'Nothing here yet' : 'No events in this window'),
    h(
      'p',
      {},
      isEmpty
        ? 'An ad, an event, a number: three commands, and this page shows what became of them.'
        : 'The ads are there. As soon as players show them, their numbers appear here by themselves. To try it by hand:',
    ),
    h('ol', {}, isEmpty ? makeAd(place, session) : null, sendEvent(session, id ?? 1), seeIt(session)),
  );
}
