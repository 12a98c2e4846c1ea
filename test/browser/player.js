// Plays content with an ad before it, in the player that is asked for. `window.showing` says what there
// is to see: "nothing", "ad", "content", "end" or "trouble". With ?player=shaka&tag=URL it begins by itself.
const CONTENT = new URL('content.mp4', location).href;
const stage = document.getElementById('stage');
const log = document.getElementById('log');
const told = document.getElementById('told');

window.showing = 'nothing';
window.resume = () => {};
window.skip = () => false; // whether it could be, as yet

function add(list, words) {
  list.append(Object.assign(document.createElement('li'), { textContent: words }));
}

function show(what, words = what) {
  window.showing = what;
  add(log, words);
}

function trouble(error) {
  show('trouble', `trouble: ${(error && (error.stack || error.message)) || JSON.stringify(error)}`);
}

function newVideo() {
  const video = Object.assign(document.createElement('video'), { id: 'video', playsInline: true });
  stage.replaceChildren(video);
  return video;
}

function script(source) {
  return new Promise((resolve, reject) => {
    document.head.append(
      Object.assign(document.createElement('script'), {
        src: source,
        onload: resolve,
        onerror: () => reject(new Error(`no ${source}`)),
      }),
    );
  });
}

async function playInShaka(tag) {
  if (!window.shaka) await script('modules/shaka-player/dist/shaka-player.ui.js');
  shaka.polyfill.installAll();
  const video = newVideo();
  const cover = Object.assign(document.createElement('div'), { id: 'cover' });
  stage.append(cover);
  const player = new shaka.Player();
  await player.attach(video);
  player.addEventListener('error', (event) => trouble(event.detail));
  const ads = player.getAdManager();
  ads.setContainers(cover, null); // the other is for Google's own
  // Shaka halts the ad when its target opens.
  window.resume = () => ads.getCurrentAd()?.play();
  window.skip = () => {
    const may = ads.getCurrentAd()?.canSkipNow();
    if (may) ads.getCurrentAd().skip();
    return Boolean(may);
  };
  ads.addEventListener('ad-started', () => show('ad'));
  ads.addEventListener('ad-error', (event) => trouble(event.originalEvent || event));
  // Others lie over the content.
  const isAd = () => Boolean(ads.getCurrentAd()?.isLinear());
  video.addEventListener('timeupdate', () => {
    if (!isAd() && video.currentTime > 0 && !video.paused && window.showing !== 'content') show('content');
  });
  video.addEventListener('ended', () => isAd() || show('end'));
  await player.load(CONTENT);
  await ads.addAdUrlInterstitial(tag);
  await video.play();
}

async function playInFluid(tag) {
  const { default: fluidPlayer } = await import('./modules/fluid-player/src/index.js');
  const video = newVideo();
  video.append(Object.assign(document.createElement('source'), { src: CONTENT, type: 'video/mp4' }));
  let seen = '';
  video.addEventListener('timeupdate', () => {
    const what = video.currentSrc === CONTENT ? 'content' : 'ad';
    if (what !== seen && video.currentTime > 0 && !video.paused) show((seen = what));
  });
  video.addEventListener('ended', () => {
    if (video.currentSrc === CONTENT) show('end');
  });
  window.resume = () => video.play();
  window.skip = () => {
    const button = stage.querySelector('.skip_button:not(.skip_button_disabled)');
    if (button) button.querySelector('a').click();
    return Boolean(button);
  };
  fluidPlayer(video, {
    layoutControls: { autoPlay: true, mute: false, fillToContainer: true },
    vastOptions: {
      adList: [{ roll: 'preRoll', vastTag: tag }],
    },
  });
}

function play(player, tag) {
  log.replaceChildren();
  told.replaceChildren();
  window.showing = 'nothing';
  ({ shaka: playInShaka, fluid: playInFluid })[player](tag).catch(trouble);
}

const form = document.forms[0];
form.addEventListener('submit', (event) => {
  event.preventDefault();
  play(form.player.value, form.tag.value);
});
// Those to the origin of the ad's address.
new PerformanceObserver((requests) => {
  for (const { name } of requests.getEntries()) {
    if (URL.canParse(form.tag.value) && new URL(name).origin === new URL(form.tag.value).origin) {
      add(told, name.replace(/[\w-]{40,}/, '\u2026'));
    }
  }
}).observe({ type: 'resource' });

// Back from the ad's target.
window.addEventListener('focus', () => window.resume());

const query = new URLSearchParams(location.search);
if (query.has('tag')) form.tag.value = query.get('tag');
if (query.has('player')) {
  form.player.value = query.get('player');
  play(form.player.value, form.tag.value);
}
