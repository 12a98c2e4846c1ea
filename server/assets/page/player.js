// The test player: fetches an ad's VAST as a preview, which counts as a test, plays it, and tells its trackers.
import { get, getText } from './api.js';
import { h, isShowable, newId, outLink, replace, setText } from './dom.js';
import { TrackerList } from './trackers.js';
import { readVast } from './vast.js';

const QUARTILES = [
  [0.25, 'firstQuartile'],
  [0.5, 'midpoint'],
  [0.75, 'thirdQuartile'],
];
// Of the Media Rating Council: half of it, for two seconds.
const VIEWABLE_SHARE = 0.5;
const VIEWABLE_MS = 2000;

function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

// Which file this browser plays, the smallest that is at least as wide as the player; or why none.
function chooseMedia(media) {
  const probe = document.createElement('video');
  const files = media.filter(
    (file) => file.delivery !== 'streaming' && (file.type === '' || probe.canPlayType(file.type) !== ''),
  );
  const near = files.filter((file) => isShowable(file.url));
  if (near.length > 0) {
    return { file: [...near].sort((one, other) => (one.bitrate ?? 0) - (other.bitrate ?? 0))[0] };
  }
  return {
    fault:
      files.length === 0
        ? 'None of its media files is of a type that this browser plays.'
        : 'Its media files are not on https: this page plays no others.',
  };
}

export class TestPlayer {
  // `headers` makes those of the request for the VAST.
  constructor({ id, publicUrl, place, headers }) {
    Object.assign(this, { id, place, headers });
    this.trackers = new TrackerList(id, [publicUrl, new URL('.', location.href).href.replace(/\/$/, '')]);
    this.screen = h('div', { class: 'screen' });
    this.note = h('p', { class: 'note', role: 'status' });
    this.play = h('button', { type: 'button', class: 'main', onclick: () => this.onPlay() }, 'Play the ad');
    this.mute = h('button', { type: 'button', hidden: true, onclick: () => this.onMute() }, 'Mute');
    this.skip = h('button', { type: 'button', hidden: true, onclick: () => this.onSkip() }, 'Skip');
    this.full = h(
      'button',
      { type: 'button', hidden: true, onclick: () => this.video.requestFullscreen?.() },
      'Full screen',
    );
    this.visit = h('span');
    this.time = h('span', { class: 'time' });
    this.progress = h('progress', { max: 1, value: 0, 'aria-label': 'How far the ad has played' });
    this.stored = h('p', { class: 'note stored', role: 'status' });
    this.element = this.layOut();
    this.trackers.element.hidden = true;
    this.video = null;
  }

  layOut() {
    const title = newId('player');
    return h(
      'section',
      { class: 'part wide test-player', id: 'player', 'aria-labelledby': title },
      h('div', { class: 'bar' }, h('h2', { id: title }, 'Test player')),
      h(
        'p',
        { class: 'note' },
        'Plays the ad’s VAST with preview tokens: what it tells is stored as a test and is in no other number.',
      ),
      h(
        'div',
        { class: 'stage-of' },
        h(
          'div',
          {},
          this.screen,
          this.progress,
          h('div', { class: 'row' }, this.play, this.mute, this.skip, this.full, this.visit, this.time),
          this.note,
          this.stored,
        ),
        this.trackers.element,
      ),
    );
  }

  say(text) {
    setText(this.note, text);
  }

  // Begins, goes on, or halts.
  async onPlay() {
    if (this.video !== null && !this.isOver) {
      await (this.video.paused ? this.video.play().catch(() => {}) : this.video.pause());
      return;
    }
    this.play.disabled = true;
    this.say('Fetching its VAST…');
    try {
      await this.begin();
    } catch (error) {
      this.say(
        error.status === 401 || error.status === 403 || error.status === 404
          ? `This ad is not available, and shown to nobody but who has ADMIN_TOKEN: enter it below, under Edit. (${error.message})`
          : `Its VAST cannot be had: ${error.message}`,
      );
    } finally {
      this.play.disabled = false;
    }
  }

  async begin() {
    const { ad } = readVast(await getText(`ads/${this.id}/vast?preview=1`, this.headers()));
    this.clear();
    if (ad === null) {
      this.say('The answer is empty: this ad has nothing that VAST can show.');
      return;
    }
    this.ad = ad;
    this.trackers.element.hidden = false;
    this.trackers.begin(ad.trackers, ad.wrapped);
    this.hasPlayed = true;
    if (ad.target !== null) {
      replace(this.visit, this.target(ad.target));
    }
    if (ad.wrapped !== null) {
      this.say('A wrapper: whose ad it is around is not fetched here. Its own trackers are listed.');
    } else if (ad.image !== null) {
      this.showImage(ad.image);
    } else {
      this.showVideo(ad.media);
    }
  }

  target(url) {
    const link = outLink(url, 'Open its target ↗');
    link.addEventListener('click', () => this.tell('click'));
    return link;
  }

  clear() {
    this.viewing?.disconnect();
    clearTimeout(this.viewTimer);
    this.video?.pause();
    this.video = null;
    this.isOver = false;
    this.told = new Set();
    replace(this.screen);
    replace(this.visit);
    [this.mute, this.skip, this.full].forEach((button) => {
      button.hidden = true;
    });
    this.say('');
    setText(this.time, '');
    this.progress.value = 0;
  }

  get now() {
    return this.video?.currentTime ?? 0;
  }

  tell(event, more) {
    this.trackers.tell(event, this.now, more);
  }

  tellOnce(event) {
    if (!this.told.has(event)) {
      this.told.add(event);
      this.tell(event);
    }
  }

