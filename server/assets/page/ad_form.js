// The form of an ad: a new one, or one that is there, with what somebody else may have changed meanwhile.
import { get, send } from './api.js';
import { h, replace } from './dom.js';
import { Field, isSlip } from './field.js';
import { GROUPS, isSame, labelOf } from './fields.js';
import { quarrel } from './quarrel.js';
import { TokenField } from './token.js';

export class AdForm {
  // `ad` null = a new one. `saved` hears of each ad that was stored, `shell` is the page's.
  constructor({ ad = null, etag = null, tz, saved, shell }) {
    Object.assign(this, { ad, etag, tz, saved, shell });
    this.fields = new Map();
    this.token = new TokenField((session) => shell.retake(session));
    this.result = h('p', { class: 'result', role: 'status' });
    this.fault = h('p', { class: 'slip', role: 'alert' });
    this.quarrel = h('div', { class: 'quarrel', role: 'alert' });
    this.button = h('button', { type: 'submit', class: 'main' }, ad === null ? 'Make the ad' : 'Save');
    this.groups = h('div', { class: 'groups' });
    this.element = h(
      'form',
      { class: 'ad-form', novalidate: true, onsubmit: (event) => this.submit(event) },
      this.groups,
      this.quarrel,
      this.token.element,
      h('div', { class: 'row' }, this.button, this.result),
      this.fault,
    );
    this.fill();
  }

  fill() {
    this.fields.clear();
    replace(
      this.groups,
      GROUPS.map((group) =>
        h(
          'fieldset',
          {},
          h('legend', {}, group.title),
          group.fields.map((field) => {
            const made = new Field(field, this.ad === null ? (field.otherwise ?? null) : this.ad[field.name], this.tz);
            this.fields.set(field.name, made);
            return made.element;
          }),
        ),
      ),
    );
  }

  get isTouched() {
    return [...this.fields.values()].some((field) => field.isChanged);
  }

  // Takes what the server has, unless there is something here that is not stored yet.
  offer(ad, etag) {
    if (etag !== this.etag && !this.isTouched && !this.isBusy) {
      Object.assign(this, { ad, etag });
      this.fill();
    }
  }

  // What is to be stored: of an ad that is there what was changed; null where a field has a slip.
  read() {
    const values = {};
    let isGood = true;
    for (const [name, field] of this.fields) {
      field.say('');
      try {
        const value = field.read();
        if (this.ad === null ? value !== null : field.isChanged && !isSame(value, this.ad[name])) {
          values[name] = value;
        }
      } catch (error) {
        if (!isSlip(error)) {
          throw error;
        }
        field.say(error.message);
        if (isGood) {
          field.input.focus();
        }
        isGood = false;
      }
    }
    return isGood ? values : null;
  }

  async submit(event) {
    event?.preventDefault();
    if (this.isBusy) {
      return;
    }
    this.result.textContent = '';
    this.fault.textContent = '';
    const values = this.read();
    if (values === null) {
      return;
    }
    if (this.ad !== null && Object.keys(values).length === 0) {
      this.result.textContent = 'There is nothing to save.';
      return;
    }
    this.isBusy = true;
    this.button.disabled = true;
    try {
      if (await this.token.ensure()) {
        await this.store(values);
      }
    } finally {
      this.isBusy = false;
      this.button.disabled = false;
    }
  }

  async store(values) {
    try {
      const { data, etag } =
        this.ad === null
          ? await send('POST', 'ads', { body: values, headers: { 'Idempotency-Key': this.key(values) } })
          : await send('PATCH', `ads/${this.ad.id}`, { body: values, headers: { 'If-Match': this.etag } });
      replace(this.quarrel);
      const isNew = this.ad === null;
      this.settle(data, etag);
      this.result.textContent = 'Saved: it is shown so within a second.';
      this.saved(data, isNew);
    } catch (error) {
      await this.explain(error, values);
    }
  }

  // The same for the same values: a click that is repeated makes no second ad.
  key(values) {
    const text = JSON.stringify(values);
    if (this.keyOf !== text) {
      this.keyOf = text;
      this.keyText = [...crypto.getRandomValues(new Uint8Array(16))]
        .map((byte) => byte.toString(16).padStart(2, '0'))
        .join('');
    }
    return this.keyText;
  }

  settle(ad, etag) {
    Object.assign(this, { ad, etag });
    this.fill();
  }

  async explain(error, values) {
    if (error.status === 412) {
      await this.compare(values);
      return;
    }
    if (error.status === 401) {
      this.token.refuse('This is not ADMIN_TOKEN any more');
      return;
    }
    const field = this.fields.get(error.field);
    if (field) {
      field.say(error.message.replace(new RegExp(`^${error.field}: `), ''));
      field.input.focus();
      this.fault.textContent = `Not saved: ${labelOf(error.field)} is not accepted.`;
    } else {
      this.fault.textContent = `Not saved: ${error.message}`;
    }
  }

  // Somebody else was quicker: what they changed, and the choice between it and what is here.
  async compare(values) {
    let theirs;
    try {
      theirs = await get(`ads/${this.ad.id}`, {}, { admin: true });
    } catch (error) {
      this.fault.textContent = `Somebody else has changed this ad, and what it is now cannot be had: ${error.message}`;
      return;
    }
    const onMine = async () => {
      Object.assign(this, { ad: theirs.data, etag: theirs.etag });
      await this.submitMine(values);
    };
    replace(
      this.quarrel,
      quarrel({
        was: this.ad,
        is: theirs.data,
        names: [...this.fields.keys()],
        values,
        onMine,
        onTheirs: () => this.takeTheirs(theirs),
      }),
    );
    this.quarrel.querySelector('button').focus();
  }

  async submitMine(values) {
    this.isBusy = true;
    try {
      await this.store(values);
    } finally {
      this.isBusy = false;
    }
  }

  takeTheirs(theirs) {
    replace(this.quarrel);
    this.settle(theirs.data, theirs.etag);
    this.result.textContent = 'This is how it is now.';
    this.saved(theirs.data, false);
  }
}
