// Bars in tables, beside their numbers.
import { svg } from './dom.js';

// `share` from 0 to 1 of the place there is.
export function bar(share) {
  return svg('svg', { class: 'bar-of', viewBox: '0 0 100 8', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    svg('rect', { x: 0, y: 0, width: 100, height: 8, class: 'track' }),
    svg('rect', { x: 0, y: 0, width: Math.max(share > 0 ? 0.7 : 0, 100 * Math.min(1, share)), height: 8, class: 'part-of' }));
}
