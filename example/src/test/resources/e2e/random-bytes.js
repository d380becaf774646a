const WORDS = 16 * 1024;

/** The same bytes from the same seed, here and in the tests' RandomBytes.java: xorshift32, words in little endian. */
export class RandomBytes {
  #state;
  #words = new Uint32Array(WORDS);
  #bytes = new Uint8Array(this.#words.buffer);
  #used = this.#bytes.length;

  /** @param seed anything but 0 */
  constructor(seed) {
    this.#state = seed;
  }

  #refill() {
    let state = this.#state;
    for (let i = 0; i < WORDS; i += 1) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      this.#words[i] = state;
    }
    this.#state = state;
    this.#used = 0;
  }

  /** The next so many bytes. */
  take(count) {
    const taken = new Uint8Array(count);
    for (let filled = 0; filled < count; ) {
      if (this.#used === this.#bytes.length) {
        this.#refill();
      }
      const part = this.#bytes.subarray(this.#used, this.#used + count - filled);
      taken.set(part, filled);
      filled += part.length;
      this.#used += part.length;
    }
    return taken;
  }

  /** A whole number from 1 to the limit. */
  number(limit) {
    return 1 + (new Uint32Array(this.take(4).buffer)[0] % limit);
  }

  /** Throws unless these are the next bytes. */
  check(bytes, offset) {
    const wanted = this.take(bytes.length);
    for (let i = 0; i < wanted.length; i += 1) {
      if (bytes[i] !== wanted[i]) {
        throw new Error(`The byte at ${offset + i} is not the one that was sent`);
      }
    }
  }
}
