const HELLO = 7;
const HEAD_BYTES = 4;

/** @typedef {Pick<ReadableStreamDefaultReader<import("../bytes.js").Bytes>, 'read'>} Body */

/** A reader of the opening's body that can look at its first bytes before they are read. */
export class BodyReader {
  #reader;
  /** @type {import('../bytes.js').Bytes[]} */
  #ahead = [];
  /** What must be over before the next is read. @type {Promise<unknown> | undefined} */
  #reading;

  /** @param {ReadableStream<import('../bytes.js').Bytes>} body */
  constructor(body) {
    this.#reader = body.getReader();
  }

  /** @returns {Promise<ReadableStreamReadResult<import('../bytes.js').Bytes>>} */
  async read() {
    await this.#reading;
    const value = this.#ahead.shift();
    return value ? { done: false, value } : this.#reader.read();
  }

  /** @param {(body: Body, ahead: import("../bytes.js").Bytes[]) => Promise<unknown>} read reads, and adds what it has read */
  readAhead(read) {
    return (this.#reading = read(this.#reader, this.#ahead));
  }

  /**
   * Waits for the first byte, or for as many as are needed to know whether it begins with HELLO.
   * @param {boolean} isKnown whether the first byte is enough
   * @returns {Promise<boolean>} whether it begins with HELLO, as far as is known
   */
  async lookAhead(isKnown) {
    /** @type {number[]} */
    const head = [];
    while (head.length < (isKnown || (head.length && head[0] !== HELLO) ? 1 : HEAD_BYTES)) {
      const { done, value } = await this.#reader.read();
      if (done) {
        throw new Error('The body has ended before its first bytes');
      }
      this.#ahead.push(value);
      head.push(...value.subarray(0, HEAD_BYTES));
    }
    return !isKnown && head[0] === HELLO && head[1] === 0 && head[2] * 256 + head[3] >= 8;
  }
}
