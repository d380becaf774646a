import { joined } from '../../bytes.js';
import { BackOff } from './back-off.js';
import { PING, PONG, WINDOW } from './frame-types.js';
import { frame, resetFrame } from './frames.js';

const PROBE_TIMEOUT_MILLISECONDS = 3_000;
/** How many answers to PINGs may wait to be sent. */
const MAX_PONGS = 16;
/** How often the last frame of a session is sent: once more when it is lost. */
const LAST_FRAMES = 2;
/** How many streaming POSTs in a row may be lost before their bytes were seen to arrive, while the download goes on. */
const MAX_UNPROVEN_STREAMS = 2;

/** @typedef {import('./session.js').Failure} Failure */

/**
 * One POST, or stream of messages, and what must be sent again if it is lost.
 * @typedef {object} Part
 * @property {Uint8Array<ArrayBuffer>} bytes the whole body, unless it is a streaming one
 * @property {boolean} mustEnd a streaming body must end: there is nothing more for it
 * @property {Uint8Array[]} first what a streaming body begins with
 * @property {number} probe the PING in it; 0: none, or it was answered
 * @property {number} startedAt
 * @property {import('./ranges.js').Range[]} ranges
 * @property {boolean} hasWindow
 * @property {number[]} pongs
 * @property {number} ping that asks for a confirmation; 0: none
 */

/**
 * The uploads of one session: which frames go next, in which part they are under way, and whether streaming works.
 * Frames go while the session is attached. When it is closed, only its last frame goes.
 */
export class Uploads {
  /** Whether streaming is worth a try: its bytes have not failed to arrive. */
  mayStream = true;
  #sending;
  #receiving;
  #downloads;
  /** @type {Set<Part>} those that were not answered yet */
  #parts = new Set();
  /** @type {Part | undefined} the streaming one */
  #stream;
  #unprovenStreams = 0;
  /** @type {number[]} the PINGs that must be answered */
  #pongs = [];
  #lastToken = 0;
  /** The PING that asks for a confirmation, until it is answered; 0: none. */
  #asking = 0;
  #isClosed = false;
  /** @type {Failure | undefined} */
  #failure;
  #mustReset = false;
  #lastFrames = LAST_FRAMES;

  /**
   * @param {import('./sending.js').SendingDirection} sending
   * @param {import('./receiving.js').ReceivingDirection} receiving
   * @param {import('./downloads.js').Downloads} downloads
   * @param {() => number} random
   */
  constructor(sending, receiving, downloads, random) {
    this.#sending = sending;
    this.#receiving = receiving;
    this.#downloads = downloads;
    this.backOff = new BackOff(random);
  }

  /** How many bytes, and ends, may be sent now. */
  get sendable() {
    return this.#sending.sendable;
  }

  /** @param {any} request */
  isWanted(request) {
    return this.#parts.has(request);
  }

  /** There is nothing to wait for, and nothing more to send when the session is closed. */
  get isFinished() {
    return !this.#parts.size && !this.#hasLastFrame;
  }

