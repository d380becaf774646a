import { ResponseError } from './errors.js';

/**
 * Besides these, everything that fetch takes, for every request: `headers`, `credentials`, `mode`...
 * @typedef {object} OwnOptions
 * @property {boolean} [disable_request_streaming] upload by POSTs even where the browser streams request bodies
 * @property {number} [max_post_bytes] the most of the application's bytes that one POST, or piece of a streaming one,
 *   carries; default 1,000,000
 * @property {typeof globalThis.fetch} [fetch] used in place of the global one
 * @property {ResponseErrorConstructor} [ResponseError] built for an answer whose status is no success
 * @property {AbortSignal} [signal] destroys the duplex, or stops opening it
 * @property {1 | 2} [dialect] 1: does not ask the server for a session that can be resumed; default 2
 * @property {number} [resume_timeout] dialect 2: how long to try to resume, in milliseconds, if that is shorter than
 *   the server's own time
 * @property {number} [open_timeout] how long the opening may take until the first bytes of its answer are here, in
 *   milliseconds; default 8,000
 * @property {readonly DownloadMode[]} [download_modes] dialect 2: how the download may travel, the one to begin with
 *   first; the next one is tried where one does not work; default `['streaming', 'typed', 'polling']`
 * @property {'auto' | 'at_once' | 'never'} [websocket] dialect 2: when a duplex moves to a WebSocket, if the server allows
 *   that: `auto`, the default, when it is used in small turns
 * @property {number} [max_websockets] dialect 2: how many duplexes of the page may have a WebSocket at the same time;
 *   default 4
 * @property {string} [survive_reload] dialect 2: a name under which the duplex is kept in `sessionStorage` when the page is
 *   reloaded or left, so that the next `connect` or `make` with that name and address in the same tab goes on with it
 * @property {number} [max_window] dialect 2: the most that is held of what the server has sent and the application has
 *   not read, in bytes; default 16 MiB
 */

/**
 * How the download travels: as one long response, as the same with the type `text/event-stream`, or as one short
 * response after the other.
 * @typedef {'streaming' | 'typed' | 'polling'} DownloadMode
 */
/** @typedef {new (response: Response) => Error & { init?: () => unknown, code?: unknown }} ResponseErrorConstructor */
/** @typedef {RequestInit & OwnOptions} SessionOptions */

/** @typedef {ReturnType<typeof settingsOf>} Settings */

/** With its frames it stays below 1 MiB, nginx's default limit. */
const DEFAULT_MAX_POST_BYTES = 1_000_000;
const DEFAULT_MAX_WINDOW = 16 * 1024 * 1024;
const DEFAULT_OPEN_TIMEOUT = 8_000;
const INITIAL_WINDOW = 64 * 1024;
/** How much of a download may come at first. In a round trip browsers let a response bring hardly more. */
const FIRST_LIMIT = 4_000_000;
/** The most that is kept of an upload that must survive a reload: browsers store about 5 million characters. */
const MAX_KEPT_UPLOAD = 5 * 1024 * 1024;
const WEBSOCKET = ['auto', 'at_once', 'never'];
const DEFAULT_MAX_WEBSOCKETS = 4;
/** @type {readonly DownloadMode[]} */
const DOWNLOAD_MODES = ['streaming', 'typed', 'polling'];

/**
 * @template T
 * @param {Record<string, T>} options
 * @param {(value: T) => boolean} isGood
 * @param {string} what is good
 */
function check(options, isGood, what) {
  for (const [name, value] of Object.entries(options)) {
    if (!isGood(value)) {
      throw new RangeError(`The option ${name} must be ${what}, not ${value}`);
    }
  }
}

/** @param {any} value @returns {boolean} whether it can be listened to, if there is one */
const isSignal = (value) => !value || typeof value.addEventListener === 'function';

/**
 * @param {string | URL} url relative to the page, if it is relative
 * @param {SessionOptions} options
 * @param {number} highWaterMark
 * @throws {TypeError | RangeError} for what can't be used
 */
export function settingsOf(url, options, highWaterMark) {
  const {
    disable_request_streaming,
    max_post_bytes = DEFAULT_MAX_POST_BYTES,
    fetch = globalThis.fetch && ((...args) => globalThis.fetch(...args)),
    ResponseError: ResponseErrorClass = ResponseError,
    signal,
    dialect = 2,
    resume_timeout = Infinity,
    open_timeout = DEFAULT_OPEN_TIMEOUT,
    max_window = DEFAULT_MAX_WINDOW,
    download_modes = DOWNLOAD_MODES,
    websocket = 'auto',
    max_websockets = DEFAULT_MAX_WEBSOCKETS,
    survive_reload,
    ...init
  } = options;
  check(
    { max_post_bytes, max_window },
    (value) => Number.isSafeInteger(value) && value > 0,
    'a whole number of at least 1',
  );
  check({ websocket }, (value) => WEBSOCKET.includes(value), `one of ${WEBSOCKET}`);
  check(
    { resume_timeout, open_timeout, highWaterMark, max_websockets },
    (value) => typeof value === 'number' && value >= 0,
    'a number of at least 0',
  );
  check({ fetch, ResponseError: ResponseErrorClass }, (value) => typeof value === 'function', 'a function');
  check({ survive_reload }, (value) => value === undefined || (typeof value === 'string' && value !== ''), 'a name');
  check({ signal }, isSignal, 'an AbortSignal');
  check({ dialect }, (value) => value === 1 || value === 2, '1 or 2');
  check(
    { download_modes },
    (modes) => Array.isArray(modes) && modes.length > 0 && modes.every((mode) => DOWNLOAD_MODES.includes(mode)),
    `some of ${DOWNLOAD_MODES}`,
  );
  const address = new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href);
  check({ url: address }, ({ protocol }) => !/^wss?:/.test(protocol), 'of https: or http:');
  return {
    url: address,
    streaming: !disable_request_streaming,
    limit: max_post_bytes,
    fetch,
    ResponseError: ResponseErrorClass,
    signal,
    dialect,
    resumeTimeout: resume_timeout,
    openTimeout: open_timeout,
    modes: download_modes,
    websocket,
    maxSockets: max_websockets,
    /** The number of the last GET of the opening. */
    attempts: 0,
    initialWindow: Math.min(INITIAL_WINDOW, max_window),
    /** What a reload must keep stays little. */
    firstLimit: Math.min(survive_reload ? INITIAL_WINDOW : FIRST_LIMIT, max_window),
    maxWindow: max_window,
    /** In dialect 1 nothing can be resumed. */
    surviveReload: dialect === 2 ? survive_reload : undefined,
    maxUnconfirmed: survive_reload ? MAX_KEPT_UPLOAD : max_window,
    confirmsRead: survive_reload !== undefined,
    /** The session that the page before has kept, while this one tries to go on with it. */
    kept: /** @type {import('./survive-reload/entry.js').KeptSession | undefined} */ (undefined),
    /** Keeps the session for the next page. */
    keep: /** @type {((context: import('./dialect2/carrier.js').CarrierContext, way: DownloadMode) => boolean) | undefined} */ (
      undefined
    ),
    highWaterMark,
    init: /** @type {RequestInit} */ (init),
  };
}
