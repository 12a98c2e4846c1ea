// Asks for ADMIN_TOKEN before there is anything to change: with it all ads are seen, not the available alone.
import { h } from './dom.js';
import { TokenField } from './token.js';

export class Unlock {
  // `done` runs with the session that the token allows.
  constructor(done) {
    this.title = 'All ads';
    this.token = new TokenField(done);
    this.element = h(
      'form',
      { class: 'sign-in', onsubmit: (event) => this.onSubmit(event) },
      h('h1', {}, 'All ads'),
      h(
        'p',
        {},
        'The ads that are not available, and changes of any, are for whoever has the ADMIN_TOKEN of this server.',
      ),
      this.token.element,
      h('button', { type: 'submit', class: 'main' }, 'See all ads'),
    );
  }

  onSubmit(event) {
    event.preventDefault();
    this.token.ensure();
  }

  focus() {
    this.token.input.focus();
  }

  move() {}

  async refresh() {
    return null;
  }
}
