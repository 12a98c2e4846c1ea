// Asks for ADMIN_TOKEN where a change needs it; it stays in the memory of this tab.
import { hasAdminToken, readSession, setAdminToken } from './api.js';
import { h, newId } from './dom.js';

export class TokenField {
  // `accepted` hears of the session that the token allows.
  constructor(accepted) {
    this.accepted = accepted;
    const id = newId('admin');
    this.input = h('input', {
      id,
      type: 'password',
      autocomplete: 'off',
      spellcheck: 'false',
      'aria-describedby': `${id}-hint ${id}-slip`,
    });
    this.slip = h('p', { class: 'slip', id: `${id}-slip`, role: 'alert' });
    this.element = h(
      'div',
      { class: 'field token', hidden: hasAdminToken() },
      h('label', { for: id }, 'ADMIN_TOKEN'),
      this.input,
      h('p', { class: 'hint', id: `${id}-hint` }, 'Asked for once, and kept in the memory of this tab alone'),
      this.slip,
    );
  }

  refuse(text) {
    setAdminToken('');
    this.element.hidden = false;
    this.slip.textContent = text;
    this.input.setAttribute('aria-invalid', 'true');
    this.input.focus();
    return false;
  }

  // Whether there is a token that allows changes; says what is wrong with one that does not.
  async ensure() {
    if (hasAdminToken()) {
      this.element.hidden = true;
      return true;
    }
    const token = this.input.value.trim();
    if (token === '') {
      return this.refuse('The token is missing');
    }
    let session;
    try {
      session = await readSession(token);
    } catch (error) {
      return this.refuse(error.status === 401 ? 'This is not ADMIN_TOKEN' : `That did not work: ${error.message}`);
    }
    if (!session.may_change) {
      return this.refuse(
        session.admin_token_set === false
          ? 'Nothing can be changed over HTTP: the server has no ADMIN_TOKEN'
          : 'This is not ADMIN_TOKEN',
      );
    }
    setAdminToken(token);
    this.input.value = '';
    this.slip.textContent = '';
    this.element.hidden = true;
    this.accepted(session);
    return true;
  }
}
