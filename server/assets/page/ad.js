// One ad: its numbers, its funnel, its errors, a player to test it, its tags and its fields.
import { ApiError, authorization, get, hasAdminToken, send } from './api.js';
import { AdForm } from './ad_form.js';
import { picture, stateMark } from './ads_table.js';
import { Breakdown } from './breakdown.js';
import { Catalogue } from './catalogue.js';
import { controls } from './controls.js';
import { Course } from './course.js';
import { h, newId, outLink, replace } from './dom.js';
import { Funnel } from './funnel.js';
import { hrefOf } from './place.js';
import { TestPlayer } from './player.js';
import { tags } from './tags.js';
import { TokenField } from './token.js';
import { adName } from './words.js';

export class AdView {
  constructor(place, { session, shell }) {
    Object.assign(this, { place, session, shell, id: place.ad, title: `Ad ${place.ad}`, ad: null, etag: null });
    const filter = { ad_id: place.ad };
    this.publicUrl = session.public_url ?? new URL('.', location.href).href.replace(/\/$/, '');
    this.catalogue = new Catalogue(session.may_read_private);
    this.head = h('header', { class: 'ad-head' });
    this.controls = h('div');
    this.course = new Course(place, filter);
    this.parts = [
      new Funnel(place, filter),
      new Breakdown(place, 'errors', filter),
      new Breakdown(place, 'invalid', filter),
    ];
    this.player = new TestPlayer({ id: this.id, publicUrl: this.publicUrl, place, headers: authorization });
    this.edit = h('div');
    const title = newId('edit');
    this.element = h(
      'div',
      { class: 'ad' },
      this.head,
      this.controls,
      this.course.element,
      h(
        'div',
        { class: 'parts' },
        this.parts.map((part) => part.element),
      ),
      this.player.element,
      tags(this.id, this.publicUrl),
      h(
        'section',
        { class: 'part wide', id: 'edit', 'aria-labelledby': title },
        h('h2', { id: title }, 'Edit'),
        this.edit,
      ),
    );
    replace(this.controls, controls(place));
    this.drawHead();
  }

  move(place) {
    this.place = place;
    replace(this.controls, controls(place));
    [this.course, ...this.parts].forEach((part) => part.move(place));
    this.drawHead();
  }

  async refresh() {
    const [course] = await Promise.all([
      this.course.refresh(),
      this.readAd(),
      this.player.refresh(),
      ...this.parts.map((part) => part.refresh()),
    ]);
    return course.asOf;
  }

