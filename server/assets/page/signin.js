// Asks for a token, where the numbers need one.
import { openSession } from './api.js';
import { h, newId } from './dom.js';

export class SignIn {
  // `done` runs with the session once it is open.
  constructor(done) {
    this.title = 'Sign in';
    this.done = done;
    const id = newId('token');
    this.input = h('input', {
      id,
      type: 'password',
      autocomplete: 'current-password',
      required: true,
      spellcheck: 'false',
    });
    this.slip = h('p', { class: 'slip', role: 'alert' });
    this.button = h('button', { type: 'submit', class: 'main' }, 'Sign in');
    this.element = h(
      'form',
      { class: 'sign-in', onsubmit: (event) => this.submit(event) },
      h('h1', {}, 'Sign in'),
      h(
        'p',
        {},
        'The numbers of this server are read with a token: its READ_TOKEN, or its ADMIN_TOKEN. It opens a session for reading that ends after 12 hours.',
      ),
      h('input', { type: 'text', autocomplete: 'username', value: 'reader', hidden: true }),
      h('label', { for: id }, 'Token'),
      h('div', { class: 'row' }, this.input, this.button),
      this.slip,
    );
  }

  async submit(event) {
    event.preventDefault();
    this.button.disabled = true;
    this.slip.textContent = '';
    try {
      this.done(await openSession(this.input.value.trim()));
    } catch (error) {
      this.slip.textContent =
        error.status === 401 || error.status === 403
          ? 'This is neither READ_TOKEN nor ADMIN_TOKEN.'
          : `That did not work: ${error.message}.`;
      this.input.select();
    } finally {
      this.button.disabled = false;
    }
  }

  focus() {
    this.input.focus();
  }

  move() {}

  async refresh() {
    return null;
  }
}
