// The cards: each a metric with its change; the chosen one is what the chart shows.
import { aside, h, replace, setText } from './dom.js';
import { METRICS, change, written } from './metrics.js';

class Card {
  constructor(name, group, isChosen, choose) {
    this.metric = METRICS[name];
    this.value = h('span', { class: 'value' }, '–');
    this.change = h('span', { class: 'change' });
    this.input = h('input', {
      type: 'radio',
      name: group,
      value: name,
      class: 'vh',
      checked: isChosen,
      onchange: () => choose(name),
    });
    this.element = h(
      'label',
      { class: 'card' },
      this.input,
      h('span', { class: 'name' }, this.metric.name),
      this.value,
      this.change,
    );
  }

  tell(now, then) {
    const value = this.metric.of(now);
    setText(this.value, written(this.metric, value));
    const before = then === null ? null : this.metric.of(then);
    const { sign, word, size } = change(this.metric, value, before);
    const key = `${sign}${word}${size}${before}`;
    if (this.key !== key) {
      this.key = key;
      replace(
        this.change,
        sign === '' ? '' : h('span', { class: 'sign', 'aria-hidden': 'true' }, sign),
        size === '' ? word : `${word} ${size}`,
        before === null || before === undefined ? '' : aside(`, ${written(this.metric, before)} before`),
      );
    }
  }
}

export class Cards {
  constructor(chosen, choose) {
    const name = METRICS[chosen] ? chosen : 'impressions';
    this.cards = Object.keys(METRICS).map((metric) => new Card(metric, 'metric', metric === name, choose));
    this.element = h(
      'fieldset',
      { class: 'cards' },
      h('legend', { class: 'vh' }, 'Numbers; the chosen one is charted'),
      this.cards.map((card) => card.element),
    );
  }

  tell(answer) {
    for (const card of this.cards) {
      card.tell(answer, answer.previous ?? null);
    }
  }

  choose(name) {
    for (const card of this.cards) {
      card.input.checked = card.input.value === name;
    }
  }
}
