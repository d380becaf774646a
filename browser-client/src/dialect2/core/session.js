import { BackOff } from './back-off.js';
import { joined } from '../../bytes.js';
import { ErrorCode } from '../../errors.js';
import * as FrameType from './frame-types.js';
import { frame, FrameDecoder, ProtocolError, reasonOf, resetFrame } from './frames.js';
import { ReceivingDirection } from './receiving.js';
import { SendingDirection } from './sending.js';

const ATTACH_TIMEOUT_MILLISECONDS = 10_000;
const PROBE_TIMEOUT_MILLISECONDS = 3_000;
/** What a server has that has not told its own yet. */
const DEFAULT_RESUME_TIMEOUT_MILLISECONDS = 30_000;
/** HELLO, WINDOW and perhaps DRAIN: how many frames a download brings in any case. */
const FIRST_FRAMES = 3;
/** How many answers to PINGs may wait to be sent. */
const MAX_PONGS = 16;
/** How often the last frame of a session is sent: once more when it is lost. */
const LAST_WORDS = 2;
/** How many streaming POSTs in a row may be lost before their bytes were seen to arrive, while the download goes on. */
const MAX_UNPROVEN_STREAMS = 2;

/**
 * @typedef {object} Options
 * @property {number} initialWindow of the download, in bytes, and how much is kept of the upload at the beginning
 * @property {number} maxWindow what both may grow to, in bytes
 * @property {number} [resumeTimeout] how long to be detached at most, in milliseconds; the server's, if that is less
 * @property {() => number} random from 0 to 1, without 1
 */

/**
 * A resuming GET that is under way.
 *
 * @typedef {object} Attempt
 * @property {boolean} abandoned the core waits for it no longer: it is to be aborted
 * @property {number} number which attempt it is: larger each time
 * @property {number} offset the download's confirmed offset
 * @property {number} limit of the download
 * @property {number} startedAt
 * @property {boolean} isRotation it was sent while another download went on
 */

/**
 * The body of one GET's response.
 *
 * @typedef {object} Download
 * @property {boolean} abandoned the server is taken for dead: it is to be aborted
 * @property {FrameDecoder} decoder
 * @property {number} frames how many have come
 */

/**
 * One POST, and what to do again if it is lost.
 *
 * @typedef {object} Part
 * @property {boolean} abandoned the core has forgotten it: it is to be aborted
 * @property {Uint8Array<ArrayBuffer>} bytes the whole body, unless it is a streaming one
 * @property {boolean} isToEnd a streaming body is to end when there is nothing more for it
 * @property {Uint8Array[]} first what a streaming body begins with
 * @property {number} probe the PING in it; 0: none, or it was answered
 * @property {number} startedAt
 * @property {import('./ranges.js').Range[]} ranges
 * @property {boolean} hasWindow
 * @property {number[]} pongs
 * @property {number} ping that asks for a confirmation; 0: none
 */

/**
 * A session of dialect 2 at its client: what happens and the time come in, and it is asked what to do next. It has no
 * clock, no timers and no requests of its own. Times are milliseconds of any clock that doesn't go back.
 *
 *     DETACHED ---- openDownload ----> ATTACHED ---- the current download ends, or the server is dead ----> DETACHED
 *     either ---- both directions have ended, or the first failure: it is `over` ----> OVER
 *     OVER ---- the last frame was taken, or lost twice: it is `finished`
 */
export class ResumableSession {
  /** Whether streaming POSTs are worth a try: their bytes have not failed to arrive. */
  mayStream = true;
  /** The server has said that it is about to stop. */
  draining = false;
  /** Both directions have ended, or there is an error. If there is none, what was received can still be read. */
  over = false;
  /**
   * The first failure: its number (docs/protocol.md, "Error codes") and reason.
   *
   * @type {{ number: number, reason: string } | undefined}
   */
  error;
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
  #attachPause;
  #hasToRotate = false;
  #detachedAt;
  #heardAt = 0;
  #sentAt = 0;

