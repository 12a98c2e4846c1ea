// Does the same work again and again: every 5 s, not while nobody looks, and less often while the server is away.

const USUAL_MS = 5000;
const LONGEST_MS = 60000;
// Whoever answers slowly is asked less: this much longer than the answer took is waited.
const PATIENCE = 4;

export class Poller {
  // `work` returns a promise; it fails where the server is away. `told` hears (isAway, whenNextMs).
  constructor(work, told) {
    this.work = work;
    this.told = told;
    this.failures = 0;
    this.timer = null;
    this.isBusy = false;
    this.isHurried = false;
    document.addEventListener('visibilitychange', () => (document.hidden ? this.rest() : this.hurry()));
    window.addEventListener('online', () => this.hurry());
  }

  rest() {
    clearTimeout(this.timer);
    this.timer = null;
  }

  // At once, or as soon as what is under way has ended.
  hurry() {
    this.rest();
    if (this.isBusy) {
      this.isHurried = true;
    } else {
      this.turn();
    }
  }

  async turn() {
    const begun = performance.now();
    this.isBusy = true;
    this.isHurried = false;
    try {
      await this.work();
      this.failures = 0;
    } catch {
      this.failures += 1;
    }
    this.isBusy = false;
    const next = this.pause(performance.now() - begun);
    this.told(this.failures > 0, next);
    if (this.isHurried) {
      this.hurry();
    } else if (!document.hidden) {
      this.timer = setTimeout(() => this.turn(), next);
    }
  }

  pause(tookMs) {
    if (this.failures > 0) {
      const most = Math.min(LONGEST_MS, USUAL_MS * 2 ** (this.failures - 1));
      return most * (0.75 + Math.random() / 2);
    }
    return Math.min(LONGEST_MS, Math.max(USUAL_MS, PATIENCE * tookMs));
  }
}
