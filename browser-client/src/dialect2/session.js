import { codeOfReset } from '../codes.js';
import { DuplexError, ErrorCode } from '../errors.js';
import { ResumableSession } from './core/session.js';
import { Exchanges } from './fetch/exchanges.js';
import { inNextTask } from '../browser/next-task.js';
import { watchPage } from '../browser/page-life.js';
import { abortedBy } from '../browser/responses.js';
import { attach, readDownload } from './fetch/download.js';
import { ResumingUpload } from './fetch/upload.js';
import { canStreamUploads } from '../browser/support.js';

/** How long the last requests of a session may take before they are cut. */
const LAST_REQUESTS_MILLISECONDS = 3000;
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

/**
 * Where a session stands. Its moves:
 *
 *     OPEN ---- both directions have ended and all was read, or it is destroyed ----> OVER
 *       \---- the first failure ----> FAILING ---- its error is ready, or it is destroyed ----> OVER
 */
const OPEN = 0;
const FAILING = 1;
const OVER = 2;

/**
 * @template T
 * @typedef {{ resolve: (value: T) => void, reject: (error: Error) => void }} Waiting
 */

/**
 * The state behind one duplex of dialect 2: a pump around the protocol's core. After each event it settles what the
 * application waits for, opens and aborts requests as the core wants, and sets the one timer. Only one read, and only
 * one write or end, is under way at a time: a face waits for one before the next.
 */
export class ResumingSession {
  #state = OPEN;
  #core;
  #exchanges;
  #upload;
  /** @type {Error | undefined} */
  #error;
  /** @type {Waiting<Uint8Array<ArrayBuffer> | null> | undefined} */
  #reading;
  /** @type {Waiting<void> & { bytes: Uint8Array } | undefined} */
  #writing;
  /** @type {Waiting<void> | undefined} */
  #ending;
  /** @type {Waiting<void> | undefined} */
  #closing;
  #attached = true;
  #draining = false;
  #asleep = false;
  /** Whether a task is to come that sends. */
  #isToSend = false;
  /** How many writes there were since the last such task. */
  #writes = 0;
  /** Whether there were several before it: then what the next ones write goes together as well. */
  #gathers = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #cutAt = Infinity;
  /** Aborted when there is nothing to listen to any more. */
  #life = new AbortController();