  get #hasLastFrame() {
    return this.#lastFrames > 0 && (this.#failure ? this.#mustReset : this.#receiving.mustAdvertise);
  }

  // What is sent

  /**
   * @param {number} maxBytes of the application; 0 for other frames alone
   * @param {number} now
   * @param {ArrayBuffer[]} [spares] memory for it: one of them is taken
   * @returns {Part | null} whose `bytes` must be sent now; null if there is nothing to send
   */
  nextBody(maxBytes, now, spares) {
    const part = this.#newPart(now);
    const pieces = this.nextPieces(part, maxBytes, now);
    if (!pieces) {
      this.#parts.delete(part);
      return null;
    }
    part.bytes = joined(pieces, spares?.pop());
    return part;
  }

  /** @param {number} now @returns {boolean} whether there are bytes, or an end, for a streaming part to begin with */
  wantsStream(now) {
    const maySend = this.#downloads.isAttached && !this.#isClosed && !this.backOff.isPausing(now);
    return this.mayStream && maySend && this.sendable > 0;
  }

  /** @param {number} now @returns {Part} a streaming one, which must be begun now */
  openStream(now) {
    this.endStream();
    this.#stream = this.#newPart(now);
    this.#stream.probe = ++this.#lastToken;
    this.#stream.first = [frame(PING, [this.#lastToken])];
    return this.#stream;
  }

  /** @param {number} startedAt @returns {Part} */
  #newPart(startedAt) {
    const contents = { ranges: [], hasWindow: false, pongs: [], ping: 0 };
    const part = { bytes: joined([]), mustEnd: false, first: [], probe: 0, startedAt, ...contents };
    this.#parts.add(part);
    return part;
  }

  /**
   * @param {Part} part a streaming one
   * @param {number} maxBytes of the application
   * @param {number} now
   * @returns {Uint8Array[] | null} the next of it; null if there is nothing for it now
   */
  nextPieces(part, maxBytes, now) {
    const maySend = this.#isClosed ? this.#hasLastFrame : this.#downloads.isAttached;
    if (!maySend || !this.#parts.has(part) || this.backOff.isPausing(now)) {
      return null;
    }
    if (this.#isClosed) {
      this.#lastFrames--;
    }
    if (this.#failure) {
      this.#mustReset = false;
      return resetFrame(this.#failure.number, this.#failure.reason);
    }
    const pieces = part.first;
    part.first = [];
    if (this.#receiving.mustAdvertise || this.#pongs.length > 0) {
      part.hasWindow = true;
      part.pongs = [...part.pongs, ...this.#pongs].slice(-MAX_PONGS);
      pieces.push(frame(WINDOW, this.#receiving.advertise(now)), ...this.#pongs.map((token) => frame(PONG, [token])));
      this.#pongs = [];
    }
    pieces.push(...this.#sending.frames(maxBytes, part.ranges));
    if (!this.#asking && this.#sending.mustAsk) {
      this.#sending.asked();
      part.ping = this.#asking = ++this.#lastToken;
      pieces.push(frame(PING, [this.#asking]));
    }
    if (pieces.length === 0) {
      if (this.#parts.size === 1) {
        // No other part waits for the server.
        this.backOff.progressed();
      }
      return null;
    }
    this.#downloads.sent(now);
    return pieces;
  }

  // What has become of it

  /** @param {Part} part @returns {boolean} whether it was under way */
  taken(part) {
    if (!this.#forget(part)) {
      return false;
    }
    this.backOff.reset();
    this.#sending.taken(part.ranges);
    return true;
  }

  /**
   * @param {Part} part
   * @param {number} now
   * @param {number} [retryAfter] milliseconds
   * @returns {boolean} whether parts have been lost for so long that the session must be given up
   */
  lost(part, now, retryAfter) {
    if (!this.#parts.has(part)) {
      return false;
    }
    if (part.probe && ++this.#unprovenStreams === MAX_UNPROVEN_STREAMS) {
      this.mayStream = false;
    }
    this.#lose(part);
    this.backOff.failed(now, retryAfter);
    return now - this.backOff.failingSince >= this.#downloads.uploadTimeout;
  }

  /** The server is treated as dead. */
  loseAll() {
    this.#parts.forEach((part) => this.#lose(part));
  }

  /** @param {Part} part */
  #lose(part) {
    this.#forget(part);
    this.#sending.lost([...this.#parts].flatMap(({ ranges }) => ranges));
    this.pinged(part.pongs);
    this.#mustReset = this.#failure !== undefined;
    if (part.hasWindow) {
      this.#receiving.advertiseAgain();
    }
    if (part.ping === this.#asking) {
      this.#forgetPing();
    }
  }

  /** @param {Part} part */
  #forget(part) {
    if (part === this.#stream) {
      this.#stream = undefined;
    }
    return this.#parts.delete(part);
  }

  #forgetPing() {
    this.#asking = 0;
    this.#sending.askAgain();
  }

  // What has come

  /** WINDOW has come. @param {number} confirmed @param {number} limit @param {number} now */
  confirmed(confirmed, limit, now) {
    if (confirmed > this.#sending.confirmed) {
      this.backOff.progressed();
    }
    this.#sending.window(confirmed, limit, now);
  }

  /** @param {readonly number[]} tokens of PINGs that must be answered */
  pinged(tokens) {
    this.#pongs = [...this.#pongs, ...tokens].slice(-MAX_PONGS);
  }

  /** @param {number} token of a PONG */
  answered(token) {
    if (token === this.#asking) {
      this.#asking = 0;
    }
    if (token === this.#stream?.probe) {
      this.#stream.probe = this.#unprovenStreams = 0;
    }
  }

  /** A download has begun. */
  attached() {
    this.#unprovenStreams = 0;
    this.backOff.reset();
    this.#forgetPing();
  }

  /** The download is lost. */
  detached() {
    // Its probe can't be answered, which shows nothing about streaming. A part that must end gets its own answer.
    if (this.#stream?.probe && !this.#isClosed) {
      this.#lose(this.#stream);
    }
  }

  endStream() {
    if (this.#stream) {
      this.#stream.mustEnd = true;
    }
  }

  /** Only the last frame is still sent: a RESET after a failure, else the last WINDOW. @param {Failure} [failure] */
  close(failure) {
    this.#isClosed = true;
    this.#failure = failure;
    if (failure) {
      this.#mustReset = true;
      this.#parts.clear();
      this.backOff.reset();
    } else {
      this.endStream();
    }
  }

  /** Nothing is sent any more. */
  silence() {
    this.#parts.clear();
    this.#lastFrames = 0;
  }

  /** @returns {Generator<import('./session.js').Alarm, void>} */
  *alarms() {
    yield this.backOff.alarm;
    if (this.#isClosed) {
      return;
    }
    yield [this.#sending.releaseAt, () => this.#sending.releaseMemory()];
    const stream = this.#stream;
    if (stream?.probe) {
      yield [
        stream.startedAt + Math.min(PROBE_TIMEOUT_MILLISECONDS, this.#downloads.heartbeat || Infinity),
        () => {
          this.mayStream = false;
          this.#lose(stream);
        },
      ];
    }
  }
}
