/** The figures begin anew after this time: what counts is how a duplex is used now. */
const WINDOW_MILLISECONDS = 10_000;
/** So many turns within that time are worth the opening of a socket. */
const MANY_TURNS = 8;
/** The most bytes of both directions that a small turn has, on average. */
const SMALL_TURN_BYTES = 16_384;

/** Figures of how an application uses a duplex: a turn is a write that follows a read. */
export class Turns {
  /** When the last turn was taken, or a socket got for them. */
  last = -Infinity;
  #since = 0;
  #count = 0;
  /** How many bytes went beyond those of small turns. */
  excess = 0;
  #hasRead = false;
  /** How many bytes have gone since the clock was looked at, which costs more than a small write does. */
  #unseen = 0;

  /** @param {number} size how many bytes went @param {boolean} isWrite */
  moved(size, isWrite) {
    const isTurn = isWrite && this.#hasRead;
    this.#unseen += size;
    if (isTurn || this.#unseen >= SMALL_TURN_BYTES) {
      const now = performance.now();
      this.#unseen = 0;
      if (now - this.#since > WINDOW_MILLISECONDS) {
        this.#since = now;
        this.#count = this.excess = 0;
      }
      if (isTurn) {
        this.#count++;
        this.excess -= SMALL_TURN_BYTES;
        this.last = now;
      }
    }
    this.excess += size;
    this.#hasRead = !isWrite;
  }

  get areSmall() {
    return this.#count >= MANY_TURNS && this.excess <= 0;
  }
}
