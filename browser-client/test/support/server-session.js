// A server's end of one session of dialect 2, made from docs/protocol.md for tests: no I/O, no clock.
import { ErrorCode } from '../../src/errors.js';
import * as FrameType from '../../src/dialect2/core/frame-types.js';
import { frame, FrameDecoder, ProtocolError, reasonOf, resetFrame } from '../../src/dialect2/core/frames.js';
import { ReceivingDirection } from '../../src/dialect2/core/receiving.js';
import { SendingDirection } from '../../src/dialect2/core/sending.js';
import { isBetweenFrames } from './between-frames.js';

const TICKET_BYTES = 16;
const OLD_DOWNLOAD_TIMEOUT_MILLISECONDS = 30_000;
/** In place of a heartbeat: how long a poll waits, and half as long as the next may be away. */
const POLL_MILLISECONDS = 30_000;

/** How many tickets there have been, of all sessions: no two may be the same. */
let tickets = 0;

function newTicket() {
  const ticket = Buffer.alloc(TICKET_BYTES);
  ticket.writeUInt32BE(++tickets);
  return ticket;
}

/**
 * What a request is refused with: the status, the type of the problem, and for a 410 the outcome of the session.
 *
 * @typedef {{ status: number, type: string, number?: number, reason?: string }} Problem
 */

/** The body of one GET's response. */
export class ServerDownload {
  #session;
  /** The body must end cleanly when {@link next} has nothing more. */
  mustEnd = false;
  /** The stream must be broken off: the client is silent and treated as dead. */
  isBroken = false;
  /** @type {Uint8Array[]} */
  pending = [];
  /** When it ends although no other has taken its place. */
  endsAt = Infinity;
  /** It is a poll that was answered: nothing more follows. */
  isAnswered = false;

  /** @param {ServerSession} session @param {number} [waitsUntil] of a poll: when it is answered with what there is */
  constructor(session, waitsUntil) {
    this.#session = session;
    this.waitsUntil = waitsUntil;
  }

  /**
   * @param {number} maxBytes of the application
   * @param {number} now
   * @returns {Uint8Array | null} the next of the body; null if there is nothing now
   */
  next(maxBytes, now) {
    return this.#session.nextPiece(this, maxBytes, now);
  }
}

/** One POST. */
export class ServerUpload {
  #session;
  #decoder = new FrameDecoder();
  /** @type {Problem | undefined} why it is refused: to be answered at once */
  problem;

  /** @param {ServerSession} session */
  constructor(session) {
    this.#session = session;
    this.problem = session.refusedUpload;
  }

  /**
   * @param {Uint8Array} bytes
   * @param {number} now
   */
  received(bytes, now) {
    if (!this.problem) {
      this.problem = this.#session.received(this.#decoder, bytes, now);
    }
  }

  /**
   * The body has come to its proper end.
   *
   * @returns {Problem | undefined} to be answered with; undefined: 204
   */
  ended() {
    if (!this.problem && !isBetweenFrames(this.#decoder)) {
      this.problem = { status: 408, type: 'body-cut' };
    }
    return this.problem;
  }
}

export class ServerSession {
  #heartbeat;
  #resumeTimeout;
  #sending;
  #receiving;
  /** @type {ServerDownload | undefined} the current one */
  #download;
  #attempt = -1;
  #givesTickets;
  #rotatesAtOnce;
  /** @type {Buffer | undefined} of the current download */
  #ticket;
  #detachedAt;
  #heardAt;
  #sentAt;
  #pingedAt;
  #token = 0;
  /** @type {number | undefined} */
  #asking;
  /** @type {number[]} */
  #pongs = [];
  #isClosed = false;
  /** @type {{ number: number, reason: string } | undefined} */
  failure;
  #mustReset = false;
  #mustAdvertiseLast = false;

  /**
   * @param {{ heartbeat: number, resumeTimeout: number, initialWindow: number, maxWindow: number, webSocket?: boolean,
   *   rotatesAtOnce?: boolean }} options rotatesAtOnce: each download must be replaced as soon as it has begun
   * @param {number} now
   */
  constructor({ heartbeat, resumeTimeout, initialWindow, maxWindow, webSocket = false, rotatesAtOnce = false }, now) {
    this.#givesTickets = webSocket;
    this.#rotatesAtOnce = rotatesAtOnce;
    this.#heartbeat = heartbeat;
    this.#resumeTimeout = resumeTimeout;
    this.#sending = new SendingDirection(initialWindow, maxWindow);
    this.#receiving = new ReceivingDirection(initialWindow, maxWindow, now);
    this.#detachedAt = this.#heardAt = this.#sentAt = this.#pingedAt = now;
  }

  get isClosed() {
    return this.#isClosed;
  }

  get isAttached() {
    return this.#download !== undefined;
  }

