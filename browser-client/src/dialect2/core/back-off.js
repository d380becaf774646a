const FIRST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 5_000;
/** The most that the server gets of what it asks for: whoever waits longer has lost the session meanwhile. */
const LONGEST_ASKED_MILLISECONDS = 10_000;

/** When to try again what has failed: at once, then each time later, at a random time up to a bound that doubles. */
export class BackOff {
  /** Until when nothing is tried, in milliseconds; 0: there is nothing to wait for. */
  until = 0;
  /** When it failed first since it last worked, in milliseconds; Infinity: it has not. */
  since = Infinity;
  #random;
  #failures = 0;

  /** @param {() => number} random from 0 to 1, without 1 */
  constructor(random) {
    this.#random = random;
  }

  /** It worked, or there is reason to believe that it will. */
  reset() {
    this.#failures = this.until = 0;
    this.since = Infinity;
  }

  /**
   * What fails while one waits anyway changes nothing, but for what the server asks for.
   *
   * @param {number} now
   * @param {number} [atLeast] milliseconds that the server asks for
   */
  failed(now, atLeast = 0) {
    this.since = Math.min(this.since, now);
    atLeast = Math.min(atLeast, LONGEST_ASKED_MILLISECONDS);
    if (this.until <= now) {
      const bound = Math.min(FIRST_PAUSE_MILLISECONDS * (2 ** this.#failures++ - 1), LONGEST_PAUSE_MILLISECONDS);
      atLeast = Math.max(atLeast, this.#random() * bound);
    }
    if (atLeast > 0) {
      this.until = Math.max(this.until, now + atLeast);
    }
  }
}
