import { LATE_MILLISECONDS, LONGEST_TIMER_MILLISECONDS } from '../browser/deadline.js';
import { watchPage } from '../browser/page-life.js';
import { inNextTask } from '../browser/next-task.js';
import { abortedBy } from '../browser/responses.js';
import { DuplexError, ErrorCode } from '../errors.js';
import { CarrierContext } from './carrier.js';
import { ResumableSession } from './core/session.js';
import { SendTiming } from './send-timing.js';
import { Turns } from './turns.js';

/** How long the last requests of a session may take before they are aborted. */
const LAST_REQUESTS_MILLISECONDS = 3_000;
const LAST_RESETS_MILLISECONDS = 6_000;
/** How long what has come while the page was frozen, or the computer slept, may take to be told of. */
const AFTER_SLEEP_MILLISECONDS = 1_000;

/**
 * The states of a session. Its moves:
 *
 *     OPEN ---- both directions have ended and all was read, or it is destroyed ----> CLOSED
 *       \---- the first failure ----> FAILING ---- its error is ready, or it is destroyed ----> CLOSED
 */
const OPEN = 0;
const FAILING = 1;
const CLOSED = 2;

/** @typedef {import('../session.js').Session} Session */

/** @template T @typedef {{ resolve: (value: T) => void, reject: (error: Error) => void }} Waiting */

/**
 * A session of dialect 2: connects the core with the application, the page, the time and the carriers. After each event
 * it settles what the application waits for, has the carriers send and abort what the core wants, and sets the one
 * timer.
 * @implements {Session}
 */
export class Dialect2Session {
  #state = OPEN;
  #core;
  #context;
  #carriers;
  /** @type {Error | undefined} */
  #error;
  /** @type {Waiting<import('../bytes.js').Bytes | null> | undefined} */
  #reading;
  /** @type {Uint8Array[]} what was not taken yet of the chunks that are written, the next one last: there may be many */
  #chunks = [];
  /** @type {Waiting<void> | undefined} until they are taken */
  #writing;
  /** @type {Waiting<void> | undefined} */
  #ending;
  /** @type {Waiting<void> | undefined} */
  #closing;
  #isAttached = false;
  /** It has been attached once. */
  #hasBegun = false;
  #isDraining = false;
  /** The page is in the back/forward cache. */
  #isSuspended = false;
  #turns = new Turns();
  /** The code for sockets is here, or on its way, or must never come. */
  #hasSockets;
  #timing = new SendTiming(() => this.#send());
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** When it runs: perhaps before anything is due, since a new one costs more than the bytes of a small turn. */
  #timerAt = Infinity;
  /** Nothing is due before, so that what has come while the page was frozen can be told of. */
  #notBefore = 0;
  /** When the last requests are aborted. */
  #lastRequestsUntil = Infinity;
  /** Aborted when there is nothing to listen to any more. */
  #life = new AbortController();

  onstatus = /** @type {Session['onstatus']} */ (() => {});

  /** Never called: in dialect 2 the server can't end the upload. */
  onuploadcut = () => {};

