// A row's course in small: a line, and where it is now.
import { svg } from './dom.js';

const WIDTH = 96;
const HEIGHT = 22;

function pathOf(values, most) {
  const step = values.length > 1 ? (WIDTH - 4) / (values.length - 1) : 0;
  let path = '';
  let isDown = false;
  values.forEach((value, index) => {
    if (value === null || value === undefined) {
      isDown = false;
      return;
    }
    const y = HEIGHT - 2 - (most === 0 ? 0 : (value / most) * (HEIGHT - 4));
    path += `${isDown ? 'L' : 'M'}${(2 + index * step).toFixed(1)} ${y.toFixed(1)}`;
    isDown = true;
  });
  return path;
}

// `values` in order of time, null where there is none. Readers have the numbers beside it.
export function spark(values) {
  const most = Math.max(0, ...values.filter((value) => value !== null && value !== undefined));
  return svg(
    'svg',
    { class: 'spark', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, 'aria-hidden': 'true' },
    svg('path', { d: `M2 ${HEIGHT - 1.5}H${WIDTH - 2}`, class: 'base' }),
    most === 0 ? null : svg('path', { d: pathOf(values, most), class: 'line', fill: 'none' }),
  );
}
