import { ResponseError } from './errors.js';

/**
 * Besides these, everything that fetch takes, for every request: `headers`, `credentials`, `mode`...
 *
 * @typedef {object} OwnOptions
 * @property {boolean} [disable_request_streaming] upload by POSTs even where the browser streams request bodies
 * @property {number} [max_post_bytes] the most of the application's bytes that one POST, or piece of a streaming one,
 *   carries; default 1,000,000
 * @property {typeof globalThis.fetch} [fetch] used in place of the global one
 * @property {ResponseErrorConstructor} [ResponseError] built for an answer whose status is no success
 * @property {AbortSignal} [signal] destroys the duplex, or gives up opening it
 * @property {1 | 2} [dialect] 1: does not ask the server for a session that resumes; default 2
 * @property {number} [resume_timeout] dialect 2: how long to try to resume, in milliseconds, if that is shorter than
 *   the server's own time
 * @property {number} [max_window] dialect 2: the most that is held of what the server has sent and the application has
 *   not read, in bytes; default 16 MiB
 */

/** @typedef {new (response: Response) => Error & { init?: () => unknown, code?: unknown }} ResponseErrorConstructor */
/** @typedef {RequestInit & OwnOptions} SessionOptions */

/**
 * @typedef {object} Settings
 * @property {URL} url
 * @property {boolean} streaming whether the application allows streaming uploads
 * @property {number} limit the most that one piece of an upload holds, in bytes
 * @property {typeof globalThis.fetch} fetch
 * @property {ResponseErrorConstructor} ResponseError
 * @property {AbortSignal | null} [signal]
 * @property {1 | 2} dialect the newest to ask the server for
 * @property {number} resumeTimeout in milliseconds
 * @property {number} initialWindow in bytes
 * @property {number} maxWindow in bytes
 * @property {number} highWaterMark dialect 1: how many written bytes may wait besides those under way
 * @property {import('./request-init.js').Init} init what is left: for fetch
 */

/** With the frames around it still within 1 MiB, which is the most that nginx lets through unless it is told to. */
const DEFAULT_MAX_POST_BYTES = 1_000_000;
const DEFAULT_MAX_WINDOW = 16 * 1024 * 1024;
const INITIAL_WINDOW = 64 * 1024;

/**
 * @param {Record<string, number>} options
 * @param {(value: number) => boolean} isGood
 * @throws {RangeError}
 */
function check(options, isGood) {
  for (const [name, value] of Object.entries(options)) {
    if (!isGood(value)) {
      throw new RangeError(`${name} can't be ${value}`);
    }
  }
}

/**
 * @param {string | URL} url relative to the page, if it is relative
 * @param {SessionOptions} options
 * @param {number} highWaterMark
 * @returns {Settings}
 * @throws {TypeError | RangeError} for what can't be used
 */
export function settingsOf(url, options, highWaterMark) {
  const {
    disable_request_streaming,
    max_post_bytes = DEFAULT_MAX_POST_BYTES,
    fetch = (...args) => globalThis.fetch(...args),
    ResponseError: ResponseErrorClass = ResponseError,
    signal,
    dialect = 2,
    resume_timeout = Infinity,
    max_window = DEFAULT_MAX_WINDOW,
    ...init
  } = options;
  check({ max_post_bytes, max_window }, (value) => Number.isSafeInteger(value) && value > 0);
  check({ resume_timeout, highWaterMark }, (value) => value >= 0);
  check({ dialect }, (value) => value === 1 || value === 2);
  return {
    url: new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href),
    streaming: !disable_request_streaming,
    limit: max_post_bytes,
    fetch,
    ResponseError: ResponseErrorClass,
    signal,
    dialect,
    resumeTimeout: resume_timeout,
    initialWindow: Math.min(INITIAL_WINDOW, max_window),
    maxWindow: max_window,
    highWaterMark,
    init,
  };
}
