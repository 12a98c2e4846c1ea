// Asks for a token, where the numbers need one.
import { openSession } from './api.js';
import { h, newId } from './dom.js';

export class SignIn {
  // `done` runs with the session once it is open.
  constructor(done) {
    this.title = 'Sign in';
    const id = newId('token');
    const input = h('input', {
      id,
      type: 'password',
      autocomplete: 'current-password',
      required: true,
      spellcheck: 'false',
    });
    const slip = h('p', { class: 'slip', role: 'alert' });
    const button = h('button', { type: 'submit', class: 'main' }, 'Sign in');
    const submit = async (event) => {
      event.preventDefault();
      button.disabled = true;
      slip.textContent = '';
      try {
        done(await openSession(input.value.trim()));
      } catch (error) {
        slip.textContent =
          error.status === 401 || error.status === 403
            ? 'This is neither READ_TOKEN nor ADMIN_TOKEN.'
            : `That did not work: ${error.message}.`;
        input.select();
      } finally {
        button.disabled = false;
      }
    };
    this.input = input;
    this.element = h(
      'form',
      { class: 'sign-in', onsubmit: submit },
      h('h1', {}, 'Sign in'),
      h(
        'p',
        {},
        'The numbers of this server are read with a token: its READ_TOKEN, or its ADMIN_TOKEN. It opens a session for reading that ends after 12 hours.',
      ),
      h('input', { type: 'text', autocomplete: 'username', value: 'reader', hidden: true }),
      h('label', { for: id }, 'Token'),
      h('div', { class: 'row' }, input, button),
      slip,
    );
  }

  focus() {
    this.input.focus();
  }

  move() {}

  async refresh() {
    return null;
  }
}
