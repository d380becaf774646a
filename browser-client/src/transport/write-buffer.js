/**
 * Lets many small writes wait together, up to a bound, while an earlier one is under way. One write is called at a time
 * (a WritableStream sees to that).
 */
export class WriteBuffer {
  #send;
  #highWaterMark;
  /** @type {Uint8Array[]} */
  #waiting = [];
  #size = 0;
  /** @type {Promise<void> | undefined} */
  #sending;

  /**
   * @param {(chunks: Uint8Array[]) => Promise<void>} send called again only when the last call has settled
   * @param {number} highWaterMark how many bytes may wait, besides those under way
   */
  constructor(send, highWaterMark) {
    this.#send = send;
    this.#highWaterMark = highWaterMark;
  }

  /**
   * Settles when the bytes' memory may be used again: at once if a copy of them may wait, otherwise when they were
   * sent.
   *
   * @param {Uint8Array} bytes
   * @returns {Promise<void> | void}
   */
  write(bytes) {
    const fits = this.#size + bytes.byteLength <= this.#highWaterMark;
    this.#waiting.push(fits ? bytes.slice() : bytes);
    this.#size += bytes.byteLength;
    const sent = this.flush();
    if (!fits) {
      return sent;
    }
    // The session's failure reaches the stream without this promise, which nobody waits for.
    sent.catch(() => {});
  }

  /** Settles when everything that waits, and what is under way, was sent. */
  async flush() {
    if (!this.#sending && this.#waiting.length > 0) {
      this.#sending = this.#sendAll();
    }
    await this.#sending;
  }

  async #sendAll() {
    while (this.#waiting.length > 0) {
      const chunks = this.#waiting;
      this.#waiting = [];
      this.#size = 0;
      await this.#send(chunks);
    }
    this.#sending = undefined;
  }
}
