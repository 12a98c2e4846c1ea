// What is put into players, pages and shells for an ad.
import { h, newId, setText } from './dom.js';
import { snippet } from './snippets.js';

function scriptTag(publicUrl, digest) {
  const integrity = digest === null ? '' : ` crossorigin="anonymous"\n    integrity="sha384-${digest}"`;
  return `<script async src="${publicUrl}/vat.js"${integrity}></script>`;
}

// The tag of vat.js as this server has the file, which a browser then takes in no other form. Only where the page is
// on https or on this machine does a browser compute digests.
async function digested(publicUrl) {
  const response = await fetch(new URL('vat.js', document.baseURI), { referrerPolicy: 'no-referrer' });
  if (!response.ok || !crypto.subtle) {
    return scriptTag(publicUrl, null);
  }
  const digest = await crypto.subtle.digest('SHA-384', await response.arrayBuffer());
  return scriptTag(publicUrl, btoa(String.fromCharCode(...new Uint8Array(digest))));
}

function forPages(id, publicUrl) {
  const text = (script) => `${script}\n<div data-vat-ad="${id}"><a href="https://example.com/landing">…</a></div>`;
  const element = snippet(
    'For pages: impressions, clicks and what was in view, of an element',
    text(scriptTag(publicUrl, null)),
  );
  digested(publicUrl).then(
    (script) => setText(element.querySelector('code'), text(script)),
    () => {},
  );
  return element;
}

export function tags(id, publicUrl) {
  const title = newId('tags');
  return h(
    'section',
    { class: 'part wide tags', id: 'tags', 'aria-labelledby': title },
    h('h2', { id: title }, 'Tags'),
    snippet('For players: this ad', `${publicUrl}/ads/${id}/vast?placement=YOUR_PLACEMENT&cb=[CACHEBUSTING]`),
    snippet('For players: all ads in rotation', `${publicUrl}/vast?placement=YOUR_PLACEMENT&cb=[CACHEBUSTING]`),
    snippet(
      'curl: tell of an impression',
      `curl ${publicUrl}/ads/impression -H 'Content-Type: application/json' -d '{"ad_id":${id}}'`,
    ),
    forPages(id, publicUrl),
    snippet(
      'JavaScript: the same by hand',
      [
        'window.vatq = window.vatq || [];',
        `vatq.push((vat) => vat.impression(${id}));`,
        `vatq.push((vat) => vat.click(${id}));`,
      ].join('\n'),
    ),
  );
}
