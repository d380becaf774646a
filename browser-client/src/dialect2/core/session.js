import { ErrorCode } from '../../errors.js';
import { Downloads } from './downloads.js';
import * as FrameType from './frame-types.js';
import { ProtocolError, reasonOf } from './frames.js';
import { ReceivingDirection } from './receiving.js';
import { SendingDirection } from './sending.js';
import { Uploads } from './uploads.js';

/**
 * @typedef {object} Options
 * @property {number} initialWindow of the download, in bytes, and how much is kept of the upload at the beginning
 * @property {number} maxWindow what both may grow to, in bytes
 * @property {number} [firstLimit] how many bytes the download may bring at the beginning, if that is more than
 *   `initialWindow`
 * @property {number} [attempts] the number of the last attempt to open it
 * @property {number} [resumeTimeout] how long to be detached at most, in milliseconds; the server's, if that is less
 * @property {() => number} random from 0 to 1, without 1
 * @property {number} [maxUnconfirmed] the most that is kept of the upload, in bytes, if that is less
 * @property {boolean} [confirmsRead] confirms only what the application has read, so that little has to be kept of the
 *   download when the session is suspended
 * @property {Kept} [kept] of a session in whose place this one goes on
 */

/**
 * What is kept of a session that is suspended: plain data.
 * @typedef {object} Kept
 * @property {number} attempts the number of the last attempt to attach it
 * @property {number} lastToken of its PINGs
 * @property {import('./sending.js').Kept} sending
 * @property {import('./receiving.js').Kept} receiving
 */

/** @typedef {{ number: number, reason: string }} Failure its number is one of docs/protocol.md, "Error codes" */
/** @typedef {[at: number, run: (now: number) => void]} Alarm what must be done when; Infinity: never */
/** @typedef {import('./downloads.js').Attempt} Attempt */
/** @typedef {import('./downloads.js').Download} Download */
/** @typedef {import('./uploads.js').Part} Part */

/**
 * A session of dialect 2 at its client. It is told what happens and the time; its two halves, `downloads` and
 * `uploads`, are asked what to do next. It has no clock, no timers and no requests. Times are milliseconds of any clock
 * that doesn't go back.
 *
 *     OPEN ---- both directions have ended, or the first failure: `isClosed` ----> CLOSED
 *     CLOSED ---- the last frame was taken, or lost twice: `isFinished` ----> FINISHED
 */
export class ResumableSession {
  /** Both directions have ended, or there is a failure. Without one, what was received can still be read. */
  isClosed = false;
  /** The server has said that it is about to stop. */
  isDraining = false;
  /** @type {Failure | undefined} the first */
  failure;
  #sending;
  #receiving;

  /** @param {Options} options @param {number} now */
  constructor(options, now) {
    const { initialWindow, firstLimit = initialWindow, maxWindow, maxUnconfirmed = maxWindow } = options;
    const { confirmsRead, kept, random } = options;
    this.#sending = new SendingDirection(initialWindow, Math.min(maxWindow, maxUnconfirmed));
    this.#receiving = new ReceivingDirection(firstLimit, maxWindow, now, confirmsRead, initialWindow);
    this.downloads = new Downloads(
      this.#receiving,
      options,
      now,
      () => this.#receiving.confirmed + this.#sending.confirmed,
    );
    this.uploads = new Uploads(this.#sending, this.#receiving, this.downloads, random, kept?.lastToken ?? 0);
    this.downloads.onattached = (away) => this.uploads.attached(away);
    this.downloads.onsilence = (time) => this.uploads.postpone(time);
    if (kept) {
      this.#sending.resume(kept.sending);
      this.#receiving.resume(kept.receiving);
      this.#settle();
    }
  }

  /** @returns {Kept} what another session needs to go on in the place of this one, which must do nothing any more */
  suspend() {
    return {
      attempts: this.downloads.attempts,
      lastToken: this.uploads.lastToken,
      sending: this.#sending.suspend(),
      receiving: this.#receiving.suspend(),
    };
  }

  /** It is closed, and there is nothing more to send or to wait for. */
  get isFinished() {
    return this.isClosed && this.uploads.isFinished;
  }

  /**
   * Whether a request is still of use: if not, it must be aborted.
   * @param {object} request an {@link Attempt}, {@link Download} or {@link Part} that was not reported as ended
   */
  isWanted(request) {
    return this.downloads.isWanted(request) || this.uploads.isWanted(request);
  }

  // The application

  /** @param {Uint8Array} bytes @returns {number} how many of them were taken (copied); none after the end */
  write(bytes) {
    return this.#sending.write(bytes);
  }

  /** Ends the upload. */
  end() {
    this.#sending.end();
  }

  /** @returns {import('../../bytes.js').Bytes | null} the next bytes, at least one; null if there are none now */
  read() {
    const bytes = this.#receiving.read();
    // The end is confirmed when it was read, if only that is confirmed.
    this.#settle();
    return bytes;
  }

  /** Every byte of the download was read. */
  get isAtEnd() {
    return !this.failure && this.#receiving.isAtEnd;
  }

  /** The server has every byte of the upload, and its end. */
  get isUploadEnded() {
    return !this.failure && this.#sending.hasEnded;
  }

  /**
   * Ends both directions at once, and tells the server. Does nothing when the session is closed.
   * @param {number} number
   * @param {string} reason
   */
  reset(number, reason) {
    if (!this.isClosed) {
      this.failure = { number, reason };
      this.#close();
      this.#sending.discard();
      this.#receiving.discard();
    }
  }

  #close() {
    this.isClosed = true;
    this.downloads.close(this.failure);
    this.uploads.close(this.failure);
  }