  showImage(image) {
    if (!isShowable(image.url)) {
      this.fail(500, 'Its image is not on https: this page shows no others.');
      return;
    }
    const element = h('img', {
      src: image.url,
      alt: 'The ad',
      referrerpolicy: 'no-referrer',
      onload: () => this.tellOnce('impression'),
      onerror: () => this.fail(502, 'Its image cannot be loaded.'),
    });
    replace(this.screen, element);
    this.play.textContent = 'Show it again';
    this.isOver = true;
    this.watch(element);
  }

  showVideo(media) {
    const { file, fault } = chooseMedia(media);
    if (file === undefined) {
      this.fail(media.length === 0 ? 401 : 403, fault);
      return;
    }
    this.video = h('video', {
      src: file.url,
      playsinline: true,
      preload: 'auto',
      referrerpolicy: 'no-referrer',
      'aria-label': 'The ad',
    });
    replace(this.screen, this.video);
    this.follow(this.video);
    this.mute.hidden = false;
    this.full.hidden = !document.fullscreenEnabled;
    this.skip.hidden = this.ad.skipAfter === null;
    this.countDown();
    this.watch(this.video);
    this.video
      .play()
      .catch((error) => error.name === 'NotAllowedError' && this.say('The browser wants another press of the button.'));
  }

  follow(video) {
    const on = (name, heard) => video.addEventListener(name, () => video === this.video && heard());
    on('loadeddata', () => this.tellOnce('loaded'));
    on('playing', () => this.onPlaying());
    on('pause', () => this.onPause());
    on('timeupdate', () => this.onTime());
    on('volumechange', () => this.onVolume());
    on('seeked', () => this.now < (this.furthest ?? 0) - 0.5 && this.tell('rewind'));
    on('ended', () => this.onEnded());
    on('error', () =>
      this.fail(
        { 2: 402, 3: 405, 4: 401 }[video.error?.code] ?? 400,
        `The media cannot be played: ${video.error?.message || 'it did not come'}`,
      ),
    );
    this.wasMuted = video.muted;
    video.addEventListener('fullscreenchange', () =>
      this.tell(document.fullscreenElement === video ? 'playerExpand' : 'playerCollapse'),
    );
  }

  onPlaying() {
    this.play.textContent = 'Pause';
    if (this.wasPaused) {
      this.wasPaused = false;
      this.tell('resume');
    }
    this.tellOnce('impression');
    this.tellOnce('start');
  }

  onPause() {
    if (!this.video.ended && !this.isOver) {
      this.wasPaused = true;
      this.play.textContent = 'Go on';
      this.tell('pause');
    }
  }

  get duration() {
    return Number.isFinite(this.video.duration) ? this.video.duration : this.ad.duration;
  }

  onTime() {
    const { now, duration } = this;
    this.furthest = Math.max(this.furthest ?? 0, now);
    this.progress.value = duration > 0 ? now / duration : 0;
    setText(this.time, `${clock(now)} of ${clock(duration)}`);
    for (const [share, event] of QUARTILES) {
      if (duration > 0 && now >= share * duration) {
        this.tellOnce(event);
      }
    }
    for (const offset of this.trackers.offsets) {
      if (now >= offset) {
        this.trackers.tell('progress', now, { offset });
      }
    }
    this.countDown();
  }

  countDown() {
    const {
      now,
      ad: { skipAfter },
    } = this;
    this.skip.disabled = skipAfter !== null && now < skipAfter;
    setText(this.skip, this.skip.disabled ? `Skip in ${Math.ceil(skipAfter - now)} s` : 'Skip');
  }

  onVolume() {
    const { muted } = this.video;
    if (muted !== this.wasMuted) {
      this.wasMuted = muted;
      this.mute.textContent = muted ? 'Unmute' : 'Mute';
      this.tell(muted ? 'mute' : 'unmute');
    }
  }

  onMute() {
    this.video.muted = !this.video.muted;
  }

  onSkip() {
    this.tell('skip');
    this.end();
    this.video.pause();
  }

  onEnded() {
    QUARTILES.forEach(([, event]) => this.tellOnce(event));
    this.tellOnce('complete');
    this.progress.value = 1;
    this.end();
  }

  end() {
    this.isOver = true;
    this.wasPaused = false;
    this.furthest = 0;
    this.play.textContent = 'Play it again';
    this.skip.hidden = true;
    this.mute.hidden = true;
    if (!this.told.has('viewable')) {
      this.tellOnce('notViewable');
    }
    this.viewing?.disconnect();
    clearTimeout(this.viewTimer);
  }

  fail(code, text) {
    this.say(text);
    this.told.add('viewable');
    this.tell('error', { code });
    this.end();
  }

  // Viewable once half of it has been in view for two seconds.
  watch(element) {
    this.viewing = new IntersectionObserver(
      ([entry]) => {
        clearTimeout(this.viewTimer);
        if (entry.intersectionRatio >= VIEWABLE_SHARE) {
          this.viewTimer = setTimeout(() => this.tellOnce('viewable'), VIEWABLE_MS);
        }
      },
      { threshold: [VIEWABLE_SHARE] },
    );
    this.viewing.observe(element);
  }

  // What of today's tests the database has by now.
  async refresh() {
    if (!this.hasPlayed) {
      return;
    }
    const { data } = await get('ads/analytics', {
      period: 'today',
      tz: this.place.tz,
      traffic: 'test',
      ad_id: this.id,
      group_by: 'kind',
      metrics: 'events',
      limit: 50,
    });
    const rows = data.rows.filter((row) => row.events > 0);
    setText(
      this.stored,
      rows.length === 0
        ? 'Nothing of it is stored yet.'
        : `Stored as tests today: ${rows.map((row) => `${row.kind} ${row.events}`).join(', ')}.`,
    );
  }
}
