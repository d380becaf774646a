/** The body of the response to GET: one byte to be thrown away, then what the server writes. */
export class Download {
  #reader;
  #onlost;
  #next;
  #started = false;

  /**
   * @param {ReadableStream<Uint8Array<ArrayBuffer>>} body
   * @param {(cause: unknown) => void} onlost called when the body breaks, also while nobody reads
   */
  constructor(body, onlost) {
    this.#reader = body.getReader();
    this.#onlost = onlost;
    this.#next = this.#readAhead();
  }

  /**
   * Call it again only when the last one has settled.
   *
   * @returns {Promise<Uint8Array<ArrayBuffer> | null>} the next bytes, at least one; null at the end
   */
  async read() {
    const bytes = await this.#next;
    if (bytes) {
      this.#next = this.#readAhead();
    }
    return bytes;
  }

  /**
   * One read is always waiting, or one chunk: Safari was seen to hold data back while no read waited, and a broken
   * connection shows without being looked for.
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
