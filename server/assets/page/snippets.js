// Lines to copy.
import { h } from './dom.js';

// Without a secure context there is no clipboard: then the line is selected, for the keyboard.
async function copy(code, button) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = 'Copied';
  } catch {
    getSelection().selectAllChildren(code);
    button.textContent = 'Selected: Ctrl+C';
  }
  setTimeout(() => {
    button.textContent = before;
  }, 2000);
}

export function snippet(label, text) {
  const code = h('code', {}, text);
  const button = h(
    'button',
    { type: 'button', 'aria-label': `Copy: ${label}`, onclick: () => copy(code, button) },
    'Copy',
  );
  return h(
    'div',
    { class: 'snippet' },
    h('span', { class: 'label' }, label),
    h('pre', { tabindex: '0' }, code),
    button,
  );
}