  get sending() {
    return this.#sending;
  }

  get receiving() {
    return this.#receiving;
  }

  // The application

  /** @param {Uint8Array} bytes @returns {number} how many were taken */
  write(bytes) {
    return this.#isClosed ? 0 : this.#sending.write(bytes);
  }

  end() {
    this.#sending.end();
  }

  read() {
    return this.failure ? null : this.#receiving.read();
  }

  get isAtEnd() {
    return !this.failure && this.#receiving.isAtEnd;
  }

  /** @param {number} number @param {string} reason */
  reset(number, reason) {
    this.#fail(number, reason, true);
  }

  /** @param {number} now */
  rotate(now) {
    if (this.#download && this.#download.waitsUntil === undefined && !this.#isClosed) {
      this.#download.pending.push(frame(FrameType.ROTATE, []));
      this.#download.endsAt = now + (this.#heartbeat || OLD_DOWNLOAD_TIMEOUT_MILLISECONDS);
    }
  }

  drain() {
    this.#download?.pending.push(frame(FrameType.DRAIN, []));
  }

  // Requests

  /**
   * @param {{ number: number, offset: number, limit: number, poll?: number, ticket?: Uint8Array }} request number 0: the
   *   opening one; with a poll it may wait so many milliseconds; a ticket comes by a socket
   * @param {number} now
   * @returns {{ download: ServerDownload, problem?: undefined } | { problem: Problem }}
   */
  attach({ number, offset, limit, poll, ticket }, now) {
    if (ticket && (this.#isClosed || !this.#ticket || Buffer.compare(this.#ticket, ticket))) {
      return { problem: { status: 404, type: 'unknown-session' } };
    }
    if (this.#isClosed) {
      return { problem: this.#outcome };
    }
    if (number <= this.#attempt) {
      return { problem: { status: 409, type: 'stale-attach' } };
    }
    try {
      this.#sending.window(offset, limit, now);
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        throw error;
      }
      return { problem: { status: 409, type: 'bad-offset' } };
    }
    this.#attempt = number;
    if (this.#download) {
      this.#download.mustEnd = true;
    }
    this.#sending.lost([]);
    this.#sending.askAgain();
    this.#asking = undefined;
    this.#heardAt = this.#sentAt = this.#pingedAt = now;
    const waitsUntil = poll === undefined ? undefined : now + Math.min(poll, this.#heartbeat || POLL_MILLISECONDS);
    this.#download = new ServerDownload(this, waitsUntil);
    this.#download.pending.push(
      ...this.#hello(ticket !== undefined),
      frame(FrameType.WINDOW, this.#receiving.advertise(now)),
    );
    if (this.#rotatesAtOnce) {
      this.rotate(now);
    }
    this.#settle();
    return { download: this.#download };
  }

  /** @param {boolean} isSocket @returns {Uint8Array[]} HELLO, for requests with another ticket */
  #hello(isSocket) {
    this.#ticket = this.#givesTickets && !isSocket ? newTicket() : undefined;
    const fields = [this.#heartbeat, this.#resumeTimeout];
    return [frame(FrameType.HELLO, fields, this.#ticket?.length), ...(this.#ticket ? [this.#ticket] : [])];
  }

  /**
   * @param {ServerDownload} download whose stream is lost
   * @param {number} now
   */
  downloadLost(download, now) {
    if (download === this.#download && !download.isAnswered) {
      this.#detach(now);
      this.timeIs(now);
    }
  }

  /** @param {number} now */
  #detach(now) {
    this.#download = undefined;
    this.#detachedAt = now;
  }

  openUpload() {
    return new ServerUpload(this);
  }

  /** @returns {Problem | undefined} what a POST is answered with at once */
  get refusedUpload() {
    return this.failure && this.#outcome;
  }

  /** @returns {Problem} */
  get #outcome() {
    return this.failure
      ? { status: 410, type: 'session-reset', ...this.failure }
      : { status: 410, type: 'session-over', number: 0 };
  }

  /**
   * @param {FrameDecoder} decoder
   * @param {Uint8Array} bytes
   * @param {number} now
   * @returns {Problem | undefined}
   */
  received(decoder, bytes, now) {
    if (this.failure) {
      return this.#outcome;
    }
    this.#heardAt = now;
    try {
      for (const received of decoder.decode(bytes)) {
        if (!this.failure) {
          this.#take(received);
          this.#settle();
        }
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        throw error;
      }
      this.#fail(ErrorCode.PROTOCOL_ERROR, error.message, true);
      return { status: error.message === 'beyond-window' ? 413 : 400, type: error.message };
    }
    return undefined;
  }

  /** @param {import('../../src/dialect2/core/frames.js').Frame} received */
  #take({ type, fields: [first, second], bytes }) {
    switch (type) {
      case FrameType.DATA:
        this.#receiving.receive(first, bytes);
        break;
      case FrameType.WINDOW:
        this.#sending.window(first, second, this.#heardAt);
        break;
      case FrameType.PING:
        this.#pongs.push(first);
        break;
      case FrameType.PONG:
        if (first === this.#asking) {
          this.#asking = undefined;
        }
        break;
      case FrameType.END:
        this.#receiving.end(first);
        break;
      case FrameType.RESET:
        this.#fail(first, reasonOf(bytes), false);
    }
  }

  /**
   * @param {ServerDownload} download
   * @param {number} maxBytes
   * @param {number} now
   * @returns {Uint8Array | null}
   */
  nextPiece(download, maxBytes, now) {
    const pieces = download.pending;
    const first = pieces.length;
    if (download.isAnswered) {
      return null;
    }
    if (download === this.#download && !download.isBroken) {
      this.#fill(pieces, maxBytes, now);
    }
    if (download.waitsUntil !== undefined) {
      if (pieces.length === first && now < download.waitsUntil && !download.mustEnd) {
        return null;
      }
      download.isAnswered = download.mustEnd = true;
    }
    download.pending = [];
    if (pieces.length === 0) {
      return null;
    }
    this.#sentAt = now;
    return Buffer.concat(pieces);
  }

  /**
   * @param {Uint8Array[]} pieces
   * @param {number} maxBytes
   * @param {number} now
   */
  #fill(pieces, maxBytes, now) {
    if (this.#mustReset && this.failure) {
      this.#mustReset = false;
      pieces.push(...resetFrame(this.failure.number, this.failure.reason));
    }
    if (this.failure) {
      return;
    }
    if (this.#receiving.mustAdvertise || this.#pongs.length > 0 || this.#mustAdvertiseLast) {
      this.#mustAdvertiseLast = false;
      pieces.push(
        frame(FrameType.WINDOW, this.#receiving.advertise(now)),
        ...this.#pongs.map((token) => frame(FrameType.PONG, [token])),
      );
      this.#pongs = [];
    }
    if (this.#isClosed) {
      return;
    }
    pieces.push(...this.#sending.frames(maxBytes, []));
    if (this.#asking === undefined && this.#sending.mustAsk) {
      this.#sending.asked();
      this.#asking = ++this.#token;
      pieces.push(frame(FrameType.PING, [this.#asking]));
    }
    if (now >= this.#pingsAt) {
      this.#pingedAt = now;
      pieces.push(frame(FrameType.PING, [++this.#token]));
    }
  }

  // The time

  get #pingsAt() {
    const isStream = this.#download && this.#download.waitsUntil === undefined;
    return isStream && this.#heartbeat > 0 && !this.#isClosed
      ? Math.max(Math.min(this.#sentAt, this.#heardAt), this.#pingedAt) + this.#heartbeat
      : Infinity;
  }

  get #deadAt() {
    const heartbeat = this.#heartbeat || (this.#download?.isAnswered ? POLL_MILLISECONDS : Infinity);
    return this.isAttached ? this.#heardAt + 2 * heartbeat : Infinity;
  }

  get #givesUpAt() {
    return this.isAttached || this.#isClosed ? Infinity : this.#detachedAt + this.#resumeTimeout;
  }

  /** @returns {number | undefined} when {@link timeIs} must be called, and the download asked for its next piece */
  get deadline() {
    const { endsAt = Infinity, waitsUntil = Infinity, isAnswered = true } = this.#download ?? {};
    const first = Math.min(
      ...[this.#pingsAt, this.#deadAt, this.#givesUpAt, endsAt],
      isAnswered ? Infinity : waitsUntil,
    );
    return first < Infinity ? first : undefined;
  }

  /** @param {number} now */
  timeIs(now) {
    const download = this.#download;
    if (download && now >= download.endsAt) {
      download.mustEnd = true;
      this.downloadLost(download, now);
    } else if (download && now >= this.#deadAt) {
      download.isBroken = !download.isAnswered;
      this.#detach(now);
    }
    if (now >= this.#givesUpAt) {
      this.#fail(ErrorCode.CONNECTION_LOST, 'The client did not come back', false);
    }
  }

  #settle() {
    if (!this.#isClosed && this.#sending.hasEnded && this.#receiving.hasEnded) {
      this.#isClosed = this.#mustAdvertiseLast = true;
      this.#endDownload();
    }
  }

  /**
   * @param {number} number
   * @param {string} reason
   * @param {boolean} tells the client
   */
  #fail(number, reason, tells) {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#mustReset = tells;
      this.failure = { number, reason };
      this.#endDownload();
    }
  }

  #endDownload() {
    if (this.#download) {
      this.#download.mustEnd = true;
    }
  }
}