  #settle() {
    if (!this.isClosed && this.#sending.hasEnded && this.#receiving.hasEnded) {
      this.#close();
    }
  }

  // The carriers

  /**
   * A failure that the server knows, or can't be told. When the session is closed, at least nothing more is sent.
   * @param {number} number
   * @param {string} reason
   */
  fail(number, reason) {
    this.reset(number, reason);
    this.uploads.silence();
  }

  /**
   * The server has answered that the session is closed.
   * @param {number} number of the failure; 0: the session has ended cleanly
   * @param {string} [reason]
   */
  closedByServer(number, reason = '') {
    if (!number) {
      this.#sending.allTaken();
      this.#settle();
    }
    this.fail(
      number || ErrorCode.PROTOCOL_ERROR,
      number ? reason : 'The server has ended it before this side has. Open another one.',
    );
  }

  /**
   * The opening, or an attempt, was answered.
   * @param {number} now
   * @param {boolean} [isPoll] its answer ends soon, and another follows
   * @returns {Download} what follows: the current one
   */
  openDownload(now, isPoll = false) {
    return this.downloads.open(now, isPoll);
  }

  /**
   * @param {Download} download any that has not ended, even if another has taken its place
   * @param {Uint8Array} bytes the next of it
   * @param {number} now
   * @returns {boolean} whether there was nothing in it but the application's bytes
   */
  received(download, bytes, now) {
    let isData = true;
    try {
      for (const received of this.downloads.received(download, bytes, now)) {
        if (this.isClosed) {
          break;
        }
        isData &&= received.type === FrameType.DATA;
        this.#take(received, download, now);
        this.#settle();
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        throw error;
      }
      this.reset(ErrorCode.PROTOCOL_ERROR, error.message);
    }
    return isData;
  }

  /** Whether the server must be told what has come, or what it may send. */
  get mustAdvertise() {
    return this.#receiving.mustAdvertise;
  }

  /** @param {import('./frames.js').Frame} received @param {Download} download @param {number} now */
  #take({ type, fields: [first, second], bytes }, download, now) {
    switch (type) {
      case FrameType.DATA:
        this.#receiving.receive(first, bytes);
        break;
      case FrameType.WINDOW:
        if (first < this.#sending.confirmed && this.downloads.isFirstWindow(download)) {
          throw new ProtocolError('The server lacks bytes that it had confirmed');
        }
        this.uploads.confirmed(first, second, now);
        break;
      case FrameType.PING:
        this.uploads.pinged([first]);
        break;
      case FrameType.PONG:
        this.uploads.answered(first, now);
        break;
      case FrameType.END:
        this.#receiving.end(first);
        break;
      case FrameType.RESET:
        this.fail(first, reasonOf(bytes));
        break;
      case FrameType.ROTATE:
        if (this.downloads.rotate(download, now)) {
          this.uploads.endStream(now);
        }
        break;
      case FrameType.HELLO:
        this.downloads.configure(download, first, second, bytes);
        break;
      case FrameType.DRAIN:
        this.isDraining = true;
    }
  }

  /**
   * A download has ended.
   * @param {Download} download
   * @param {number} now
   * @param {boolean} [isWhole] it has ended cleanly, of which only the end of a poll makes use
   * @returns {boolean} whether the session is detached by it
   */
  downloadEnded(download, now, isWhole) {
    const isLoss = this.downloads.ended(download, now, isWhole);
    if (isLoss) {
      this.uploads.detached(now);
      this.timeIs(now);
    }
    return isLoss;
  }

  /** @param {Part} part all of which the server has taken @param {number} [now] */
  uploadTaken(part, now) {
    if (this.uploads.taken(part, now)) {
      this.#settle();
    }
  }

  /**
   * @param {Part} part that was cut, or that the server allows to be sent again
   * @param {number} now
   * @param {number} [retryAfter] milliseconds
   */
  uploadLost(part, now, retryAfter) {
    this.#lost(this.uploads.lost(part, now, retryAfter));
  }

  /** @param {boolean} isStuck parts were lost for too long */
  #lost(isStuck) {
    if (isStuck) {
      this.reset(ErrorCode.CONNECTION_LOST, 'No upload could be sent in time');
    }
  }

  /** A request must take the place of the socket: it is in doubt, or not the best for what is sent. @param {number} now */
  leaveSocket(now) {
    if (this.downloads.leaveSocket()) {
      this.uploads.endStream(now);
    }
  }

  /** There is reason to believe that the network is back: pauses end. */
  retryNow() {
    this.downloads.backOff.reset();
    this.uploads.backOff.reset();
  }

  // The time

  /** When {@link timeIs} must be called at the latest; Infinity: the time alone changes nothing. */
  get deadline() {
    let first = Infinity;
    for (const [at] of this.#alarms()) {
      first = Math.min(first, at);
    }
    return first;
  }

  /** Does what is due. Must be called before anything is asked. @param {number} now */
  timeIs(now) {
    for (const [at, run] of this.#alarms()) {
      if (at <= now) {
        run(now);
      }
    }
  }

  *#alarms() {
    yield* this.uploads.alarms((part, now) => {
      this.uploads.held(part);
      this.uploadLost(part, now);
    });
    yield* this.downloads.alarms(
      (heardAt, now) => this.#lost(this.uploads.loseAll(heardAt, now)),
      () => this.reset(ErrorCode.CONNECTION_LOST, 'It could not be resumed in time'),
    );
  }
}
