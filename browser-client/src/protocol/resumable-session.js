import { BackOff } from './back-off.js';
import { joined } from './bodies.js';
import { ErrorCode } from './errors.js';
import { frame, FrameDecoder, FrameType, ProtocolError, reasonOf, resetFrame } from './frames.js';
import { ReceivingDirection } from './receiving.js';
import { SendingDirection } from './sending.js';

const ATTACH_TIMEOUT_MILLISECONDS = 10_000;
const PROBE_TIMEOUT_MILLISECONDS = 3_000;
/** What PROTOCOL.md has for a server that has not told its own yet. */
const DEFAULT_RESUME_TIMEOUT_MILLISECONDS = 30_000;
/** How many answers to PINGs may wait to be sent. */
const MAX_PONGS = 16;
/** How often the last frame of a session is sent: once more when it is lost. */
const LAST_WORDS = 2;
const MAX_UNPROVEN_STREAMS = 2;
/** @type {Set<number>} */
const KNOWN_NUMBERS = new Set(Object.values(ErrorCode));

/**
 * @typedef {object} Options
 * @property {number} initialWindow of the download, in bytes, and how much is kept of the upload at the beginning
 * @property {number} maxWindow what both may grow to, in bytes
 * @property {number} [resumeTimeout] how long to be detached at most, in milliseconds; the server's, if that is less
 * @property {() => number} random from 0 to 1, without 1
 */

/** A resuming GET that is under way. */
class Attempt {
  /** The core waits for it no longer: it is to be aborted. */
  abandoned = false;

  /**
   * @param {number} number which attempt it is: larger each time
   * @param {number} offset the download's confirmed offset
   * @param {number} limit of the download
   * @param {number} startedAt
   * @param {boolean} isRotation it was sent while another download went on
   */
  constructor(number, offset, limit, startedAt, isRotation) {
    this.number = number;
    this.offset = offset;
    this.limit = limit;
    this.startedAt = startedAt;
    this.isRotation = isRotation;
  }
}

/** The body of one GET's response. */
class Download {
  /** The server is taken for dead: it is to be aborted. */
  abandoned = false;
  decoder = new FrameDecoder();
}

/** One POST, and what to do again if it is lost. */
class Part {
  /** The core has forgotten it: it is to be aborted. */
  abandoned = false;
  /** @type {Uint8Array} the whole body, unless this is a streaming POST */
  bytes = new Uint8Array(0);
  /** The body is the RESET: it has to outlive the page. */
  keepalive = false;
  /** Of a streaming POST: its body is to end when there is nothing more for it. */
  isToEnd = false;
  /** @type {import('./ranges.js').Range[]} */
  ranges = [];
  hasWindow = false;
  /** @type {number[]} */
  pongs = [];
  /** @type {number | undefined} */
  ping;
}

/**
 * A session of dialect 2 at its client: what happens and the time come in, and it is asked what to do next. It has no
 * clock, no timers and no requests of its own. Times are milliseconds of any clock that doesn't go back.
 *
 *     DETACHED ---- openDownload ----> ATTACHED ---- the current download ends, or the server is dead ----> DETACHED
 *     either ---- both directions have ended, or the first failure: it is `over` ----> OVER
 *     OVER ---- the last frame was taken, or lost twice: it is `finished`
 */
export class ResumableSession {
  #sending;
  #receiving;
  #maxResumeTimeout;
  #resumeTimeout = DEFAULT_RESUME_TIMEOUT_MILLISECONDS;
  /** 0: the server is never taken for dead. */
  #heartbeat = 0;

  /** @type {Download | undefined} the current one, when attached */
  #download;
  /** @type {Attempt | undefined} */
  #attempt;
  #attempts = 0;
  #attachBackOff;
  #hasToRotate = false;
  #detachedAt;
  #attachedAt = 0;
  #progressAtAttach = 0;
  #heardAt = 0;

  /** @type {Set<Part>} those that were not answered yet */
  #parts = new Set();
  #uploadBackOff;
  /** @type {number[]} */
  #pongs = [];
  #lastToken = 0;
  /** @type {number | undefined} the PING that asks for a confirmation, until it is answered */
  #asking;

