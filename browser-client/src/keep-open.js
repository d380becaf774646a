import { LONGEST_TIMER_MILLISECONDS } from './browser/deadline.js';
import { watchPage } from './browser/page-life.js';
import { connect, ErrorCode } from './web-streams.js';

/**
 * Opens a duplex and calls `use` with it, and does both again whenever the duplex, or the opening, fails in a way that may
 * pass: the server was restarted, drains or is overloaded, it has lost the session, the network is away.
 *
 * @template {WebDuplex | NodeDuplex} [D=WebDuplex]
 * @overload
 * @param {string | URL} url
 * @param {Use<D>} use
 * @returns {KeptOpen<D>}
 */
/**
 * @template {WebDuplex | NodeDuplex} [D=WebDuplex]
 * @overload
 * @param {string | URL} url
 * @param {KeepOpenOptions<D>} options
 * @param {Use<D>} use
 * @returns {KeptOpen<D>}
 */
/**
 * @param {string | URL} url
 * @param {any} options
 * @param {any} [use]
 */
export function keepOpen(url, options, use) {
  return use ? new KeptOpen(url, options, use) : new KeptOpen(url, {}, options);
}

/** @typedef {import('./web-streams.js').WebDuplex} WebDuplex */
/** @typedef {import('./session.js').NodeDuplex} NodeDuplex */

/**
 * Uses one duplex, and is done when its promise settles: what is left of the duplex is destroyed then. The signal is
 * triggered when the duplex is closed, and by {@link KeptOpen.stop}; 2 seconds later `use` counts as done.
 *
 * @template D
 * @typedef {(duplex: D, context: { signal: AbortSignal }) => unknown} Use
 */

/**
 * Everything that `connect` takes, of which `signal` stops everything; and these.
 *
 * @template [D=WebDuplex]
 * @typedef {import('./web-streams.js').ConnectOptions & KeepOpenOwnOptions<D>} KeepOpenOptions
 */

/**
 * @template [D=WebDuplex]
 * @typedef {object} KeepOpenOwnOptions
 * @property {(url: string | URL, options: any) => Promise<D>} [connect] what opens a duplex: `make` for the Node face;
 *   default `connect`
 * @property {number} [min_pause] the longest first pause, in milliseconds; default 1,000
 * @property {number} [max_pause] the longest pause, in milliseconds; default 30,000
 * @property {(error: any) => boolean | void | Promise<boolean | void>} [retry] is asked after each failure, and may take
 *   its time: true opens again, false ends it for good, undefined leaves it to the default
 */

/**
 * `waiting`: for the time of the next try, or for what `retry` says. `offline`: for the browser to be online. `detached`:
 * the duplex tries to go on over another connection. `draining`: the server is about to stop, and the duplex still works.
 *
 * @typedef {'connecting' | 'open' | 'detached' | 'draining' | 'waiting' | 'offline' | 'closed'} KeptOpenState
 */

const MIN_PAUSE_MILLISECONDS = 1_000;
const MAX_PAUSE_MILLISECONDS = 30_000;
/** What the duplex has for its end when `use` is done, and `use` when the duplex is closed. */
const LINGER_MILLISECONDS = 2_000;

/** Codes of failures that may pass. */
const PASSING_CODES =
  /^(CONNECTION_LOST|TIMED_OUT|SHUT_DOWN|OVERLOADED|UNKNOWN_SESSION|HANDLER_FAILED|UPLOAD_CUT|PROTOCOL_ERROR|REFUSED)$/;
/** Those from 400 to 499 that may pass: a proxy may answer 404 while a server is deployed. */
const PASSING_STATUSES = [404, 408, 421, 425, 429];
/** The number with which a topic resets a member that did not keep up. */
const TOO_SLOW = 65_283;

/** What it takes from its environment: the time, chance, and whether the browser is offline. */
const ENVIRONMENT = {
  now: () => Date.now(),
  random: Math.random,
  isOffline: () => globalThis.navigator?.onLine === false,
  setTimeout: /** @type {(run: () => void, pause: number) => unknown} */ (setTimeout.bind(globalThis)),
  clearTimeout: (/** @type {any} */ timer) => clearTimeout(timer),
};