  /**
   * @param {import('../options.js').Settings} settings
   * @param {string} id
   * @param {ReadableStream<Uint8Array<ArrayBuffer>>} body of the response to the opening request
   * @param {AbortController} abort of that request
   */
  constructor(settings, id, body, abort) {
    this.id = id;
    this.#core = new ResumableSession({ ...settings, random: Math.random }, performance.now());
    this.#exchanges = new Exchanges(settings, id, this.#core, () => this.#pump());
    this.#upload = new ResumingUpload(this.#exchanges, settings.streaming && canStreamUploads(settings.url));
    /**
     * Settles when the session is over: resolves when both directions have ended and everything was read, else rejects
     * with what ended it.
     *
     * @type {Promise<void>}
     */
    this.closed = new Promise((resolve, reject) => {
      this.#closing = { resolve, reject };
    });
    // Who does not look here learns of the failure from reading or writing.
    this.closed.catch(() => {});
    const { signal } = settings;
    signal?.addEventListener('abort', () => this.destroy(abortedBy(signal)), this.#life);
    const page = { onwake: () => this.#wake(), onsleep: () => this.#sleep(), onleave: () => this.#leave() };
    watchPage(page, this.#life);
    readDownload(this.#exchanges, body, abort);
  }

  /**
   * Called when the session is detached, or attached again, and once when its server is about to stop.
   *
   * @type {(event: 'detached' | 'attached' | 'draining') => void}
   */
  onstatus = () => {};

  /** Called when the server has ended the upload before the application did. Never, that is: only dialect 1 lets it. */
  onuploadcut = () => {};

  /** How the upload travels; `streaming` becomes `post` where streaming turns out not to work. */
  get uploadMode() {
    return this.#upload.mode;
  }

  /** @returns {Promise<Uint8Array<ArrayBuffer> | null>} the next bytes, at least one; null at the end */
  read() {
    return this.#wait((waiting) => (this.#reading = waiting));
  }

  /**
   * Settles when the chunks were copied, so that their memory may be used again.
   *
   * @param {readonly Uint8Array[]} chunks
   * @returns {Promise<void>}
   */
  async write(chunks) {
    for (const bytes of chunks) {
      await this.#wait((waiting) => (this.#writing = { ...waiting, bytes }));
    }
  }

  /**
   * Ends the upload. Settles when the server has everything.
   *
   * @returns {Promise<void>}
   */
  end() {
    this.#core.end();
    return this.#wait((waiting) => (this.#ending = waiting));
  }

  /**
   * Ends both directions at once, whatever is under way, and lets the server know. Of no effect when the session is
   * over.
   *
   * @param {Error} [error] for what is waiting; its number, if it has one, and its reason are for the server
   */
  destroy(error = new DuplexError('CANCELLED', 'The duplex was destroyed')) {
    if (this.#state !== OVER) {
      const { number, reason } = error instanceof DuplexError ? error : { number: ErrorCode.CANCELLED, reason: '' };
      this.#core.reset(number, reason);
      this.#finish(error);
      this.#pump();
    }
  }

  /**
   * @template T
   * @param {(waiting: Waiting<T>) => void} note
   * @returns {Promise<T>}
   */
  #wait(note) {
    return new Promise((resolve, reject) => {
      if (this.#error) {
        reject(this.#error);
        return;
      }
      note({ resolve, reject });
      this.#pump();
    });
  }

  /** After every event. */
  #pump() {
    const core = this.#core;
    const isFirst = this.#admit() && !this.#writes++;
    this.#deliver();
    this.#settle();
    this.#exchanges.abort((part) => part.abandoned);
    if (this.#attached !== core.attached && !core.over) {
      this.#attached = core.attached;
      // What a listener throws is not for the caller of this.
      queueMicrotask(() => this.onstatus(this.#attached ? 'attached' : 'detached'));
    }
    if (core.draining && !this.#draining) {
      this.#draining = true;
      // Whoever waits for the duplex to open has it then.
      inNextTask(() => this.onstatus('draining'));
    }
    if (!this.#isToSend) {
      this.#isToSend = true;
      inNextTask(() => {
        this.#isToSend = false;
        this.#gathers = this.#writes > 1;
        this.#writes = 0;
        this.#send();
      });
    }
    // When it is over the page may be going away.
    if ((isFirst && !this.#gathers) || core.over) {
      this.#send();
    }
  }

  #send() {
    if (!this.#asleep) {
      attach(this.#exchanges);
      this.#upload.send();
    }
    this.#setTimer();
  }

  #admit() {
    const writing = this.#writing;
    if (!writing) {
      return 0;
    }
    const taken = this.#core.write(writing.bytes);
    writing.bytes = writing.bytes.subarray(taken);
    if (writing.bytes.length === 0) {
      this.#writing = undefined;
      writing.resolve();
    }
    return taken;
  }

  #deliver() {
    const reading = this.#reading;
    const bytes = reading ? this.#core.read() : null;
    if (reading && (bytes || this.#core.atEnd)) {
      this.#reading = undefined;
      reading.resolve(bytes);
    }
  }

  #settle() {
    const core = this.#core;
    if (core.uploadEnded) {
      this.#ending?.resolve();
    }
    if (this.#state !== OPEN || !core.over) {
      return;
    }
    if (core.atEnd) {
      this.#finish();
    } else if (core.error) {
      this.#state = FAILING;
      const { refusal } = this.#exchanges;
      if (refusal) {
        refusal.then((error) => this.#finish(error));
      } else {
        this.#finish(this.#failure(core.error));
      }
    }
  }

  /** @param {{ number: number, reason: string }} error */
  #failure({ number, reason }) {
    const code = codeOfReset(number);
    const cause = code === 'CONNECTION_LOST' ? this.#exchanges.cause : undefined;
    const why = [code, reason, cause?.response && cause.message].filter(Boolean).join(': ');
    return new DuplexError(code, `The duplex has failed with ${why}`, { number, reason, ...(cause && { cause }) });
  }

  /** @param {Error} [error] */
  #finish(error) {
    if (this.#state === OVER) {
      return;
    }
    this.#state = OVER;
    this.#life.abort();
    this.#cutAt = performance.now() + LAST_REQUESTS_MILLISECONDS;
    if (!error) {
      this.#closing?.resolve();
      return;
    }
    this.#error = error;
    [this.#closing, this.#reading, this.#writing, this.#ending].forEach((waiting) => waiting?.reject(error));
  }

  #wake() {
    this.#asleep = false;
    this.#core.retryNow();
    this.#pump();
  }

  /** The page is left, and with it everybody who could be told: an error would be one that nobody can catch. */
  #leave() {
    this.#state = OVER;
    this.#life.abort();
    this.#core.reset(ErrorCode.CANCELLED, '');
    this.#pump();
  }

  /** Requests under way would keep the page out of the back/forward cache. */
  #sleep() {
    this.#asleep = true;
    this.#exchanges.abort();
  }

  /** Sees to it that the time is told in time. */
  #setTimer() {
    const at = Math.min(this.#core.deadline, this.#cutAt);
    clearTimeout(this.#timer);
    if (at < Infinity && !(this.#core.over && this.#exchanges.isIdle)) {
      const pause = Math.ceil(at - performance.now());
      this.#timer = setTimeout(() => this.#ontime(), Math.min(pause, LONGEST_TIMER_MILLISECONDS));
    }
  }

  #ontime() {
    const now = performance.now();
    this.#core.timeIs(now);
    if (now >= this.#cutAt) {
      this.#cutAt = Infinity;
      this.#exchanges.abort();
    }
    this.#pump();
  }
}
