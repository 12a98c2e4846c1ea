// What is put into players, pages and shells for an ad.
import { h, newId } from './dom.js';
import { snippet } from './snippets.js';

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
    snippet(
      'For pages: impressions, clicks and what was in view, of an element',
      [
        `<script async src="${publicUrl}/vat.js"></script>`,
        `<div data-vat-ad="${id}"><a href="https://example.com/landing">…</a></div>`,
      ].join('\n'),
    ),
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
