// Bars in tables, beside their numbers.
import { h, svg } from './dom.js';
import { share as written } from './metrics.js';

// `share` from 0 to 1 of the place there is.
function bar(share) {
  return svg(
    'svg',
    { class: 'bar-of', viewBox: '0 0 100 8', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    svg('rect', { x: 0, y: 0, width: 100, height: 8, class: 'track' }),
    svg('rect', {
      x: 0,
      y: 0,
      width: Math.max(share > 0 ? 0.7 : 0, 100 * Math.min(1, share)),
      height: 8,
      class: 'part-of',
    }),
  );
}

// The cell of a share; null = there is nothing that it were a share of.
export function barred(share) {
  return h('td', { class: 'with-bar' }, h('div', {}, bar(share ?? 0), h('span', {}, written(share))));
}
