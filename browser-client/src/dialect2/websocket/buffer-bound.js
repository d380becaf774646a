const FIRST_BYTES = 1_048_576;
const MAX_BYTES = 8_388_608;
/** On a line on which as many as may wait go within this time, they wait for a second at most when there are twice as many. */
const FAST_MILLISECONDS = 500;

/**
 * A bound of how many bytes wait in the browser until a socket takes them. What the session must send besides waits behind
 * them, so on a slow line they are few. A browser does not tell when they have gone: on a line that is fast and long, few
 * have gone long before the server's answer comes, which is the next event by which more is sent. There the bound doubles.
 */
export class BufferBound {
  #bytes = FIRST_BYTES;
  /** How many the socket was given. */
  #given = 0;
  /** From how many on, and from when on, it is measured how fast they go. */
  #measuredFrom = 0;
  #measuredAt;

  /** @param {number} now when the socket begins to carry */
  constructor(now) {
    this.#measuredAt = now;
  }

  /** @param {number} size how many bytes the socket was given */
  gave(size) {
    this.#given += size;
  }

  /** @param {number} waiting how many bytes wait now @param {number} now @returns {number} how many may wait */
  at(waiting, now) {
    const gone = this.#given - waiting;
    if (gone - this.#measuredFrom >= this.#bytes) {
      if (now - this.#measuredAt > FAST_MILLISECONDS) {
        this.#bytes = FIRST_BYTES;
      } else if (waiting === 0) {
        this.#bytes = Math.min(2 * this.#bytes, MAX_BYTES);
      }
      this.#measuredFrom = gone;
      this.#measuredAt = now;
    }
    return this.#bytes;
  }
}
