/** A bounded buffer of small writes, which wait together while an earlier one is under way. */
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
   * Settles when the chunks' memory may be used again: at once if a copy of them may wait, otherwise when they were
   * sent. May be called again when the last call has settled.
   * @param {readonly Uint8Array[]} chunks
   * @returns {Promise<void>}
   */
  async write(chunks) {
    const size = chunks.reduce((sum, chunk) => sum + chunk.byteLength, this.#size);
    const fits = size <= this.#highWaterMark;
    for (const chunk of chunks) {
      this.#waiting.push(fits ? chunk.slice() : chunk);
    }
    this.#size = size;
    const sent = this.flush();
    if (fits) {
      // The application gets the session's failure without this promise, which is not awaited.
      sent.catch(() => {});
    } else {
      await sent;
    }
  }

  /** Settles when everything was sent. */
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
