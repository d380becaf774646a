import { ByteRing } from './byte-ring.js';
import { frame, FrameType, ProtocolError } from './frames.js';
import { add } from './ranges.js';

/** @typedef {import('./ranges.js').Range} Range */

const MAX_FRAME_BYTES = 65_536;

/**
 * One direction at its sender: every byte is kept until it is confirmed. The end takes the one place after the last
 * byte, so that it is sent, lost, and confirmed as a byte is.
 *
 *     OPEN ---- end() ----> ENDING ---- the end's place has arrived ----> ENDED
 */
export class SendingDirection {
  #ring = new ByteRing();
  #capacity;
  #maxCapacity;
  #confirmed = 0;
  #limit = 0;
  /** Where what was never sent begins. */
  #next = 0;
  /** Where the application writes on. */
  #written = 0;
  #isOpen = true;
  /** @type {Range[]} what was sent and lost */
  #again = [];
  /** @type {Range[]} what the other side has for sure, confirmed or not */
  #arrived = [{ from: 0, to: 0 }];
  #hasNews = false;

  /**
   * @param {number} capacity how many unconfirmed bytes are kept at the beginning
   * @param {number} maxCapacity what that may grow to, with the other side's window
   */
  constructor(capacity, maxCapacity) {
    this.#capacity = capacity;
    this.#maxCapacity = maxCapacity;
  }

  /** How many bytes the application may write now. */
  get room() {
    return this.#isOpen ? this.#capacity - (this.#written - this.#confirmed) : 0;
  }

  get confirmed() {
    return this.#confirmed;
  }

  /** The other side has everything, and the end. */
  get hasEnded() {
    return !this.#isOpen && this.#arrived[0].to === this.#total;
  }

  /** The offset behind everything that there is to send. */
  get #total() {
    return this.#written + Number(!this.#isOpen);
  }

  /**
   * Whether the other side should be asked what it has: there is no room, and since it was last asked more has been
   * sent or has arrived.
   */
  get hasToAsk() {
    return this.#hasNews && this.#isOpen && this.room === 0 && this.#confirmed < this.#next;
  }

  asked() {
    this.#hasNews = false;
  }

  /** What was asked is lost. */
  askAgain() {
    this.#hasNews = true;
  }

  /**
   * @param {Uint8Array} bytes
   * @returns {number} how many of them there was room for: those were copied
   */
  write(bytes) {
    const taken = bytes.subarray(0, this.room);
    this.#ring.put(this.#written, taken, this.#confirmed, this.#capacity);
    this.#written += taken.length;
    return taken.length;
  }

  end() {
    this.#isOpen = false;
  }

  /**
   * A WINDOW has come.
   *
   * @param {number} confirmed
   * @param {number} limit
   */
  window(confirmed, limit) {
    if (confirmed > this.#next) {
      throw new ProtocolError('What was not sent was confirmed');
    }
    this.#capacity = Math.max(this.#capacity, Math.min(limit - confirmed, this.#maxCapacity));
    this.#limit = Math.max(this.#limit, limit);
    this.#confirmed = Math.max(this.#confirmed, confirmed);
    add(this.#arrived, 0, confirmed);
    if (this.#confirmed >= this.#written) {
      this.#ring.clear();
    }
  }

  /** @param {readonly Range[]} ranges that the other side has taken */
  taken(ranges) {
    ranges.forEach(({ from, to }) => add(this.#arrived, from, to));
    this.#hasNews ||= ranges.length > 0;
  }

  /** @param {readonly Range[]} ranges that may be lost */
  lost(ranges) {
    ranges.forEach(({ from, to }) => add(this.#again, from, to));
  }

  /** The other side has all of it: it has said so in another way. */
  allTaken() {
    this.taken([{ from: 0, to: this.#total }]);
  }

  /** Everything that is not confirmed goes again, and nothing else that was lost before. */
  rewind() {
    this.#again = [];
    add(this.#again, this.#confirmed, this.#next);
  }

  /** Nothing is sent any more. */
  release() {
    this.#isOpen = false;
    this.#ring = new ByteRing();
  }

  /**
   * @param {number} max how many bytes, not counting what frames take
   * @param {Range[]} sent what is in these frames is added to it
   * @returns {Uint8Array[]} the pieces of DATA and END frames that may go now, what was lost before what is new
   */
  frames(max, sent) {
    const pieces = [];
    for (let range; (range = this.#take(Math.min(max, MAX_FRAME_BYTES))); max -= range.to - range.from) {
      const { from, to } = range;
      add(sent, from, to);
      const bytes = this.#ring.get(from, Math.min(to, this.#written));
      if (bytes.length > 0) {
        pieces.push(frame(FrameType.DATA, [from], bytes.length), bytes);
      }
      if (to > this.#written) {
        pieces.push(frame(FrameType.END, [this.#written]));
      }
      this.#hasNews = true;
    }
    return pieces;
  }

  /** Whether there are frames that may go now. */
  get hasFrames() {
    const { from, to } = this.#ahead();
    return from < to;
  }

  /** What may go next; its range is empty if that is nothing. */
  #ahead() {
    const again = this.#again;
    const needed = this.#arrived[0].to;
    while (again.length > 0 && Math.max(again[0].from, needed) >= again[0].to) {
      again.shift();
    }
    const isNew = again.length === 0;
    return isNew
      ? { isNew, from: this.#next, to: this.#limit < this.#written ? this.#limit : this.#total }
      : { isNew, from: Math.max(again[0].from, needed), to: again[0].to };
  }

  /**
   * @param {number} max
   * @returns {Range | undefined} what goes next
   */
  #take(max) {
    const { isNew, from, to: end } = this.#ahead();
    const to = Math.min(end, from + max);
    if (from >= to) {
      return undefined;
    }
    if (isNew) {
      this.#next = to;
    } else {
      this.#again[0].from = to;
    }
    return { from, to };
  }
}
