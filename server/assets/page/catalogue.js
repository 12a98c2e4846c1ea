// The ads: all of them for whoever may read that, else those that are available.
import { get, hasAdminToken } from './api.js';

// As the server looks for them, as far as GET /ads tells.
function fits(ad, words) {
  const wanted = words.toLowerCase();
  return String(ad.id) === words || [ad.title, ad.target_url].some((text) => text?.toLowerCase().includes(wanted));
}

// Of GET /ads, which has no more than what viewers may know.
async function openAds() {
  const { data } = await get('ads');
  return [...data].sort((one, other) => other.id - one.id);
}

export class Catalogue {
  constructor(mayReadAll) {
    this.mayReadAll = mayReadAll;
  }

  get isWhole() {
    return this.mayReadAll || hasAdminToken();
  }

  // By their ids; those that are not known are not in it.
  async find(ids) {
    if (ids.length === 0) {
      return new Map();
    }
    if (this.isWhole) {
      const { data } = await get('ads', { fields: 'all', id: ids, limit: ids.length }, { admin: true });
      return new Map(data.ads.map((ad) => [ad.id, ad]));
    }
    const wanted = new Set(ids);
    return new Map(
      (await openAds()).filter((ad) => wanted.has(ad.id)).map((ad) => [ad.id, { ...ad, state: 'available' }]),
    );
  }

  // The newest first, of a state or of all: {ads, next, total}; `after` is the `next` of the page before.
  async page({ after = null, words = '', state = null, limit = 25 }) {
    if (this.isWhole) {
      const { data } = await get('ads', { fields: 'all', q: words, state, after, limit }, { admin: true });
      return data;
    }
    const all = (await openAds()).filter((ad) => words === '' || fits(ad, words));
    const rest = all.filter((ad) => after === null || ad.id < after);
    const ads = rest.slice(0, limit).map((ad) => ({ ...ad, state: 'available' }));
    return { ads, next: rest.length > limit ? ads[ads.length - 1].id : null, total: all.length };
  }
}
