/** @typedef {{ read(): Promise<ReadableStreamReadResult<import('../bytes.js').Bytes>> }} Reader */

/** The body of the response to GET: one byte, which is skipped, then the bytes that the server writes. */
export class Download {
  #reader;
  #onlost;
  #next;
  #started = false;

  /**
   * @param {Reader} reader of the body
   * @param {(cause: unknown) => void} onlost called when the body breaks, also while there is no read
   */
  constructor(reader, onlost) {
    this.#reader = reader;
    this.#onlost = onlost;
    this.#next = this.#readAhead();
  }

  /**
   * May be called again when the last call has settled.
   * @returns {Promise<import('../bytes.js').Bytes | null>} the next bytes, at least one; null at the end
   */
  async read() {
    const bytes = await this.#next;
    if (bytes) {
      this.#next = this.#readAhead();
    }
    return bytes;
  }

  /**
   * Keeps one read, or one chunk, waiting. Safari was seen to hold data back while no read waited, and a broken
   * connection is noticed at once.
   */
  #readAhead() {
    const next = this.#readBytes();
    next.catch(this.#onlost);
    return next;
  }

  async #readBytes() {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) {
        return null;
      }
      const bytes = this.#started ? value : value.subarray(1);
      this.#started ||= value.byteLength > 0;
      if (bytes.byteLength > 0) {
        return bytes;
      }
    }
  }
}
