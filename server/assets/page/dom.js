// Elements without markup: text is always text, whatever it says.

const SVG = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, '');
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, String(value));
    }
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// An element: attributes by name, functions as listeners (`onclick`), false and null left out.
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

// Changes what is shown only where it differs: readers are not told again, selections stay.
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

export function replace(element, ...children) {
  element.replaceChildren(
    ...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false),
  );
}

// Text for readers alone.
export function aside(text) {
  return h('span', { class: 'vh' }, text);
}

function parse(url) {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}

// Whether a URL, which somebody has typed into a form, may become a link.
function isWebUrl(url) {
  return ['http:', 'https:'].includes(parse(url)?.protocol);
}

// Whether the page's policy lets an image or a clip be shown from there.
export function isShowable(url) {
  const parsed = parse(url);
  const near = ['localhost', '127.0.0.1'];
  return (
    parsed?.protocol === 'https:' ||
    (parsed?.protocol === 'http:' && near.includes(parsed.hostname) && near.includes(location.hostname))
  );
}

// A link to another site, in a tab of its own; where it is none, its text.
export function outLink(url, text = url) {
  return isWebUrl(url)
    ? h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, text, aside(' (in a new tab)'))
    : h('span', {}, text);
}

let ids = 0;

export function newId(prefix) {
  ids += 1;
  return `${prefix}-${ids}`;
}
