// The line at the top: whether events are accepted, what waits, how fresh the numbers are.
import { get } from './api.js';
import { aside, h, replace, setText } from './dom.js';
import { count } from './metrics.js';
import { timeOfDay } from './times.js';

const REASONS = {
  journal_full: 'the journal is full: bring the database back, or raise JOURNAL_MAX_BYTES',
  disk_full: 'the disk of JOURNAL_DIR is full',
  disk_failed: 'the disk of JOURNAL_DIR fails',
  disk_slow: 'the disk of JOURNAL_DIR does not keep up',
  fenced: 'another process has taken this journal over',
  shutting_down: 'it is stopping',
};

export class Strip {
  constructor() {
    this.state = h('span', { class: 'state', role: 'status' });
    this.waiting = h('span', { class: 'fact' });
    this.asOf = h('span', { class: 'fact' });
    this.database = h('span', { class: 'fact warn', hidden: true });
    this.servers = h('span', {
      class: 'fact',
      title: 'Servers that stored events within the last 10 minutes, and this one',
    });
    this.element = h('div', { class: 'strip' }, this.state, this.database, this.waiting, this.asOf, this.servers);
    this.kind = null;
    this.say('wait', 'Connecting');
  }

  // `kind` is well, wait or bad; told anew only where it says something else.
  say(kind, text) {
    if (this.kind === kind && this.text === text) {
      return;
    }
    this.kind = kind;
    this.text = text;
    replace(this.state, h('span', { class: `dot ${kind}`, 'aria-hidden': 'true' }), text);
  }

  async refresh() {
    const { data } = await get('status');
    if (data.accepting) {
      this.say('well', 'Accepting events');
    } else {
      this.say('bad', `Not accepting events: ${REASONS[data.reason] ?? data.reason}`);
    }
    const isDown = data.database !== 'up';
    this.database.hidden = !isDown;
    setText(this.database, isDown ? 'Database away: events wait in the journal' : '');
    setText(this.waiting, `${count(data.pending_events)} waiting`);
    setText(this.servers, `${count(data.instances)} ${data.instances === 1 ? 'server' : 'servers'}`);
  }

  // For whoever has not signed in.
  async refreshOpenly() {
    try {
      await get('readyz');
      this.say('well', 'Accepting events');
    } catch (error) {
      if (error.status === 0) {
        throw error;
      }
      this.say('bad', `Not accepting events: ${REASONS[error.message] ?? error.message}`);
    }
  }

  away(nextMs) {
    this.say('bad', `The server does not answer. Next try in ${Math.round(nextMs / 1000)} s`);
  }

  fresh(asOf, tz) {
    if (asOf !== null && asOf !== undefined) {
      const time = timeOfDay(asOf, tz);
      if (this.asOfTime !== time) {
        this.asOfTime = time;
        replace(this.asOf, 'as of ', h('time', { datetime: asOf }, time), aside(` in ${tz}`));
      }
    }
  }
}
