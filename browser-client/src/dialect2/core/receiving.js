import { joined } from '../../bytes.js';
import { ByteRing } from './byte-ring.js';
import { ProtocolError } from './frames.js';
import { add } from './ranges.js';

const MAX_RUNS_OUT_OF_ORDER = 64;
/** Of a shorter chunk, what holds its bytes takes as much memory as they do, or more. */
const SMALL_CHUNK_BYTES = 4_096;
/** A sender that uses half of its window within this time may be waiting for the window, so that it grows. */
const FAST_MILLISECONDS = 1_000;
/** How many times larger a step becomes when it grows. Sessions begin with 64 KiB: two times lead to 16 MiB. */
const GROWTH = 16;

/**
 * What is kept of a receiver.
 * @typedef {object} Kept
 * @property {number} read the offset up to which the application has read
 * @property {number} to the offset up to which everything was confirmed
 * @property {number} end the offset of the end, if that was confirmed; else -1
 * @property {number} limit that must be advertised
 * @property {Uint8Array} bytes those that were confirmed and not read
 */

/**
 * One direction at its receiver: takes bytes in any order and however often, and gives each once, in order. It holds at
 * most its window.
 *
 *     OPEN ---- end() ----> ENDING ---- every byte before the end is here ----> ENDED
 */
export class ReceivingDirection {
  /**
   * Bytes in order that were not read: views of what came. None but the last is a small part of its buffer, and few are small.
   * @type {Uint8Array[]}
   */
  #ready = [];
  /** @type {ArrayBufferLike | undefined} the buffer that the last chunk came in */
  #viewed;
  /** Bytes that came before their turn. */
  #ring = new ByteRing();
  #window;
  /**
   * When half of it has come, or was read, the sender is told. It grows with use, and the window with it. At first it may
   * be smaller than the window: what comes slowly is confirmed often, so that the sender keeps little of it.
   */
  #step;
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
  /** The offset, and the time, from which on it is measured how fast the window is used. */
  #measuredFrom = 0;
  #measuredAt;
  /** What was advertised last may be lost. */
  #mayBeLost = false;
  #confirmsRead;
  /** How many bytes were held back when the sender asked for a confirmation: it may wait for them. */
  #owed = 0;

  /**
   * @param {number} window in bytes, at the beginning; the sender knows it
   * @param {number} maxWindow
   * @param {number} now when it was advertised, in milliseconds
   * @param {boolean} [confirmsRead] confirms only what the application has read, unless it must: until then the sender
   *   keeps it for another receiver that takes the place of this one
   * @param {number} [step] at the beginning
   */
  constructor(window, maxWindow, now, confirmsRead = false, step = window) {
    this.#window = this.#limit = window;
    this.#step = step;
    this.#maxWindow = maxWindow;
    this.#measuredAt = now;
    this.#confirmsRead = confirmsRead;
  }

  /** @returns {Kept} what another receiver needs to take its place */
  suspend() {
    const [read, to] = [this.#read, this.confirmed];
    const bytes = joined(this.#ready).subarray(0, Math.min(to, this.#end) - read);
    return { read, to, end: to > this.#end ? this.#end : -1, limit: read + this.#window, bytes };
  }

  /** Takes the place of another. @param {Kept} kept */
  resume({ read, to, end, limit, bytes }) {
    this.#read = this.#measuredFrom = read;
    this.#advertised = to;
    this.#runs = [{ from: 0, to }];
    this.#end = end < 0 ? Infinity : end;
    this.#limit = limit;
    this.#window = this.#step = limit - read;
    this.#ready = bytes.length > 0 ? [bytes] : [];
  }

  /** The offset up to which everything is here. */
  get #arrivedTo() {
    return this.#runs[0].to;
  }

  get confirmed() {
    return this.#confirmsRead ? Math.max(this.#advertised, this.#read + Number(this.isAtEnd)) : this.#arrivedTo;
  }

  /** The end, and every byte before it, are here, and confirmed. */
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
    const start = this.#arrivedTo;
    const from = Math.max(offset, start);
    if (from >= to) {
      return;
    }
    const news = bytes.subarray(from - offset);
    this.#add(from, to);
    if (from > start) {
      this.#ring.put(from, news, start, this.#window);
      return;
    }
    const last = this.#ready.at(-1);
    if (last?.buffer === news.buffer) {
      // Only the head of a frame lies between them: moved together, they are one chunk with a buffer of its own.
      const chunk = new Uint8Array(news.buffer, last.byteOffset, last.length + news.length);
      chunk.set(news, last.length);
      this.#ready.splice(-1, 1, chunk);
    } else {
      // If other bytes lie between them, the application may give the buffer of the earlier chunk away.
      this.#push(news.buffer === this.#viewed ? news.slice() : news);
    }
    this.#viewed = news.buffer;
    const end = Math.min(this.#arrivedTo, this.#end);
    if (to < end) {
      this.#push(this.#ring.get(to, end));
    }
    if (this.#runs.length === 1) {
      this.#ring.clear();
    }
  }

  /**
   * Adds a chunk behind the last one, which from now on must not take much more memory than its bytes: the sender chooses
   * how few of them lie in each piece of a body.
   * @param {Uint8Array} chunk
   */
  #push(chunk) {
    let last = this.#ready.pop();
    if (last) {
      last = 2 * last.length < last.buffer.byteLength ? last.slice() : last;
      for (let before; last.length < SMALL_CHUNK_BYTES && (before = this.#ready.at(-1));) {
        if (before.length > last.length) {
          break; // so that each byte is copied a few times at most
        }
        this.#ready.pop();
        last = joined([before, last]);
      }
      this.#ready.push(last);
    }
    this.#ready.push(chunk);
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
    const half = this.#step / 2;
    const news = this.confirmed - this.#advertised;
    return (
      this.#mayBeLost ||
      (this.#owed > 0 && news >= this.#owed / 2) ||
      (this.hasEnded ? news > 0 : news >= half || this.#read + this.#window - this.#limit >= half)
    );
  }

  /**
   * Replenishes the window, which grows if it is used fast, however often it was advertised meanwhile.
   * @param {number} now in milliseconds
   * @param {boolean} [mustConfirm] also what was not read: the sender must not send it again
   * @param {boolean} [isAsked] the sender has asked for it
   * @returns {[confirmed: number, limit: number]} what must be sent now
   */
  advertise(now, mustConfirm = false, isAsked = false) {
    if (mustConfirm) {
      this.#advertised = this.#arrivedTo;
    }
    const isSlow = now - this.#measuredAt > FAST_MILLISECONDS;
    const isHalfUsed = this.#read === this.#arrivedTo && this.#read - this.#measuredFrom >= this.#step / 2;
    if (isHalfUsed && !isSlow) {
      this.#step = Math.min(GROWTH * this.#step, this.#maxWindow);
      this.#window = Math.max(this.#window, this.#step);
    }
    if (isHalfUsed || isSlow) {
      this.#measuredFrom = this.#read;
      this.#measuredAt = now;
    }
    this.#limit = Math.max(this.#limit, this.#read + this.#window);
    this.#advertised = this.confirmed;
    this.#owed = isAsked || this.#owed ? this.#arrivedTo - this.#advertised : 0;
    this.#mayBeLost = false;
    return [this.confirmed, this.#limit];
  }
}