  /** @type {Part | undefined} the latest */
  #stream;
  /** Whether the bytes of the latest stream are seen to arrive. */
  #probe = /** @type {'none' | 'waiting' | 'answered' | 'failed'} */ ('none');
  #probeToken = 0;
  #probedAt = 0;
  #hasToProbe = false;
  /** How many streams in a row were lost before they were seen to arrive. */
  #unprovenStreams = 0;

  #isOver = false;
  /** @type {{ number: number, reason: string } | undefined} */
  #error;
  #hasToReset = false;
  #lastWords = LAST_WORDS;

  /**
   * @param {Options} options
   * @param {number} now
   */
  constructor({ initialWindow, maxWindow, resumeTimeout = Infinity, random }, now) {
    this.#sending = new SendingDirection(initialWindow, maxWindow);
    this.#receiving = new ReceivingDirection(initialWindow, maxWindow);
    this.#maxResumeTimeout = resumeTimeout;
    this.#attachBackOff = new BackOff(random);
    this.#uploadBackOff = new BackOff(random);
    this.#detachedAt = now;
  }

  /** The first failure: its number (PROTOCOL.md, "Error codes") and reason. */
  get error() {
    return this.#error;
  }

  /** Both directions have ended, or there is an error. What was received can still be read if there is none. */
  get over() {
    return this.#isOver;
  }

  /** It is over, and there is nothing more to send or to wait for. */
  get finished() {
    return this.#isOver && this.#parts.size === 0 && !this.#hasLastWord;
  }

