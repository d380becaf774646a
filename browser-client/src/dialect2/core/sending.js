import { joined } from '../../bytes.js';
import { ByteRing } from './byte-ring.js';
import { DATA, END } from './frame-types.js';
import { frame, ProtocolError } from './frames.js';
import { add } from './ranges.js';

const MAX_FRAME_BYTES = 262_144;
/** A frame up to this size is copied, which costs less than several pieces. */
const SMALL_FRAME_BYTES = 16_384;
/** How long empty memory is kept after a confirmation. */
const KEEP_MEMORY_MILLISECONDS = 1_000;

/** @typedef {import('./ranges.js').Range} Range */

/**
 * What is kept of a sender.
 * @typedef {object} Kept
 * @property {number} arrived the offset up to which everything has arrived, as far as is known
 * @property {number} written the offset behind the last byte
 * @property {number} unsent the lowest offset that was never sent
 * @property {number} limit
 * @property {boolean} isOpen
 * @property {Uint8Array} bytes those that were written and have not arrived, as far as is known
 */

/**
 * One direction at its sender: every byte is kept until it is confirmed. The end takes the one place after the last
 * byte, so that it is sent, lost, and confirmed as a byte is.
 *
 *     OPEN ---- end() ----> ENDING ---- the end's place has arrived ----> ENDED
 *
 * The bytes of large DATA frames are views of the ring: they are valid until they are confirmed, and may change when
 * something is written after that. A body that is sent only then carries wrong bytes, which its receiver ignores: it
 * has confirmed those offsets.
 */
export class SendingDirection {
  /** The other side has confirmed everything before this offset. */
  confirmed = 0;
  /** When {@link releaseMemory} is due. */
  releaseAt = Infinity;
  #hasNews = false;
  #ring = new ByteRing();
  #capacity;
  #maxCapacity;
  #limit = 0;
  #isOpen = true;
  /** The offset of what is written next. */
  #written = 0;
  /** The lowest offset that was never sent. */
  #unsent = 0;
  /** @type {Range[]} what the other side is known to have, confirmed or not; the first from offset 0 */
  #arrived = [{ from: 0, to: 0 }];
  /** @type {Range[]} what has arrived or is under way */
  #sent = [...this.#arrived];

  /**
   * @param {number} capacity how many unconfirmed bytes are kept at the beginning
   * @param {number} maxCapacity what that may grow to, with the other side's window
   */
  constructor(capacity, maxCapacity) {
    this.#capacity = capacity;
    this.#maxCapacity = maxCapacity;
  }

  /** @returns {Kept} what another sender needs to take its place */
  suspend() {
    const [{ to: arrived }] = this.#arrived;
    const written = this.#written;
    const bytes = this.#ring.get(Math.min(arrived, written), written);
    return { arrived, written, unsent: this.#unsent, limit: this.#limit, isOpen: this.#isOpen, bytes };
  }

  /** Takes the place of another. @param {Kept} kept */
  resume({ arrived, written, unsent, limit, isOpen, bytes }) {
    this.confirmed = this.#written = written - bytes.length;
    this.#capacity = Math.max(this.#capacity, bytes.length);
    this.write(bytes);
    this.#unsent = unsent;
    this.#limit = limit;
    this.#isOpen = isOpen;
    add(this.#arrived, 0, arrived);
    add(this.#sent, 0, arrived);
  }

  /** How many bytes the application may write now. */
  get room() {
    return this.#isOpen ? this.#capacity + this.confirmed - this.#written : 0;
  }

  /** The other side has everything, and the end. */
  get hasEnded() {
    return !this.#isOpen && this.#arrived[0].to > this.#written;
  }

  /** The offset up to which everything has arrived, as far as is known. */
  get arrivedTo() {
    return this.#arrived[0].to;
  }

  /** Whether the other side must be asked what it has: there is no room, and there is news since it was asked last. */
  get mustAsk() {
    return this.#hasNews && this.#isOpen && !this.room && this.confirmed < this.#unsent;
  }

  asked() {
    this.#hasNews = false;
  }

  /** The question or its answer is lost. */
  askAgain() {
    this.#hasNews = true;
  }

  /** @param {Uint8Array} bytes @returns {number} how many of them there was room for: those were copied */
  write(bytes) {
    const taken = bytes.length > this.room ? bytes.subarray(0, this.room) : bytes;
    this.#ring.put(this.#written, taken, this.confirmed, this.#capacity);
    this.#written += taken.length;
    return taken.length;
  }

  end() {
    this.#isOpen = false;
  }

  /** A WINDOW has come. @param {number} confirmed @param {number} limit @param {number} now */
  window(confirmed, limit, now) {
    if (confirmed > this.#unsent) {
      throw new ProtocolError();
    }
    this.#capacity = Math.max(this.#capacity, Math.min(limit - confirmed, this.#maxCapacity));
    this.#limit = Math.max(this.#limit, limit);
    this.confirmed = Math.max(this.confirmed, confirmed);
    add(this.#arrived, 0, confirmed);
    add(this.#sent, 0, confirmed);
    if (this.#ring.isLarge) {
      this.releaseAt = now + KEEP_MEMORY_MILLISECONDS;
    }
  }

  /** Releases memory that holds nothing. */
  releaseMemory() {
    this.releaseAt = Infinity;
    if (this.confirmed >= this.#written) {
      this.#ring.clear();
    }
  }

  /** Ends it, and releases everything that was not confirmed. */
  discard() {
    this.#isOpen = false;
    this.#ring = new ByteRing();
  }

  /** @param {readonly Range[]} ranges that the other side has taken, even if it has not confirmed them */
  taken(ranges) {
    for (const { from, to } of ranges) {
      add(this.#arrived, from, to);
      this.#hasNews = true;
    }
  }

  /** The other side has said in another way that it has everything. */
  allTaken() {
    this.taken([{ from: 0, to: this.#unsent }]);
  }

  /** @param {readonly Range[]} ranges all that is still under way: what else has not arrived is lost, and sent again */
  lost(ranges) {
    this.#sent = [...this.#arrived];
    ranges.forEach(({ from, to }) => add(this.#sent, from, to));
  }

  /** How many bytes, and ends, may go now. */
  get sendable() {
    return this.#reach - this.#sent[0].to;
  }

  /** The offset up to which may be sent. */
  get #reach() {
    return this.#limit < this.#written ? this.#limit : this.#written + Number(!this.#isOpen);
  }

  /**
   * @param {number} max how many bytes, not counting what frames take
   * @param {Range[]} sent gets what is in these frames
   * @returns {Uint8Array[]} the pieces of DATA and END frames that may go now, what was lost before what is new
   */
  frames(max, sent) {
    const pieces = [];
    while (max > 0) {
      const [{ to: from }, next] = this.#sent;
      const to = Math.min(from + Math.min(max, MAX_FRAME_BYTES), next?.from ?? Infinity, this.#reach);
      if (from >= to) {
        break;
      }
      const size = Math.min(to, this.#written) - from;
      if (size > 0) {
        const whole = [frame(DATA, [from], size), ...this.#ring.views(from, from + size)];
        pieces.push(...(size < SMALL_FRAME_BYTES ? [joined(whole)] : whole));
      }
      if (to > this.#written) {
        pieces.push(frame(END, [this.#written]));
      }
      add(this.#sent, from, to);
      add(sent, from, to);
      this.#unsent = Math.max(this.#unsent, to);
      this.#hasNews = true;
      max -= to - from;
    }
    return pieces;
  }
}
