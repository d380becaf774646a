/** A PING that takes longer is late, and one that takes so much longer than another is slower. */
const LATE_MILLISECONDS = 100;
/** How many times in a row the stream must be slower. */
const ENOUGH = 3;
/** How many PINGs of POSTs one session may spend: on a long line each PING of a stream is late. */
const MAX_POSTS = 8;

/**
 * A comparison of a streaming POST with ordinary ones: something on the way may hold its small pieces back. When a PING of
 * the stream was answered late, a POST carries the next one, and so in turn, as long as the POST's is much faster.
 */
export class Comparison {
  /** Whether a POST must carry a PING. */
  isDue = false;
  /** How long the stream's last PING has taken. */
  #took = 0;
  /** The PING of the last POST, and when it went. */
  #token = 0;
  #sentAt = 0;
  #left = MAX_POSTS;
  #slower = 0;

  /** A PING of the stream was answered. @param {number} took how long it has taken in milliseconds; 0: that tells nothing */
  streamed(took) {
    this.#took = took;
    this.isDue = took > LATE_MILLISECONDS && this.#left > 0;
    this.#slower = this.isDue ? this.#slower : 0;
  }

  /** A POST carries a PING. @param {number} token @param {number} now @returns {number} the token */
  posted(token, now) {
    this.isDue = false;
    this.#left--;
    this.#sentAt = now;
    return (this.#token = token);
  }

  /** @param {number} token of a PONG @param {number} now @returns {boolean} whether it shows that the stream is slower */
  answered(token, now) {
    if (token !== this.#token) {
      return false;
    }
    this.#token = 0;
    const took = now - this.#sentAt;
    // By half as much besides: on a long line times differ.
    const isSlower = this.#took - took > Math.max(LATE_MILLISECONDS, took / 2);
    this.#slower = isSlower ? this.#slower + 1 : 0;
    return isSlower;
  }

  /** Whether that is certain. */
  get isOver() {
    return this.#slower >= ENOUGH;
  }
}
