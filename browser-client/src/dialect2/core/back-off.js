const FIRST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 5_000;
/** The longest pause that a server gets when it asks for one: after a longer one the session might have timed out. */
const LONGEST_ASKED_MILLISECONDS = 10_000;

/** The time of the next try: at once after the first failure, then after random pauses whose bound doubles. */
export class BackOff {
  /** The time of the first failure since the last success, in milliseconds; Infinity if there was none. */
  failingSince = Infinity;
  #random;
  #failures = 0;
  /** When the pause ends, in milliseconds; 0: there is none. */
  #until = 0;

  /** @param {() => number} random from 0 to 1, without 1 */
  constructor(random) {
    this.#random = random;
  }

  /** @param {number} now */
  isPausing(now) {
    return this.#until > now;
  }

  /** @returns {import('./session.js').Alarm} */
  get alarm() {
    return [this.#until || Infinity, () => (this.#until = 0)];
  }

  /** It worked, or there is reason to believe that it will. */
  reset() {
    this.#failures = this.#until = 0;
    this.progressed();
  }

  /** Something worked; a pause goes on. */
  progressed() {
    this.failingSince = Infinity;
  }

  /**
   * A failure during a pause does not count, except that the server may ask for a longer pause.
   * @param {number} now
   * @param {number} [atLeast] milliseconds that the server asks for
   * @param {number} [longest] the bound of the pause, in milliseconds, unless the first one is larger
   */
  failed(now, atLeast = 0, longest = LONGEST_PAUSE_MILLISECONDS) {
    this.failingSince = Math.min(this.failingSince, now);
    atLeast = Math.min(atLeast, LONGEST_ASKED_MILLISECONDS);
    if (!this.isPausing(now)) {
      const doubled = FIRST_PAUSE_MILLISECONDS * (2 ** this.#failures++ - 1);
      const bound = Math.min(doubled, LONGEST_PAUSE_MILLISECONDS, Math.max(FIRST_PAUSE_MILLISECONDS, longest));
      atLeast = Math.max(atLeast, this.#random() * bound);
    }
    if (atLeast > 0) {
      this.pause(now + atLeast);
    }
  }

  /** @param {number} until at least */
  pause(until) {
    this.#until = Math.max(this.#until, until);
  }
}
