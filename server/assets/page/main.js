// The page: the strip at the top, below it a view, which belongs to the place that the URL tells.
import { ApiError, closeSession, forget, hasAdminToken, readSession } from './api.js';
import { AdView } from './ad.js';
import { Catalogue } from './catalogue.js';
import { h, replace } from './dom.js';
import { NewAd } from './new_ad.js';
import { Overview } from './overview.js';
import { go, hrefOf, onMove, readPlace } from './place.js';
import { Poller } from './poller.js';
import { SignIn } from './signin.js';
import { Strip } from './strip.js';
import { Unlock } from './unlock.js';

const top = document.getElementById('top');
const main = document.getElementById('main');
const strip = new Strip();
const actions = h('nav', { class: 'actions', 'aria-label': 'Page' });
const notice = h('p', { class: 'notice', role: 'alert', hidden: true });
const stage = h('div', { class: 'stage' });

let session = {
  may_read: true,
  may_read_private: false,
  may_change: false,
  read_token_set: false,
  admin_token_set: false,
};
let catalogue = new Catalogue(false);
let place = readPlace();
let knowsSession = false;
let view = null;
let viewKey = '';

const VIEWS = { overview: Overview, ad: AdView, new: NewAd };

function sayFault(text) {
  notice.hidden = text === '';
  if (notice.textContent !== text) {
    notice.textContent = text;
  }
}

function drawActions() {
  const hasSession = session.read_token_set && session.may_read && session.expires_at;
  replace(
    actions,
    view instanceof SignIn
      ? null
      : h('a', { href: hrefOf({ ...place, view: 'new', ad: null }), 'data-go': true, class: 'new' }, 'New ad'),
    session.admin_token_set && !session.may_read_private && !hasAdminToken() && !(view instanceof Unlock)
      ? h('button', { type: 'button', class: 'plain', onclick: unlock }, 'All ads')
      : null,
    hasSession ? h('button', { type: 'button', class: 'plain', onclick: signOut }, 'Sign out') : null,
  );
}

function put(next, key, isFirst) {
  view = next;
  viewKey = key;
  replace(stage, view.element);
  document.title = `${view.title} – video-ad-tracker`;
  drawActions();
  if (!isFirst) {
    scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
}

function show(next, isFirst = false) {
  place = next;
  const key = `${place.view} ${place.ad ?? ''}`;
  home.href = hrefOf({ ...place, view: 'overview', ad: null });
  sayFault('');
  if (!session.may_read) {
    signIn();
  } else if (key === viewKey) {
    view.move(place);
    drawActions();
  } else {
    put(new VIEWS[place.view](place, { catalogue, session, shell }), key, isFirst);
  }
  poller.hurry();
}

function take(next) {
  knowsSession = true;
  session = next;
  catalogue = new Catalogue(session.may_read_private);
  viewKey = '';
}

function signIn() {
  if (view instanceof SignIn) {
    return;
  }
  put(
    new SignIn((opened) => {
      forget();
      take(opened);
      view = null;
      show(place);
    }),
    'sign-in',
    false,
  );
  view.focus();
}

// Until another view is gone to.
function unlock() {
  put(
    new Unlock((opened) => {
      forget();
      take(opened);
      show(place);
    }),
    'unlock',
    false,
  );
  view.focus();
}

async function signOut() {
  await closeSession().catch(() => {});
  take(await readSession());
  show(place);
}

async function work() {
  if (!knowsSession) {
    take(await readSession());
    show(place, true);
  }
  const here = view;
  if (here instanceof SignIn) {
    await strip.refreshOpenly();
    return;
  }
  try {
    const [, asOf] = await Promise.all([strip.refresh(), here.refresh()]);
    strip.fresh(asOf, place.tz);
    document.title = `${here.title} – video-ad-tracker`;
    sayFault('');
  } catch (error) {
    if (!(error instanceof ApiError)) {
      console.error(error);
      throw error;
    }
    if (error.status === 401) {
      session = { ...session, may_read: false };
      signIn();
    } else if (error.status === 0) {
      throw error;
    } else {
      sayFault(`These are not the newest numbers: ${error.message}`);
    }
  }
}

// What views may ask of the page.
const shell = {
  go,
  refresh: () => poller.hurry(),
  session: () => session,
  retake: (next) => {
    session = { ...session, ...next };
  },
};

const home = h('a', { class: 'home', href: hrefOf(place), 'data-go': true }, 'video-ad-tracker');
replace(top, home, strip.element, actions);
replace(main, notice, stage);
const poller = new Poller(work, (isAway, nextMs) => isAway && strip.away(nextMs));

onMove((next) => show(next));
history.replaceState(null, '', hrefOf(place));
poller.hurry();