/**
 * A duplex that is opened again and again. {@link keepOpen} makes it. It dispatches `state` when its properties have
 * changed. Its moves:
 *
 *     connecting ---- opened ----> open <---- the duplex says so ----> detached, draining
 *          ^  \                     |                                        |
 *          |   '--- fails ----------+---- closed, or `use` is done ---------'
 *          |                        v
 *          '---- it is time ---- waiting, or offline if the browser is
 *
 *     closed, from everywhere: by stop(), a failure that does not pass, or when `use` is done while the duplex is well
 *
 * @template {WebDuplex | NodeDuplex} [D=WebDuplex]
 */
export class KeptOpen extends EventTarget {
  /** @type {KeptOpenState} */
  state = 'connecting';
  /** What the last duplex, or opening, has failed with; undefined while there is a duplex. @type {any} */
  error = undefined;
  /** When it tries again, as Date.now() counts; undefined if it does not wait, or for `retry`. @type {number | undefined} */
  retryAt = undefined;
  /** A sentence about the state, for people. */
  message = 'Connecting…';

  #url;
  #options;
  #use;
  #environment;
  /** The bound of the next pause. */
  #bound;
  #wasOpen = false;
  /** What it has failed with is an error of `use`, which may have any code. */
  #isOfUse = false;
  #stopping = new AbortController();
  /** Of the duplex, or its opening. */
  #life = new AbortController();
  /** Ends a pause. */
  #wake = () => {};

  /**
   * @param {string | URL} url
   * @param {KeepOpenOptions<D>} options
   * @param {Use<D>} use
   * @param {typeof ENVIRONMENT} [environment]
   */
  constructor(url, options, use, environment = ENVIRONMENT) {
    super();
    const {
      connect: open = /** @type {any} */ (connect),
      min_pause = MIN_PAUSE_MILLISECONDS,
      max_pause = MAX_PAUSE_MILLISECONDS,
      retry,
      ...connectOptions
    } = options;
    if (!(min_pause > 0 && min_pause <= max_pause && max_pause <= LONGEST_TIMER_MILLISECONDS)) {
      throw new RangeError(
        `It must be 0 < min_pause <= max_pause <= ${LONGEST_TIMER_MILLISECONDS}, not ${min_pause} and ${max_pause}`,
      );
    }
    if (connectOptions.signal && typeof connectOptions.signal.addEventListener !== 'function') {
      throw new RangeError(`The option signal must be an AbortSignal, not ${connectOptions.signal}`);
    }
    if ([use, open, retry ?? use].some((each) => typeof each !== 'function')) {
      throw new TypeError('keepOpen needs a function that uses the duplex; connect and retry must be functions, too');
    }
    this.#url = url;
    this.#options = { open, min_pause, max_pause, retry, connectOptions };
    this.#use = use;
    this.#environment = environment;
    this.#bound = min_pause;
    /**
     * Resolves when `use` is done while the duplex is well, or after {@link stop}; rejects with what ended it for good.
     * It may be ignored, except that what `use` itself throws is an unhandled rejection then.
     * @type {Promise<void>}
     */
    this.closed = Promise.resolve().then(() => this.#run());
  }

  /** Destroys the duplex, or gives up opening one, for good. */
  stop() {
    this.#stopping.abort();
    this.#life.abort();
    this.#wake();
  }

  get #isStopped() {
    return this.#stopping.signal.aborted;
  }

