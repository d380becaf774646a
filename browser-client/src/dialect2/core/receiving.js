import { ByteRing } from './byte-ring.js';
import { ProtocolError } from './frames.js';
import { add } from './ranges.js';

const MAX_RUNS_OUT_OF_ORDER = 64;
/** In what time half of a window is used by a sender that it holds up. */
const FAST_MILLISECONDS = 1_000;
/** The largest window is two round trips away from the usual one that sessions begin with. */
const GROWTH = 16;

/**
 * One direction at its receiver: takes bytes in any order and however often, and gives each once, in order. What it
 * holds is at most its window.
 *
 *     OPEN ---- end() ----> ENDING ---- every byte before the end is here ----> ENDED
 */
export class ReceivingDirection {
  /** What the sender was told last may be lost. */
  isUntold = false;
  /** @type {Uint8Array[]} what is here in order and was not read: views of what came */
  #ready = [];
  /** What came before its turn. */
  #ring = new ByteRing();
  #window;
  #maxWindow;
  #limit;
  /** What the application has read up to. */
  #read = 0;
  /** @type {import('./ranges.js').Range[]} what is here; the first of them from offset 0; the end takes one place */
  #runs = [{ from: 0, to: 0 }];
  /** Where the end is. */
  #end = Infinity;
  /** The confirmed offset that the sender was told last. */
  #told = 0;
  #toldAt;

  /**
   * @param {number} window in bytes, at the beginning; the sender knows it
   * @param {number} maxWindow
   * @param {number} toldAt when the sender was told, in milliseconds
   */
  constructor(window, maxWindow, toldAt) {
    this.#window = this.#limit = window;
    this.#maxWindow = maxWindow;
    this.#toldAt = toldAt;
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

  /**
   * @param {number} offset
   * @param {Uint8Array} bytes kept as they are
   */
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
      // What lies between them was the head of a frame: they move together.
      chunk = new Uint8Array(news.buffer, last.byteOffset, last.length + news.length);
      chunk.set(news, last.length);
      this.#ready.pop();
    }
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

  /**
   * @param {number} from
   * @param {number} to
   */
  #add(from, to) {
    add(this.#runs, from, to);
    const endAlone = Number(this.#runs[this.#runs.length - 1].from === this.#end);
    if (this.#runs.length - 1 - endAlone > MAX_RUNS_OUT_OF_ORDER) {
      throw new ProtocolError('beyond-window');
    }
  }

  /** @returns {Uint8Array<ArrayBuffer> | null} the next bytes, with a buffer of their own; null if there are none */
  read() {
    const bytes = this.#ready.shift() ?? null;
    this.#read += bytes?.length ?? 0;
    return /** @type {Uint8Array<ArrayBuffer> | null} */ (bytes);
  }

  /** Whether the sender should be told now (docs/protocol.md, "Offsets and confirmation", rules 2 to 4). */
  get hasToTell() {
    const half = this.#window / 2;
    const news = this.confirmed - this.#told;
    return (
      this.isUntold || (this.hasEnded ? news > 0 : news >= half || this.#read + this.#window - this.#limit >= half)
    );
  }

  /**
   * @param {number} now in milliseconds
   * @returns {[confirmed: number, limit: number]} what the sender is told now
   */
  tell(now) {
    const isHalfUsed = this.#read === this.confirmed && this.#limit - this.#read <= this.#window / 2;
    if (isHalfUsed && now - this.#toldAt <= FAST_MILLISECONDS) {
      this.#window = Math.min(GROWTH * this.#window, this.#maxWindow);
    }
    this.#limit = Math.max(this.#limit, this.#read + this.#window);
    this.#told = this.confirmed;
    this.#toldAt = now;
    this.isUntold = false;
    return [this.confirmed, this.#limit];
  }
}
