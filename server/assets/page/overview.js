// The first screen: numbers, chart, the table of ads.
import { AdsTable } from './ads_table.js';
import { Breakdown } from './breakdown.js';
import { Course } from './course.js';
import { controls } from './controls.js';
import { h, replace } from './dom.js';
import { firstSteps } from './start.js';

export class Overview {
  constructor(place, { catalogue, session }) {
    this.place = place;
    this.session = session;
    this.title = 'Ads';
    this.controls = h('div');
    this.course = new Course(place);
    this.table = new AdsTable(place, catalogue);
    this.breakdowns = ['errors', 'nofills', 'invalid'].map((kind) => new Breakdown(place, kind));
    this.first = h('div');
    this.element = h(
      'div',
      { class: 'overview' },
      h('h1', { class: 'vh' }, 'How the ads do'),
      this.controls,
      this.first,
      this.course.element,
      this.table.element,
      h(
        'div',
        { class: 'parts' },
        this.breakdowns.map((part) => part.element),
      ),
    );
    replace(this.controls, controls(place));
  }

  move(place) {
    this.place = place;
    replace(this.controls, controls(place));
    [this.course, this.table, ...this.breakdowns].forEach((part) => part.move(place));
  }

  async refresh() {
    const [course, page] = await Promise.all([this.course.refresh(), this.table.refresh()]);
    await Promise.all(this.breakdowns.map((part) => part.refresh()));
    this.guide(course.data, page);
    return course.asOf;
  }

  // Whoever has no ads, or no events of this window and no other, is told what to do.
  guide({ events, previous }, page) {
    const isEmpty = page.total === 0 && this.table.filter === null;
    const isQuiet = !isEmpty && page.total <= 5 && events === 0 && (previous?.events ?? 0) === 0;
    const key = isEmpty ? 'empty' : isQuiet ? `quiet ${page.rows[0]?.id}` : 'busy';
    if (this.guided !== key) {
      this.guided = key;
      this.element.classList.toggle('is-empty', isEmpty);
      replace(
        this.first,
        isEmpty || isQuiet ? firstSteps(this.place, this.session, isEmpty ? null : (page.rows[0]?.id ?? null)) : [],
      );
    }
  }
}
