import { ByteRing } from './byte-ring.js';
import { ProtocolError } from './frames.js';
import { add } from './ranges.js';

const MAX_RUNS_OUT_OF_ORDER = 64;
/** A sender that uses half of its window within this time may be waiting for the window, so that it grows. */
const FAST_MILLISECONDS = 1_000;
/** How many times larger a window becomes when it grows. Sessions begin with 64 KiB: two steps lead to 16 MiB. */
const GROWTH = 16;

/**
 * One direction at its receiver: takes bytes in any order and however often, and gives each once, in order. It holds at
 * most its window.
 *
 *     OPEN ---- end() ----> ENDING ---- every byte before the end is here ----> ENDED
 */
export class ReceivingDirection {
  /** @type {Uint8Array[]} bytes in order that were not read: views of what came */
  #ready = [];
  /** @type {ArrayBufferLike | undefined} the buffer that the last chunk came in */
  #viewed;
  /** Bytes that came before their turn. */
  #ring = new ByteRing();
  #window;
  #maxWindow;
  #limit;
  /** The offset up to which the application has read. */
  #read = 0;
  /** @type {import('./ranges.js').Range[]} what is here; the first of them from offset 0; the end takes one place */
  #runs = [{ from: 0, to: 0 }];
  /** The offset of the end. */
  #end = Infinity;
  /** The confirmed offset that was advertised last. */
  #advertised = 0;
  #advertisedAt;
  /** What was advertised last may be lost. */
  #mayBeLost = false;

  /**
   * @param {number} window in bytes, at the beginning; the sender knows it
   * @param {number} maxWindow
   * @param {number} advertisedAt when it was advertised, in milliseconds
   */
  constructor(window, maxWindow, advertisedAt) {
    this.#window = this.#limit = window;
    this.#maxWindow = maxWindow;
    this.#advertisedAt = advertisedAt;
  }

  get confirmed() {
    return this.#runs[0].to;
  }

  /** The end, and every byte before it, are here. */
  get hasEnded() {
    return this.confirmed > this.#end;
  }

  /** The application has read everything. */
  get isAtEnd() {
    return this.#read === this.#end;
  }

  /** @param {number} offset @param {Uint8Array} bytes kept without being copied */
  receive(offset, bytes) {
    if (bytes.length === 0) {
      return;
    }
    const to = offset + bytes.length;
    if (to > this.#end) {
      throw new ProtocolError();
    }
    if (to > this.#limit) {
      throw new ProtocolError('beyond-window');
    }
    const { confirmed } = this;
    const from = Math.max(offset, confirmed);
    if (from >= to) {
      return;
    }
    const news = bytes.subarray(from - offset);
    this.#add(from, to);
    if (from > confirmed) {
      this.#ring.put(from, news, confirmed, this.#window);
      return;
    }
    let chunk = news;
    const last = this.#ready.at(-1);
    if (last?.buffer === news.buffer) {
      // Only the head of a frame lies between them: moved together, they are one chunk with a buffer of its own.
      chunk = new Uint8Array(news.buffer, last.byteOffset, last.length + news.length);
      chunk.set(news, last.length);
      this.#ready.pop();
    } else if (news.buffer === this.#viewed) {
      // Other bytes lie between them: the application may give the buffer of the earlier chunk away.
      chunk = news.slice();
    }
    this.#viewed = news.buffer;
    this.#ready.push(chunk);
    const end = Math.min(this.confirmed, this.#end);
    if (to < end) {
      this.#ready.push(this.#ring.get(to, end));
    }
    if (this.#runs.length === 1) {
      this.#ring.clear();
    }
  }

  /** @param {number} offset of the end */
  end(offset) {
    const highest = this.#runs[this.#runs.length - 1].to;
    if (this.#end < Infinity ? offset !== this.#end : offset < highest) {
      throw new ProtocolError();
    }
    this.#end = offset;
    this.#add(offset, offset + 1);
  }

  /** @param {number} from @param {number} to */
  #add(from, to) {
    add(this.#runs, from, to);
    const endAlone = Number(this.#runs[this.#runs.length - 1].from === this.#end);
    if (this.#runs.length - 1 - endAlone > MAX_RUNS_OUT_OF_ORDER) {
      throw new ProtocolError('beyond-window');
    }
  }

  /** @returns {import('../../bytes.js').Bytes | null} the next bytes, with a buffer of their own; null if there are none */
  read() {
    const bytes = this.#ready.shift() ?? null;
    this.#viewed = undefined;
    this.#read += bytes?.length ?? 0;
    return /** @type {import('../../bytes.js').Bytes | null} */ (bytes);
  }

  /** Releases everything that was not read. */
  discard() {
    this.#ready = [];
    this.#ring = new ByteRing();
  }

  /** What was advertised last may be lost, or the sender needs a sign of life: it must be advertised again. */
  advertiseAgain() {
    this.#mayBeLost = true;
  }

  /** Whether {@link advertise} is due (docs/protocol.md, "Offsets and confirmation", rules 2 to 4). */
  get mustAdvertise() {
    const half = this.#window / 2;
    const news = this.confirmed - this.#advertised;
    return (
      this.#mayBeLost || (this.hasEnded ? news > 0 : news >= half || this.#read + this.#window - this.#limit >= half)
    );
  }

  /**
   * Replenishes the window, which grows if it was used up fast.
   * @param {number} now in milliseconds
   * @returns {[confirmed: number, limit: number]} what must be sent now
   */
  advertise(now) {
    const isHalfUsed = this.#read === this.confirmed && this.#limit - this.#read <= this.#window / 2;
    if (isHalfUsed && now - this.#advertisedAt <= FAST_MILLISECONDS) {
      this.#window = Math.min(GROWTH * this.#window, this.#maxWindow);
    }
    this.#limit = Math.max(this.#limit, this.#read + this.#window);
    this.#advertised = this.confirmed;
    this.#advertisedAt = now;
    this.#mayBeLost = false;
    return [this.confirmed, this.#limit];
  }
}
