import { joined } from '../../bytes.js';

const NONE = new Uint8Array(0);
/** The most memory that an empty ring keeps. */
const KEPT_BYTES = 65_536;

/** A ring buffer of one direction's bytes, found by their offset. It grows to the most that it held, until cleared. */
export class ByteRing {
  #bytes = NONE;
  /** The offset of the byte at its beginning: the first that was put when it was empty. */
  #base = 0;

  /**
   * @param {number} offset of the first of the bytes
   * @param {Uint8Array} bytes copied
   * @param {number} start the lowest offset that is still needed
   * @param {number} bound the most that the ring may hold, in bytes: the last of these bytes is within it from `start`
   */
  put(offset, bytes, start, bound) {
    if (offset === start) {
      // Memory that was just used is in the processor's cache.
      this.#base = offset;
    }
    const span = offset + bytes.length - start;
    if (span > this.#bytes.length) {
      const old = this.get(start, start + this.#bytes.length);
      this.#bytes = new Uint8Array(Math.max(span, Math.min(2 * old.length, bound)));
      this.#set(start, old);
    }
    this.#set(offset, bytes);
  }

  /** @param {number} from @param {number} to @returns {import('../../bytes.js').Bytes} a copy */
  get(from, to) {
    return joined(this.views(from, to));
  }

  /**
   * @param {number} from
   * @param {number} to
   * @returns {Uint8Array[]} views, valid until bytes are put whose `start` is beyond them: these may overwrite them
   */
  views(from, to) {
    const at = (from - this.#base) % this.#bytes.length;
    const first = this.#bytes.subarray(at, at + to - from);
    const rest = to - from - first.length;
    return rest ? [first, this.#bytes.subarray(0, rest)] : [first];
  }

  /** Whether it holds more memory than an empty one keeps. */
  get isLarge() {
    return this.#bytes.length > KEPT_BYTES;
  }

  /** Empties it, and releases its memory if that is large. */
  clear() {
    if (this.isLarge) {
      this.#bytes = NONE;
    }
  }

  /** @param {number} offset @param {Uint8Array} bytes */
  #set(offset, bytes) {
    const at = (offset - this.#base) % this.#bytes.length;
    const size = this.#bytes.length - at;
    if (bytes.length > size) {
      this.#bytes.set(bytes.subarray(size), 0);
      bytes = bytes.subarray(0, size);
    }
    this.#bytes.set(bytes, at);
  }
}
