// One field of a form: its label, its input, its hint and what the server says of it.
import { h, newId } from './dom.js';
import { instantOf, wallText } from './times.js';

class Slip extends Error {}

function shownValue(field, value, tz) {
  if (value === null || value === undefined) {
    return '';
  }
  if (field.kind === 'json') {
    return JSON.stringify(value, null, 2);
  }
  return field.kind === 'time' ? wallText(new Date(value), tz).replace(/:00$/, '') : String(value);
}

function makeInput(field, id, value, tz) {
  const shown = shownValue(field, value, tz);
  if (field.kind === 'json' || field.kind === 'xml') {
    const area = h('textarea', { id, class: 'code', rows: field.rows ?? 1, spellcheck: 'false' });
    area.value = shown;
    return area;
  }
  if (field.kind === 'flag') {
    return h('input', { id, type: 'checkbox', checked: Boolean(value ?? field.otherwise) });
  }
  const input = h('input', {
    id,
    type: { number: 'text', time: 'datetime-local', url: 'url' }[field.kind] ?? 'text',
    inputmode: field.kind === 'number' ? 'numeric' : null,
    step: field.kind === 'time' ? 1 : null,
    class: field.kind === 'number' ? 'number' : null,
    autocomplete: 'off',
    spellcheck: 'false',
  });
  input.value = shown;
  return input;
}

export class Field {
  constructor(field, value, tz) {
    const id = newId(field.name);
    this.field = field;
    this.tz = tz;
    this.given = value ?? null;
    this.input = makeInput(field, id, value, tz);
    this.before = this.raw();
    this.slip = h('p', { class: 'slip', id: `${id}-slip` });
    const hint = field.kind === 'time' ? `${field.hint}. By the clock of ${tz.replaceAll('_', ' ')}` : field.hint;
    this.hint = hint ? h('p', { class: 'hint', id: `${id}-hint` }, hint) : null;
    this.input.setAttribute('aria-describedby', `${this.hint ? `${id}-hint ` : ''}${id}-slip`);
    this.element = h(
      'div',
      { class: `field ${field.kind ?? 'text'}` },
      h('label', { for: id }, field.label, field.unit ? h('span', { class: 'unit' }, ` ${field.unit}`) : null),
      this.input,
      this.hint,
      this.slip,
    );
  }

  raw() {
    return this.field.kind === 'flag' ? this.input.checked : this.input.value.trim();
  }

  get isChanged() {
    return this.raw() !== this.before;
  }

  // The value for the API; where it was not touched what was given, to the last digit.
  read() {
    const raw = this.raw();
    if (!this.isChanged) {
      return this.given;
    }
    if (this.field.kind === 'flag') {
      return raw;
    }
    if (raw === '') {
      return null;
    }
    return this.parse(raw);
  }

  parse(raw) {
    switch (this.field.kind) {
      case 'number':
        if (!/^-?\d{1,15}$/.test(raw)) {
          throw new Slip('This must be a whole number');
        }
        return Number(raw);
      case 'json':
        try {
          return JSON.parse(raw);
        } catch (error) {
          throw new Slip(`This is no JSON: ${error.message}`);
        }
      case 'time':
        return instantOf(raw.length === 16 ? `${raw}:00` : raw, this.tz)
          .toISOString()
          .replace('.000Z', 'Z');
      default:
        return raw;
    }
  }

  say(text) {
    this.slip.textContent = text;
    this.input.setAttribute('aria-invalid', text === '' ? 'false' : 'true');
  }
}

export function isSlip(error) {
  return error instanceof Slip;
}