  // All of it for whoever may read that, else what GET /ads tells.
  async readAd() {
    let ad = null;
    let etag = null;
    try {
      if (this.catalogue.isWhole) {
        const answer = await get(`ads/${this.id}`, {}, { admin: true });
        ad = answer.data;
        etag = answer.etag;
      } else {
        ad = (await this.catalogue.find([this.id])).get(this.id) ?? null;
      }
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) {
        throw error;
      }
    }
    if (this.known !== undefined && JSON.stringify([ad, etag]) === this.known) {
      return;
    }
    this.known = JSON.stringify([ad, etag]);
    this.take(ad, etag);
  }

  take(ad, etag) {
    Object.assign(this, { ad, etag, title: adName(ad, this.id) });
    this.drawHead();
    if (this.form && ad !== null && etag !== null) {
      this.form.offer(ad, etag);
    } else {
      this.drawEdit();
    }
  }

  drawHead() {
    const { ad } = this;
    replace(
      this.head,
      h(
        'p',
        { class: 'crumbs' },
        h('a', { href: hrefOf({ ...this.place, view: 'overview', ad: null }), 'data-go': true }, '← Ads'),
      ),
      h(
        'div',
        { class: 'title-row' },
        ad?.image_url ? picture(ad, 64, 40) : null,
        h(
          'div',
          {},
          h('h1', {}, adName(ad, this.id)),
          h(
            'p',
            { class: 'facts' },
            stateMark(ad),
            h('span', {}, `ad ${this.id}`),
            ad?.advertiser ? h('span', {}, ad.advertiser) : null,
            ad?.category ? h('span', {}, ad.category) : null,
            ad?.target_url ? h('span', {}, '→ ', outLink(ad.target_url)) : null,
          ),
        ),
        h(
          'nav',
          { class: 'jumps', 'aria-label': 'Parts of this page' },
          [
            ['#player', 'Test it'],
            ['#tags', 'Tags'],
            ['#edit', 'Edit'],
          ].map(([href, name]) => h('a', { href }, name)),
        ),
      ),
    );
  }

  drawEdit() {
    this.form = null;
    if (!this.session.admin_token_set) {
      replace(
        this.edit,
        h(
          'p',
          { class: 'note' },
          'Ads cannot be changed over HTTP on this server: set ADMIN_TOKEN, of 24 characters at least, and start it again.',
        ),
      );
    } else if (this.ad !== null && this.etag !== null) {
      this.form = new AdForm({
        ad: this.ad,
        etag: this.etag,
        tz: this.place.tz,
        shell: this.shell,
        saved: (ad) => this.onSaved(ad),
      });
      replace(this.edit, this.form.element, this.archiving());
    } else if (this.catalogue.isWhole) {
      replace(this.edit, h('p', { class: 'note' }, 'There is no such ad.'));
    } else {
      replace(this.edit, this.gate());
    }
  }

  onSaved(ad) {
    this.known = undefined;
    Object.assign(this, { ad, etag: this.form.etag, title: adName(ad, this.id) });
    this.drawHead();
    this.shell.refresh();
  }

  // Who may not read all of an ad has to show the token before there is anything to change.
  gate() {
    const token = new TokenField((session) => {
      this.shell.retake(session);
      this.known = undefined;
      this.shell.refresh();
    });
    return h(
      'form',
      {
        class: 'ad-form',
        onsubmit: (event) => {
          event.preventDefault();
          token.ensure();
        },
      },
      token.element,
      h('div', { class: 'row' }, h('button', { type: 'submit' }, 'Show its fields')),
    );
  }

  archiving() {
    if (this.ad.archived_at) {
      return h('p', { class: 'note' }, 'This ad is archived: nobody is shown it any more, and its numbers stay.');
    }
    const { dialog, token } = this.archiveDialog();
    const ask = () => {
      token.element.hidden = hasAdminToken();
      dialog.showModal();
    };
    return h('div', { class: 'archive' }, h('button', { type: 'button', onclick: ask }, 'Archive…'), dialog);
  }

  archiveDialog() {
    const token = new TokenField((session) => this.shell.retake(session));
    const fault = h('p', { class: 'slip', role: 'alert' });
    const dialog = h(
      'dialog',
      { 'aria-label': 'Archive this ad?' },
      h(
        'form',
        {
          method: 'dialog',
          class: 'ad-form',
          onsubmit: (event) => event.submitter?.value === 'archive' && this.onArchive(event, token, fault, dialog),
        },
        h('h3', {}, `Archive “${adName(this.ad, this.id)}”?`),
        h('p', {}, 'It is shown to nobody any more. What was counted stays, and its events still find it.'),
        token.element,
        fault,
        h(
          'div',
          { class: 'row' },
          h('button', { type: 'submit', class: 'main', value: 'archive' }, 'Archive'),
          h('button', { type: 'submit', value: 'no', formnovalidate: true }, 'Leave it'),
        ),
      ),
    );
    return { dialog, token };
  }

  async onArchive(event, token, fault, dialog) {
    event.preventDefault();
    fault.textContent = '';
    if (!(await token.ensure())) {
      return;
    }
    try {
      await send('DELETE', `ads/${this.id}`, { headers: { 'If-Match': this.form?.etag ?? this.etag } });
      dialog.close();
      this.form = null;
      this.known = undefined;
      this.shell.refresh();
    } catch (error) {
      fault.textContent =
        error.status === 412
          ? 'Somebody else has changed this ad meanwhile: look at it again first.'
          : `Not archived: ${error.message}`;
    }
  }
}
