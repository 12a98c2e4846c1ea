// Reads a VAST document: its media and everything that it wants to be told.

function seconds(text) {
  const found = /^(\d+):(\d{2}):(\d{2}(?:\.\d+)?)$/.exec((text ?? '').trim());
  return found ? 3600 * found[1] + 60 * found[2] + Number(found[3]) : null;
}

// An offset as VAST writes it: a time, or per cent of the duration.
function offset(text, duration) {
  const share = /^(\d+(?:\.\d+)?)%$/.exec((text ?? '').trim());
  return share ? (duration * share[1]) / 100 : seconds(text);
}

function number(element, name) {
  const value = Number(element.getAttribute(name));
  return element.hasAttribute(name) && Number.isFinite(value) ? value : null;
}

function texts(parent, selector) {
  return [...parent.querySelectorAll(selector)]
    .map((element) => element.textContent.trim())
    .filter((text) => text !== '');
}

function tracking(creative, duration) {
  return [...creative.querySelectorAll('TrackingEvents > Tracking')].map((element) => ({
    event: element.getAttribute('event'),
    url: element.textContent.trim(),
    at: offset(element.getAttribute('offset'), duration),
  }));
}

function clicks(creative) {
  return ['VideoClicks > ClickTracking', 'NonLinearClickTracking'].flatMap((selector) =>
    texts(creative, selector).map((url) => ({ event: 'click', url, at: null })),
  );
}

function viewability(ad) {
  return [
    ['Viewable', 'viewable'],
    ['NotViewable', 'notViewable'],
    ['ViewUndetermined', 'viewUndetermined'],
  ].flatMap(([name, event]) => texts(ad, `ViewableImpression > ${name}`).map((url) => ({ event, url, at: null })));
}

function readAd(ad) {
  const linear = ad.querySelector('Linear');
  const image = ad.querySelector('NonLinear');
  const duration = seconds(linear?.querySelector('Duration')?.textContent) ?? 0;
  const simple = (selector, event) => texts(ad, selector).map((url) => ({ event, url, at: null }));
  const creative = ad.querySelector('Creatives') ?? ad;
  return {
    title: ad.querySelector('AdTitle')?.textContent.trim() ?? '',
    wrapped: ad.querySelector('Wrapper > VASTAdTagURI')?.textContent.trim() ?? null,
    duration,
    skipAfter: linear === null ? null : offset(linear.getAttribute('skipoffset'), duration),
    media: [...(linear?.querySelectorAll('MediaFiles > MediaFile') ?? [])].map((file) => ({
      url: file.textContent.trim(),
      type: file.getAttribute('type') ?? '',
      delivery: file.getAttribute('delivery') ?? '',
      width: number(file, 'width'),
      height: number(file, 'height'),
      bitrate: number(file, 'bitrate'),
    })),
    image:
      image === null
        ? null
        : {
            url: image.querySelector('StaticResource')?.textContent.trim() ?? '',
            width: number(image, 'width'),
            height: number(image, 'height'),
          },
    target: texts(creative, 'VideoClicks > ClickThrough')[0] ?? texts(creative, 'NonLinearClickThrough')[0] ?? null,
    trackers: [
      ...simple(':scope > InLine > Impression, :scope > Wrapper > Impression', 'impression'),
      ...tracking(creative, duration),
      ...clicks(creative),
      ...viewability(ad),
      ...simple(':scope > InLine > Error, :scope > Wrapper > Error', 'error'),
    ],
  };
}

// {ad, errors}: the first ad, or null; `errors` are where an empty answer wants to be told.
export function readVast(text) {
  const document = new DOMParser().parseFromString(text, 'text/xml');
  if (document.querySelector('parsererror') !== null || document.documentElement.localName !== 'VAST') {
    throw new Error('this is no VAST document');
  }
  const ad = document.querySelector('VAST > Ad');
  return { ad: ad === null ? null : readAd(ad), errors: texts(document, 'VAST > Error') };
}