  /**
   * @param {import('../options.js').Settings} settings
   * @param {string} id
   * @param {(context: CarrierContext) => import('./carrier.js').Carriers} carriersWith
   */
  constructor(settings, id, carriersWith) {
    this.id = id;
    this.#core = new ResumableSession({ ...settings, random: Math.random }, performance.now());
    this.#context = new CarrierContext(settings, id, this.#core, (isQuiet) => this.#act(isQuiet));
    this.#carriers = carriersWith(this.#context);
    this.#hasSockets = settings.websocket === 'never';
    /** @type {Promise<void>} */
    this.closed = new Promise((resolve, reject) => (this.#closing = { resolve, reject }));
    // An application that ignores this promise learns of the failure from reading or writing.
    this.closed.catch(() => {});
    const { signal } = settings;
    signal?.addEventListener('abort', () => this.destroy(abortedBy(signal)), this.#life);
    const page = { onback: () => this.#retry(), onsuspend: () => this.#suspend(), onleave: () => this.#leave() };
    watchPage(page, this.#life);
    this.#carriers.downloads.attach();
  }

  get uploadMode() {
    return this.#core.uploads.isOnSocket ? 'websocket' : this.#carriers.uploads.uploadMode;
  }

  get downloadMode() {
    return this.#core.downloads.isOnSocket ? 'websocket' : this.#carriers.downloads.downloadMode;
  }

  /** @returns {Promise<import('../bytes.js').Bytes | null>} */
  read() {
    return this.#wait((waiting) => {
      this.#reading = waiting;
      // Nothing has happened if it waits.
      if (this.#deliver()) {
        this.#act(true);
      }
    });
  }

  /** @param {readonly Uint8Array[]} chunks copied @returns {Promise<void> | void} */
  write(chunks) {
    if (!this.#error) {
      this.#chunks = [...chunks].reverse();
      // It changes nothing except what may be sent.
      this.#timing.event(this.#admit(), this.#core.isClosed);
    }
    if (this.#error || this.#chunks.length) {
      return this.#wait((waiting) => (this.#writing = waiting));
    }
  }

  /** @returns {Promise<void>} */
  end() {
    this.#core.end();
    return this.#wait((waiting) => {
      this.#ending = waiting;
      this.#act();
    });
  }

  /** @param {Error} [error] its number, if it has one, and its reason are sent to the server */
  destroy(error = new DuplexError('CANCELLED', 'The duplex was destroyed')) {
    if (this.#state !== CLOSED) {
      const { number, reason } = error instanceof DuplexError ? error : { number: ErrorCode.CANCELLED, reason: '' };
      this.#core.reset(number, reason);
      this.#finish(error);
      this.#act();
    }
  }

  /** @template T @param {(waiting: Waiting<T>) => void} note @returns {Promise<T>} */
  #wait(note) {
    return new Promise((resolve, reject) => {
      if (this.#error) {
        reject(this.#error);
        return;
      }
      note({ resolve, reject });
    });
  }

  /** After every event. @param {boolean} [isQuiet] unless a WINDOW is due, nothing must be sent for it */
  #act(isQuiet) {
    const core = this.#core;
    const hasWritten = this.#admit();
    this.#deliver();
    this.#settle();
    this.#abort((request) => !core.isWanted(request));
    if (this.#isAttached !== core.downloads.isAttached && !core.isClosed) {
      this.#isAttached = core.downloads.isAttached;
      if (this.#hasBegun) {
        // What a listener throws must not reach the caller.
        queueMicrotask(() => this.#tell(this.#isAttached ? 'attached' : 'detached'));
      }
      this.#hasBegun = true;
    }
    if (core.isDraining && !this.#isDraining) {
      this.#isDraining = true;
      // By then an application that waits for the duplex to open has it.
      inNextTask(() => this.#tell('draining'));
    }
    if (isQuiet && !hasWritten && !core.isClosed && !core.mustAdvertise) {
      this.#timing.quietEvent();
      return;
    }
    // When the session is closed the page may be going away.
    this.#timing.event(hasWritten, core.isClosed);
  }

  /** @param {Parameters<Session['onstatus']>[0]} status nothing comes behind the end */
  #tell(status) {
    if (this.#state !== CLOSED) {
      this.onstatus(status);
    }
  }

  #send() {
    if (!this.#isSuspended) {
      this.#wantSocket();
      const { socket, downloads, uploads } = this.#carriers;
      socket?.attach();
      downloads.attach();
      uploads.send();
      socket?.send();
    }
    const at = Math.max(Math.min(this.#core.deadline, this.#lastRequestsUntil), this.#notBefore);
    if (at < this.#timerAt || this.#core.isClosed) {
      clearTimeout(this.#timer);
      const isIdle = Object.values(this.#carriers).every((carrier) => carrier.isIdle);
      this.#timerAt = this.#core.isClosed && isIdle ? Infinity : at;
      if (this.#timerAt < Infinity) {
        const pause = Math.min(Math.ceil(at - performance.now()), LONGEST_TIMER_MILLISECONDS);
        this.#timer = setTimeout(() => this.#ontime(), pause);
      }
    }
  }

  /** The code for sockets is loaded when the server has sent a ticket and one would be of use. */
  async #wantSocket() {
    const { settings, core } = this.#context;
    if (!this.#hasSockets && core.downloads.ticket && (settings.websocket === 'at_once' || this.#turns.areSmall)) {
      this.#hasSockets = true;
      // Where it can't be loaded, requests carry on.
      const loaded = await import('./websocket/carrier.js').catch(() => {});
      if (loaded) {
        this.#carriers.socket = new loaded.WebSocketCarrier(this.#context, this.#turns);
        this.#act();
      }
    }
  }

  /** @param {(request: object) => boolean} [which] */
  #abort(which) {
    Object.values(this.#carriers).forEach((carrier) => carrier.abort(which));
  }

  /** @returns {boolean} whether bytes were written */
  #admit() {
    const chunks = this.#chunks;
    let total = 0;
    try {
      for (let next; (next = chunks.pop());) {
        const taken = this.#core.write(next);
        total += taken;
        if (taken < next.length) {
          chunks.push(next.subarray(taken));
          break;
        }
      }
    } catch (cause) {
      this.#chunks = [];
      this.destroy(new DuplexError('CANCELLED', 'A chunk was transferred before it was written', { cause }));
      return false;
    }
    if (!chunks.length) {
      this.#writing?.resolve();
    }
    if (total) {
      this.#turns.moved(total, true);
    }
    return total > 0;
  }

  /** @returns {boolean} whether something was read, or the end */
  #deliver() {
    const reading = this.#reading;
    const bytes = reading ? this.#core.read() : null;
    if (bytes) {
      this.#turns.moved(bytes.length, false);
    }
    const isRead = bytes !== null || this.#core.isAtEnd;
    if (reading && isRead) {
      this.#reading = undefined;
      reading.resolve(bytes);
    }
    return isRead;
  }

  #settle() {
    const core = this.#core;
    if (core.isUploadEnded) {
      this.#ending?.resolve();
    }
    if (this.#state !== OPEN || !core.isClosed) {
      return;
    }
    if (core.isAtEnd) {
      this.#finish();
    } else if (core.failure) {
      this.#state = FAILING;
      const error = this.#context.errorOf(core.failure);
      if (error instanceof Error) {
        this.#finish(error);
      } else {
        error.then((ready) => {
          this.#finish(ready);
          this.#act();
        });
      }
    }
  }