  async #run() {
    const { signal } = this.#options.connectOptions;
    const watching = new AbortController();
    const onback = () => {
      this.#bound = this.#options.min_pause;
      this.#wake();
    };
    watchPage({ onback, onsuspend() {}, onleave() {} }, watching);
    const { document } = globalThis;
    // The timers of a page that nobody sees are slow.
    document?.addEventListener('visibilitychange', () => document.hidden || onback(), watching);
    try {
      signal?.addEventListener('abort', () => this.stop(), watching);
      if (signal?.aborted) {
        this.stop();
      }
      while (!this.#isStopped && (await this.#once())) {
        await this.#pause();
      }
      this.error = undefined;
    } catch (/** @type {any} */ error) {
      this.error = error;
      if (error?.code && !this.#isOfUse) {
        this.closed.catch(() => {});
      }
      throw error;
    } finally {
      watching.abort();
      this.#show('closed');
    }
  }

  /** Opens one duplex, and has it used. @returns {Promise<boolean>} whether another one must follow */
  async #once() {
    const { open, connectOptions, min_pause, max_pause, retry } = this.#options;
    const { now } = this.#environment;
    const life = (this.#life = new AbortController());
    const lingering = new AbortController();
    const linger = () => this.#after(LINGER_MILLISECONDS, lingering.signal);
    let openSince = Infinity;
    let isDraining = false;
    this.#isOfUse = false;
    this.#show('connecting');
    if (this.#isStopped) {
      // By a listener.
      return false;
    }
    try {
      const duplex = await this.#heeding(life.signal, open(this.#url, { ...connectOptions, signal: life.signal }));
      if (typeof duplex?.readable !== 'object' && typeof duplex?.on !== 'function') {
        throw new TypeError('The option connect of keepOpen must give a duplex, as connect and make do');
      }
      openSince = now();
      /** @type {any} */
      let failure;
      const over = this.#watch(duplex, life.signal, () => (isDraining = true));
      over.then(
        () => life.abort(),
        (error) => life.abort((failure = errorOf(error))),
      );
      this.error = undefined;
      this.#wasOpen = true;
      this.#show('open');
      if (this.#isStopped) {
        return false;
      }
      try {
        const used = Promise.resolve(this.#use(duplex, life));
        await Promise.race([used, over.catch(() => {}).then(linger)]);
      } catch (/** @type {any} */ error) {
        this.#isOfUse = !failure && !Object.hasOwn(ErrorCode, error?.code);
        throw failure ?? error;
      }
      await Promise.race([over, linger()]);
      return isDraining;
    } catch (thrown) {
      if (this.#isStopped) {
        return false;
      }
      const error = (this.error = errorOf(thrown));
      if (retry) {
        this.#show('waiting');
      }
      const stopped = new Promise((resolve) =>
        this.#stopping.signal.addEventListener('abort', () => resolve(undefined), lingering),
      );
      const mustRetry = (await Promise.race([retry?.(error), stopped])) ?? (!this.#isOfUse && mayPass(error));
      if (!mustRetry && !this.#isStopped) {
        throw error;
      }
      return mustRetry;
    } finally {
      lingering.abort();
      life.abort();
      // A duplex that fails as soon as it is open is no success.
      if (isDraining || now() - openSince >= max_pause) {
        this.#bound = min_pause;
      }
    }
  }

  /**
   * For a `connect` that does not heed its signal: what it opens too late is destroyed.
   * @param {AbortSignal} signal
   * @param {Promise<any>} opening
   * @returns {Promise<any>}
   */
  #heeding(signal, opening) {
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      Promise.resolve(opening).then((duplex) => {
        if (signal.aborted) {
          destroy(duplex);
        }
        resolve(duplex);
      }, reject);
    });
  }

  /**
   * @param {any} duplex
   * @param {AbortSignal} signal
   * @param {() => void} ondraining
   * @returns {Promise<void>} resolves when the duplex has ended or was cancelled, rejects with its failure
   */
  #watch(duplex, signal, ondraining) {
    const isWeb = typeof duplex.readable === 'object';
    /** @type {KeptOpenState} */
    let attached = 'open';
    /** @param {string} name @param {() => KeptOpenState} next */
    const listen = (name, next) => {
      const listener = () => {
        const state = next();
        if (!signal.aborted) {
          this.#show(state);
        }
      };
      isWeb ? duplex.addEventListener(name, listener) : duplex.on(name, listener);
    };
    listen('detached', () => 'detached');
    listen('attached', () => attached);
    listen('draining', () => {
      ondraining();
      return (attached = 'draining');
    });
    /** @type {Promise<void>} */
    const closed = isWeb
      ? duplex.closed
      : new Promise((resolve, reject) => duplex.on('error', reject).on('close', resolve));
    return closed.catch((error) => {
      if (error?.code !== 'CANCELLED') {
        throw error;
      }
    });
  }

  async #pause() {
    const { now, random, isOffline } = this.#environment;
    const { max_pause } = this.#options;
    if (this.#isStopped) {
      return;
    }
    const offline = isOffline();
    // Whatever an application's own error has there.
    const { retry_after } = Object(this.error);
    const asked = typeof retry_after === 'number' && retry_after > 0 ? retry_after : 0;
    const earliest = now() + Math.min(asked, max_pause);
    // The same answer to many pages must not bring them back at the same time.
    this.retryAt = earliest + (offline ? max_pause : random() * this.#bound);
    this.#bound = Math.min(this.#bound * 2, max_pause);
    this.#show(offline ? 'offline' : 'waiting');
    const waking = new AbortController();
    await Promise.race([
      this.#after(this.retryAt - now(), waking.signal),
      new Promise((resolve) => {
        this.#wake = () => (this.#isStopped || now() >= earliest) && resolve(undefined);
      }),
    ]);
    waking.abort();
    this.#wake = () => {};
    this.retryAt = undefined;
  }

  /** @param {number} pause @param {AbortSignal} signal @returns {Promise<void>} that the signal makes wait for ever */
  #after(pause, signal) {
    const { setTimeout, clearTimeout } = this.#environment;
    return new Promise((resolve) => {
      if (!signal.aborted) {
        const timer = setTimeout(resolve, Math.min(pause, LONGEST_TIMER_MILLISECONDS));
        signal.addEventListener('abort', () => clearTimeout(timer));
      }
    });
  }

  /** @param {KeptOpenState} state */
  #show(state) {
    this.state = state;
    this.message = messageOf(state, this.error && this.#isOfUse ? {} : this.error, this.#wasOpen);
    this.dispatchEvent(new Event('state'));
  }
}