  /** @type {Set<Part>} those that were not answered yet */
  #parts = new Set();
  #uploadPause;
  /** @type {Part | undefined} the streaming POST */
  #stream;
  #unprovenStreams = 0;
  /** @type {number[]} the PINGs to be answered */
  #pongs = [];
  #lastToken = 0;
  /** The PING that asks for a confirmation, until it is answered; 0: none. */
  #asking = 0;

  #hasToReset = false;
  #lastWords = LAST_WORDS;

  /**
   * @param {Options} options
   * @param {number} now
   */
  constructor({ initialWindow, maxWindow, resumeTimeout = Infinity, random }, now) {
    this.#sending = new SendingDirection(initialWindow, maxWindow);
    this.#receiving = new ReceivingDirection(initialWindow, maxWindow, now);
    this.#maxResumeTimeout = resumeTimeout;
    this.#attachPause = new BackOff(random);
    this.#uploadPause = new BackOff(random);
    this.#detachedAt = now;
  }

  /** It is over, and there is nothing more to send or to wait for. */
  get finished() {
    return this.over && !this.#parts.size && !this.#hasLastWord;
  }

  get #hasLastWord() {
    return this.#lastWords > 0 && (this.error ? this.#hasToReset : this.#receiving.hasToTell);
  }

  // The application

  /**
   * @param {Uint8Array} bytes
   * @returns {number} how many of them were taken (copied); none after the end
   */
  write(bytes) {
    return this.#sending.write(bytes);
  }

  /** Ends the upload. */
  end() {
    this.#sending.end();
  }

  /** @returns {Uint8Array<ArrayBuffer> | null} the next bytes, at least one; null if there are none now */
  read() {
    return this.#receiving.read();
  }

  /** Every byte of the download was read. */
  get atEnd() {
    return this.#receiving.isAtEnd;
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
    if (!this.over) {
      this.over = this.#hasToReset = true;
      this.error = { number, reason };
      this.#abandonAttempt();
      this.#abandonParts();
      this.#uploadPause.reset();
      // What is under way, and what was not read, is lost.
      this.#sending = new SendingDirection(0, 0);
      this.#receiving = new ReceivingDirection(0, 0, 0);
    }
  }

  /**
   * A failure that the server knows, or can't be told. When the session is over, nothing more is sent at least.
   *
   * @param {number} number
   * @param {string} reason
   */
  fail(number, reason) {
    this.reset(number, reason);
    this.#abandonParts();
    this.#lastWords = 0;
  }

  /**
   * The server has answered 410.
   *
   * @param {number} number of the failure; 0: the session had ended in order
   * @param {string} [reason]
   */
  sessionOver(number, reason = '') {
    if (!number) {
      this.#sending.allTaken();
      this.#settle();
    }
    this.fail(number || ErrorCode.PROTOCOL_ERROR, reason);
  }

  #settle() {
    if (!this.over && this.#sending.hasEnded && this.#receiving.hasEnded) {
      this.over = true;
      this.#endStream();
    }
  }

  // The download

  get attached() {
    return Boolean(this.#download);
  }

  /**
   * @param {number} now
   * @returns {boolean} whether it is time for a resuming GET
   */
  wantsDownload(now) {
    return !this.over && !this.#attempt && (!this.#download || this.#hasToRotate) && this.#attachPause.until <= now;
  }

  /**
   * @param {number} now
   * @returns {Attempt} for the resuming GET that is sent now
   */
  attachRequest(now) {
    const [offset, limit] = this.#receiving.tell(now);
    this.#sentAt = now;
    this.#attempt = {
      abandoned: false,
      number: ++this.#attempts,
      offset,
      limit,
      startedAt: now,
      isRotation: this.attached,
    };
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
    this.#unprovenStreams = 0;
    this.#uploadPause.reset();
    this.#heardAt = this.#sentAt = now;
    this.#forgetPing();
    this.#download = { abandoned: false, decoder: new FrameDecoder(), frames: 0 };
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
    if (attempt === this.#attempt) {
      this.#abandonAttempt();
      this.#attachPause.failed(now, retryAfter);
      this.#receiving.isUntold = true;
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
    if (download.abandoned) {
      return;
    }
    this.#heardAt = now;
    try {
      for (const received of download.decoder.decode(bytes)) {
        if (this.over) {
          return;
        }
        this.#take(received, download);
        this.#settle();
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
    if (++download.frames > FIRST_FRAMES) {
      this.#attachPause.reset();
    }
    switch (type) {
      case FrameType.DATA:
        this.#receiving.receive(first, bytes);
        break;
      case FrameType.WINDOW:
        if (first > this.#sending.confirmed) {
          this.#uploadPause.since = Infinity;
        }
        this.#sending.window(first, second, this.#heardAt);
        break;
      case FrameType.PING:
        this.#owe([first]);
        break;
      case FrameType.PONG:
        if (first === this.#asking) {
          this.#asking = 0;
        }
        if (first === this.#stream?.probe) {
          this.#stream.probe = this.#unprovenStreams = 0;
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
        break;
      case FrameType.DRAIN:
        this.draining = true;
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
    this.#attachPause.failed(now);
    // No answer to its probe can come, which says nothing about streaming. One that is to end has its own answer coming.
    if (this.#stream?.probe && !this.over) {
      this.#lose(this.#stream);
    }
  }

  /** There is reason to believe that the network is back: what waits to be tried again does so no longer. */
  retryNow() {
    this.#attachPause.reset();
    this.#uploadPause.reset();
  }

  // Uploads

  /** How many bytes, and ends, may be sent now. */
  get sendable() {
    return this.#sending.sendable;
  }

  /**
   * @param {number} maxBytes of the application; 0 for other frames alone
   * @param {number} now
   * @param {ArrayBuffer[]} [spares] memory for it: one of them is taken
   * @returns {Part | null} a POST to be sent now; null if there is nothing for it
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

  /**
   * @param {number} now
   * @returns {boolean} whether there are bytes, or an end, for a streaming POST to begin with
   */
  wantsStream(now) {
    return this.mayStream && this.attached && !this.over && this.#uploadPause.until <= now && this.sendable > 0;
  }

  /**
   * @param {number} now
   * @returns {Part} a streaming POST, to be sent now
   */
  openStream(now) {
    this.#endStream();
    this.#stream = this.#newPart(now);
    this.#stream.probe = ++this.#lastToken;
    this.#stream.first = [frame(FrameType.PING, [this.#lastToken])];
    return this.#stream;
  }

  /**
   * @param {number} startedAt
   * @returns {Part}
   */
  #newPart(startedAt) {
    const part = {
      abandoned: false,
      bytes: joined([]),
      isToEnd: false,
      first: [],
      probe: 0,
      startedAt,
      ranges: [],
      hasWindow: false,
      pongs: [],
      ping: 0,
    };
    this.#parts.add(part);
    return part;
  }

  /**
   * @param {Part} part a streaming POST
   * @param {number} maxBytes of the application
   * @param {number} now
   * @returns {Uint8Array[] | null} the next of its body; null if there is nothing for it now
   */
  nextPieces(part, maxBytes, now) {
    const mayTalk = this.over ? this.#hasLastWord : this.attached;
    if (!mayTalk || !this.#parts.has(part) || this.#uploadPause.until > now) {
      return null;
    }
    if (this.over) {
      this.#lastWords--;
    }
    if (this.error) {
      this.#hasToReset = false;
      return resetFrame(this.error.number, this.error.reason);
    }
    const pieces = part.first;
    part.first = [];
    if (this.#receiving.hasToTell || this.#pongs.length > 0) {
      part.hasWindow = true;
      part.pongs = [...part.pongs, ...this.#pongs].slice(-MAX_PONGS);
      pieces.push(
        frame(FrameType.WINDOW, this.#receiving.tell(now)),
        ...this.#pongs.map((token) => frame(FrameType.PONG, [token])),
      );
      this.#pongs = [];
    }
    pieces.push(...this.#sending.frames(maxBytes, part.ranges));
    if (!this.#asking && this.#sending.hasToAsk) {
      this.#sending.hasNews = false;
      part.ping = this.#asking = ++this.#lastToken;
      pieces.push(frame(FrameType.PING, [this.#asking]));
    }
    if (pieces.length === 0) {
      if (this.#parts.size === 1) {
        // Nothing but this one waits for the server.
        this.#uploadPause.since = Infinity;
      }
      return null;
    }
    this.#sentAt = now;
    return pieces;
  }

  /** @param {Part} part that was answered with 204 */
  uploadTaken(part) {
    if (this.#parts.has(part)) {
      this.#forget(part);
      this.#uploadPause.reset();
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
      if (part.probe && ++this.#unprovenStreams === MAX_UNPROVEN_STREAMS) {
        this.mayStream = false;
      }
      this.#lose(part);
      this.#uploadPause.failed(now, retryAfter);
      if (now - this.#uploadPause.since >= Math.max(this.#resumeTimeout, DEFAULT_RESUME_TIMEOUT_MILLISECONDS)) {
        this.reset(ErrorCode.CONNECTION_LOST, 'No upload could be sent in time');
      }
    }
  }

  /** @param {Part} part */
  #lose(part) {
    this.#forget(part);
    part.abandoned = true;
    this.#sending.lost([...this.#parts].flatMap(({ ranges }) => ranges));
    this.#owe(part.pongs);
    this.#hasToReset = Boolean(this.error);
    this.#receiving.isUntold ||= part.hasWindow;
    if (part.ping === this.#asking) {
      this.#forgetPing();
    }
  }

  /** @param {Part} part */
  #forget(part) {
    this.#parts.delete(part);
    if (part === this.#stream) {
      this.#stream = undefined;
    }
  }

  #abandonParts() {
    this.#parts.forEach((part) => (part.abandoned = true));
    this.#parts.clear();
  }

  #endStream() {
    if (this.#stream) {
      this.#stream.isToEnd = true;
    }
  }

  #forgetPing() {
    this.#asking = 0;
    this.#sending.hasNews = true;
  }

  /** @param {readonly number[]} pongs */
  #owe(pongs) {
    this.#pongs = [...this.#pongs, ...pongs].slice(-MAX_PONGS);
  }

  // The time

  /** When {@link timeIs} is to be called at the latest; Infinity: not for the sake of time. */
  get deadline() {
    return Math.min(...Array.from(this.#alarms(), ([at]) => at));
  }

  /**
   * What hangs on the time is done. To be called before anything is asked.
   *
   * @param {number} now
   */
  timeIs(now) {
    for (const [at, run] of this.#alarms()) {
      if (at <= now) {
        run(now);
      }
    }
  }

  /** @returns {Generator<[at: number, run: (now: number) => void], void>} what is done when */
  *#alarms() {
    for (const pause of [this.#attachPause, this.#uploadPause]) {
      if (pause.until) {
        yield [pause.until, () => (pause.until = 0)];
      }
    }
    if (this.over) {
      return;
    }
    const attempt = this.#attempt;
    if (attempt) {
      yield [attempt.startedAt + ATTACH_TIMEOUT_MILLISECONDS, (now) => this.attachFailed(attempt, now)];
    }
    yield [this.#sending.restsAt, () => this.#sending.rest()];
    const stream = this.#stream;
    if (stream?.probe) {
      yield [
        stream.startedAt + Math.min(PROBE_TIMEOUT_MILLISECONDS, this.#heartbeat || Infinity),
        () => {
          this.mayStream = false;
          this.#lose(stream);
        },
      ];
    }
    const download = this.#download;
    if (download && this.#heartbeat) {
      if (this.#heardAt > this.#sentAt && !this.#receiving.isUntold) {
        yield [this.#sentAt + this.#heartbeat, () => (this.#receiving.isUntold = true)];
      }
      yield [
        this.#heardAt + 2 * this.#heartbeat,
        (now) => {
          download.abandoned = true;
          this.#parts.forEach((part) => this.#lose(part));
          this.#detach(now);
        },
      ];
    }
    // In a rotation the old download may be seen to end before the new one is seen to begin.
    if (!this.#download && !this.#attempt?.isRotation) {
      yield [
        this.#detachedAt + Math.min(this.#resumeTimeout, this.#maxResumeTimeout),
        () => this.reset(ErrorCode.CONNECTION_LOST, 'It could not be resumed in time'),
      ];
    }
  }
}