  get #hasLastWord() {
    return this.#lastWords > 0 && (this.#error ? this.#hasToReset : this.#receiving.hasToTell);
  }

  // The application

  /**
   * @param {Uint8Array} bytes
   * @returns {number} how many of them were taken (copied); none after the end
   */
  write(bytes) {
    return this.#isOver ? 0 : this.#sending.write(bytes);
  }

  /** Ends the upload. */
  end() {
    this.#sending.end();
  }

  /** @returns {Uint8Array<ArrayBuffer> | null} the next bytes, at least one; null if there are none now */
  read() {
    return this.#error ? null : this.#receiving.read();
  }

  /** Every byte of the download was read. */
  get atEnd() {
    return !this.#error && this.#receiving.isAtEnd;
  }

  /** The server has every byte of the upload, and its end. */
  get uploadEnded() {
    return this.#sending.hasEnded;
  }

  /**
   * Ends both directions at once, and has the server told. Of no effect when the session is over.
   *
   * @param {number} number
   * @param {string} reason
   */
  reset(number, reason) {
    if (!this.#isOver) {
      this.#fail(number, reason);
      this.#hasToReset = true;
      this.#uploadBackOff.reset();
    }
  }

  /**
   * A failure that the server knows, or can't be told. When the session is over, nothing more is sent at least.
   *
   * @param {number} number
   * @param {string} reason
   */
  fail(number, reason) {
    this.#fail(number, reason);
    this.#abandonParts();
    this.#lastWords = 0;
  }

  /**
   * @param {number} number
   * @param {string} reason
   */
  #fail(number, reason) {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#error = { number: number > 255 || KNOWN_NUMBERS.has(number) ? number : ErrorCode.CANCELLED, reason };
      this.#abandonAttempt();
      this.#abandonParts();
      this.#sending.release();
      this.#receiving.release();
    }
  }

  #abandonParts() {
    this.#parts.forEach((part) => (part.abandoned = true));
    this.#parts.clear();
  }

  /**
   * The server has answered 410.
   *
   * @param {number} number of the failure; 0: the session had ended in order
   * @param {string} [reason]
   */
  sessionOver(number, reason = '') {
    if (number === 0) {
      this.#sending.allTaken();
      this.#settle();
    }
    this.fail(number || ErrorCode.PROTOCOL_ERROR, reason);
  }

  // The download

  get attached() {
    return this.#download !== undefined;
  }

  /**
   * @param {number} now
   * @returns {boolean} whether it is time for a resuming GET
   */
  wantsDownload(now) {
    return this.#needsDownload && this.#attachBackOff.until <= now;
  }

  get #needsDownload() {
    return !this.#isOver && !this.#attempt && (!this.attached || this.#hasToRotate);
  }

  /**
   * @param {number} now
   * @returns {Attempt} for the resuming GET that is sent now
   */
  attachRequest(now) {
    const [offset, limit] = this.#receiving.tell();
    this.#attempt = new Attempt(++this.#attempts, offset, limit, now, this.attached);
    return this.#attempt;
  }

  /**
   * A GET, the opening or a resuming one, was answered: its body is the current download.
   *
   * @param {number} now
   * @returns {Download}
   */
  openDownload(now) {
    this.#attempt = undefined;
    this.#hasToRotate = false;
    this.#uploadBackOff.reset();
    this.#unprovenStreams = 0;
    this.#attachedAt = this.#heardAt = now;
    this.#progressAtAttach = this.#progress;
    this.#forgetPing();
    this.#download = new Download();
    return this.#download;
  }

  /**
   * The resuming GET has failed in a way that may pass.
   *
   * @param {Attempt} attempt
   * @param {number} now
   * @param {number} [retryAfter] milliseconds
   */
  attachFailed(attempt, now, retryAfter) {
    if (!attempt.abandoned) {
      this.#abandonAttempt();
      this.#attachBackOff.failed(now, retryAfter);
      this.#receiving.tellAgain();
    }
  }

  #abandonAttempt() {
    if (this.#attempt) {
      this.#attempt.abandoned = true;
      this.#attempt = undefined;
    }
  }

  /**
   * @param {Download} download any that has not ended, be it that another has taken its place
   * @param {Uint8Array} bytes the next of its body
   * @param {number} now
   */
  received(download, bytes, now) {
    if (this.#isOver || download.abandoned) {
      return;
    }
    this.#heardAt = now;
    try {
      for (const received of download.decoder.decode(bytes)) {
        this.#take(received, download);
        this.#settle();
        if (this.#isOver) {
          return;
        }
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        throw error;
      }
      this.reset(ErrorCode.PROTOCOL_ERROR, error.message);
    }
  }

  /**
   * @param {import('./frames.js').Frame} received
   * @param {Download} download
   */
  #take({ type, fields: [first, second], bytes }, download) {
    switch (type) {
      case FrameType.DATA:
        this.#receiving.receive(first, bytes);
        break;
      case FrameType.WINDOW:
        this.#sending.window(first, second);
        break;
      case FrameType.PING:
        this.#pongs = [...this.#pongs, first].slice(-MAX_PONGS);
        break;
      case FrameType.PONG:
        if (first === this.#asking) {
          this.#asking = undefined;
        }
        if (first === this.#probeToken && this.#probe === 'waiting') {
          this.#probe = 'answered';
          this.#unprovenStreams = 0;
        }
        break;
      case FrameType.END:
        this.#receiving.end(first);
        break;
      case FrameType.RESET:
        this.fail(first, reasonOf(bytes));
        break;
      case FrameType.ROTATE:
        if (download === this.#download) {
          this.#hasToRotate = true;
          this.#endStream();
        }
        break;
      case FrameType.HELLO:
        this.#heartbeat = first;
        this.#resumeTimeout = second;
    }
  }

  /**
   * @param {Download} download whose body has ended, in order or not
   * @param {number} now
   */
  downloadEnded(download, now) {
    if (download === this.#download) {
      this.#detach(now);
      this.timeIs(now);
    }
  }

  /** @param {number} now */
  #detach(now) {
    this.#download = undefined;
    this.#detachedAt = now;
    if (this.#stream && this.#probe === 'waiting') {
      this.#lose(this.#stream);
    }
    if (this.#progress > this.#progressAtAttach || now - this.#attachedAt > ATTACH_TIMEOUT_MILLISECONDS) {
      this.#attachBackOff.reset();
    } else {
      this.#attachBackOff.failed(now);
    }
  }

  get #progress() {
    return this.#receiving.confirmed + this.#sending.confirmed;
  }

  /** There is reason to believe that the network is back: what waits to be tried again does so no longer. */
  retryNow() {
    this.#attachBackOff.reset();
    this.#uploadBackOff.reset();
  }

  // Uploads

  /**
   * @param {number} maxBytes of the application; 0 for other frames alone
   * @param {number} now
   * @returns {Part | null} a POST to be sent now; null if there is nothing for it
   */
  nextBody(maxBytes, now) {
    const part = new Part();
    const bytes = this.#hasToReset ? this.#resetPiece(part, now) : this.#nextPiece(part, maxBytes, now);
    if (!bytes) {
      return null;
    }
    part.bytes = bytes;
    this.#parts.add(part);
    return part;
  }

  /**
   * @param {number} now
   * @returns {boolean} whether there are bytes, or an end, for a streaming POST to begin with
   */
  wantsStream(now) {
    return this.attached && !this.#isOver && this.#uploadBackOff.until <= now && this.#sending.hasFrames;
  }

  /**
   * @param {number} now
   * @returns {Part} a streaming POST, to be sent now
   */
  openStream(now) {
    const part = new Part();
    this.#endStream();
    this.#parts.add(part);
    this.#stream = part;
    this.#probe = 'waiting';
    this.#probeToken = ++this.#lastToken;
    this.#probedAt = now;
    this.#hasToProbe = true;
    return part;
  }

  /**
   * @param {Part} stream
   * @param {number} maxBytes of the application
   * @param {number} now
   * @returns {Uint8Array | null} the next of its body; null if there is nothing for it now
   */
  nextPiece(stream, maxBytes, now) {
    return this.#parts.has(stream) ? this.#nextPiece(stream, maxBytes, now) : null;
  }

  /**
   * Whether the bytes of the latest stream are seen to arrive. `failed`: they are not, or two streams in a row were lost
   * before they were, while the download was not; no other should be opened.
   */
  get probe() {
    return this.#probe;
  }

  /** @param {Part} part that was answered with 204 */
  uploadTaken(part) {
    if (this.#parts.has(part)) {
      this.#forget(part);
      this.#uploadBackOff.reset();
      this.#sending.taken(part.ranges);
      this.#settle();
    }
  }

  /**
   * @param {Part} part that was cut, or answered that it may be sent again
   * @param {number} now
   * @param {number} [retryAfter] milliseconds
   */
  uploadLost(part, now, retryAfter) {
    if (this.#parts.has(part)) {
      const isUnproven = part === this.#stream && this.#probe === 'waiting';
      this.#lose(part);
      if (isUnproven && ++this.#unprovenStreams >= MAX_UNPROVEN_STREAMS) {
        this.#probe = 'failed';
      }
      this.#uploadBackOff.failed(now, retryAfter);
    }
  }

  /** @param {Part} part */
  #lose(part) {
    this.#forget(part);
    part.abandoned = true;
    this.#sending.lost(part.ranges);
    this.#pongs = [...part.pongs, ...this.#pongs].slice(-MAX_PONGS);
    this.#hasToReset ||= part.keepalive;
    if (part.hasWindow) {
      this.#receiving.tellAgain();
    }
    if (part.ping !== undefined && part.ping === this.#asking) {
      this.#forgetPing();
    }
  }

  /** @param {Part} part */
  #forget(part) {
    this.#parts.delete(part);
    if (part === this.#stream) {
      this.#stream = undefined;
      this.#probe = 'none';
    }
  }

  #forgetPing() {
    this.#asking = undefined;
    this.#sending.askAgain();
  }

  #endStream() {
    if (this.#stream) {
      this.#stream.isToEnd = true;
    }
  }

  /**
   * @param {Part} part
   * @param {number} now
   */
  #resetPiece(part, now) {
    if (!this.#error || !this.#hasLastWord || this.#uploadBackOff.until > now) {
      return null;
    }
    const { number, reason } = this.#error;
    this.#lastWords--;
    this.#hasToReset = false;
    part.keepalive = true;
    return joinedPieces(resetFrame(number, reason));
  }

  /**
   * @param {Part} part
   * @param {number} maxBytes
   * @param {number} now
   */
  #nextPiece(part, maxBytes, now) {
    const may = this.#isOver ? !this.#error && this.#hasLastWord : this.attached;
    if (!may || this.#uploadBackOff.until > now) {
      return null;
    }
    /** @type {Uint8Array[]} */
    const pieces = [];
    if (part === this.#stream && this.#hasToProbe) {
      this.#hasToProbe = false;
      pieces.push(frame(FrameType.PING, [this.#probeToken]));
    }
    if (this.#receiving.hasToTell || this.#pongs.length > 0) {
      this.#lastWords -= Number(this.#isOver);
      part.hasWindow = true;
      part.pongs = [...part.pongs, ...this.#pongs].slice(-MAX_PONGS);
      pieces.push(
        frame(FrameType.WINDOW, this.#receiving.tell()),
        ...this.#pongs.map((token) => frame(FrameType.PONG, [token])),
      );
      this.#pongs = [];
    }
    pieces.push(...this.#sending.frames(maxBytes, part.ranges));
    if (this.#asking === undefined && this.#sending.hasToAsk) {
      this.#sending.asked();
      part.ping = this.#asking = ++this.#lastToken;
      pieces.push(frame(FrameType.PING, [this.#asking]));
    }
    return pieces.length > 0 ? joinedPieces(pieces) : null;
  }

  // The time

  /** When {@link timeIs} is to be called at the latest; undefined: not for the sake of time. */
  get deadline() {
    const times = [this.#uploadBackOff.until || Infinity];
    if (!this.#isOver) {
      times.push(
        this.#deadAt,
        this.#givesUpAt,
        this.#probeFailsAt,
        this.#attempt ? this.#attempt.startedAt + ATTACH_TIMEOUT_MILLISECONDS : this.#attachBackOff.until || Infinity,
      );
    }
    const first = Math.min(...times);
    return first < Infinity && !this.finished ? first : undefined;
  }

  /**
   * What hangs on the time is done. To be called before anything is asked.
   *
   * @param {number} now
   */
  timeIs(now) {
    this.#attachBackOff.timeIs(now);
    this.#uploadBackOff.timeIs(now);
    if (this.#isOver) {
      return;
    }
    if (this.#attempt && now >= this.#attempt.startedAt + ATTACH_TIMEOUT_MILLISECONDS) {
      this.attachFailed(this.#attempt, now);
    }
    if (this.#stream && now >= this.#probeFailsAt) {
      this.#lose(this.#stream);
      this.#probe = 'failed';
    }
    if (this.#download && now >= this.#deadAt) {
      this.#download.abandoned = true;
      this.#parts.forEach((part) => this.#lose(part));
      this.#detach(now);
    }
    if (now >= this.#givesUpAt) {
      this.reset(ErrorCode.CONNECTION_LOST, 'The session could not be resumed in time');
    }
  }

  get #deadAt() {
    return this.attached && this.#heartbeat > 0 ? this.#heardAt + 2 * this.#heartbeat : Infinity;
  }

  /** The download before a rotation may be seen to end before the one that takes its place is seen to begin. */
  get #givesUpAt() {
    return this.attached || this.#attempt?.isRotation
      ? Infinity
      : this.#detachedAt + Math.min(this.#resumeTimeout, this.#maxResumeTimeout);
  }

  get #probeFailsAt() {
    return this.#probe === 'waiting' ? this.#probedAt + PROBE_TIMEOUT_MILLISECONDS : Infinity;
  }

  #settle() {
    if (!this.#isOver && this.#sending.hasEnded && this.#receiving.hasEnded) {
      this.#isOver = true;
      this.#endStream();
    }
  }
}

/** @param {Uint8Array[]} pieces at least one */
function joinedPieces(pieces) {
  return joined(
    pieces,
    pieces.reduce((size, piece) => size + piece.length, 0),
  );
}