/** @param {any} thrown @returns {any} what may be tested for */
const errorOf = (thrown) => thrown || new Error(`It has failed with ${String(thrown)}`);

/** @param {any} duplex that nobody uses */
function destroy(duplex) {
  if (typeof duplex?.destroy === 'function') {
    duplex.destroy();
  } else {
    duplex?.readable?.cancel?.().catch(() => {});
  }
}

/** @param {any} error of a duplex or its opening, or of `use` @returns {boolean} whether another try may succeed */
function mayPass(error) {
  const status = error?.response?.status;
  return status >= 400 && status < 500 && error.code !== 'UNKNOWN_SESSION'
    ? PASSING_STATUSES.includes(status)
    : PASSING_CODES.test(error?.code) || error?.number === TOO_SLOW;
}

/** @param {KeptOpenState} state @param {any} error @param {boolean} wasOpen @returns {string} */
function messageOf(state, error, wasOpen) {
  switch (state) {
    case 'connecting':
      return wasOpen ? 'Connecting again…' : 'Connecting…';
    case 'open':
      return 'Connected';
    case 'detached':
      return 'The connection was lost. Connecting again…';
    case 'draining':
      return 'The server is about to restart.';
    case 'offline':
      return 'You are offline.';
    case 'waiting':
      return `${reasonOf(error)} Trying again soon.`;
    default:
      return error ? reasonOf(error) : 'Closed';
  }
}

/** @param {any} error @returns {string} */
function reasonOf(error) {
  const status = error?.response?.status;
  if (status === 401) {
    return 'Please sign in again.';
  }
  if (status === 403) {
    return 'You are not allowed to use this.';
  }
  if (!error) {
    return 'The server is restarting.';
  }
  if (!Object.hasOwn(ErrorCode, error.code)) {
    return 'Something went wrong in this page.';
  }
  switch (error.code) {
    case 'SHUT_DOWN':
    case 'UNKNOWN_SESSION':
      return 'The server was restarted.';
    case 'OVERLOADED':
      return 'The server is busy.';
    case 'APPLICATION':
    case 'HANDLER_FAILED':
      return 'The server has ended the connection.';
    default:
      return 'The server can’t be reached.';
  }
}
