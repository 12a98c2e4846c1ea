// The form for a new ad.
import { AdForm } from './ad_form.js';
import { h } from './dom.js';
import { hrefOf } from './place.js';

export class NewAd {
  constructor(place, { session, shell }) {
    this.place = place;
    this.title = 'New ad';
    this.form = new AdForm({
      tz: place.tz,
      shell,
      saved: (ad) => shell.go({ ...this.place, view: 'ad', ad: ad.id }),
    });
    this.element = h(
      'div',
      { class: 'new-ad' },
      h(
        'p',
        { class: 'crumbs' },
        h('a', { href: hrefOf({ ...place, view: 'overview', ad: null }), 'data-go': true }, '← Ads'),
      ),
      h('h1', {}, 'New ad'),
      h(
        'p',
        { class: 'lead' },
        'A media file makes it a video, an image alone a banner over the video, a wrapper points to somebody else’s VAST.',
      ),
      session.admin_token_set
        ? this.form.element
        : h(
            'p',
            { class: 'note' },
            'Ads cannot be made over HTTP on this server: set ADMIN_TOKEN, of 24 characters at least, and start it again.',
          ),
    );
  }

  move(place) {
    this.place = place;
  }

  async refresh() {
    return null;
  }
}