  /** @param {Error} [error] */
  #finish(error) {
    if (this.#state === CLOSED) {
      return;
    }
    this.#state = CLOSED;
    this.#life.abort();
    this.#lastRequestsUntil = performance.now() + (error ? LAST_RESETS_MILLISECONDS : LAST_REQUESTS_MILLISECONDS);
    if (!error) {
      this.#closing?.resolve();
      return;
    }
    this.#error = error;
    [this.#closing, this.#reading, this.#writing, this.#ending].forEach((waiting) => waiting?.reject(error));
  }

  #retry() {
    this.#isSuspended = false;
    this.#core.retryNow();
    this.#act();
  }

  /** The page is left, with everything that could catch an error: there must be none. */
  #leave() {
    this.#state = CLOSED;
    this.#life.abort();
    if (this.#context.settings.keep?.(this.#context, this.#carriers.downloads.downloadMode)) {
      this.#suspend();
      return;
    }
    this.#core.reset(ErrorCode.CANCELLED, '');
    this.#act();
  }

  /** Requests under way would keep the page out of the back/forward cache. */
  #suspend() {
    this.#isSuspended = true;
    this.#abort();
  }

  #ontime() {
    const now = performance.now();
    const isLate = now - this.#timerAt >= LATE_MILLISECONDS && this.#timerAt !== this.#notBefore;
    this.#timerAt = Infinity;
    if (isLate) {
      this.#notBefore = now + AFTER_SLEEP_MILLISECONDS;
    } else {
      this.#core.timeIs(now);
      if (now >= this.#lastRequestsUntil) {
        this.#lastRequestsUntil = Infinity;
        this.#abort();
      }
    }
    this.#act();
  }
}
