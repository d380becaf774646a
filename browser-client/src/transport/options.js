import { ResponseError } from '../protocol/errors.js';

/**
 * Besides these, everything that fetch takes, for every request: `headers`, `credentials`, `mode`...
 *
 * @typedef {object} OwnOptions
 * @property {boolean} [disable_request_streaming] upload by POSTs even where the browser streams request bodies
 * @property {number} [max_post_bytes] the most that one upload's piece holds, in bytes; default 1 MiB
 * @property {typeof globalThis.fetch} [fetch] used in place of the global one
 * @property {ResponseErrorConstructor} [ResponseError] built for an answer whose status is no success
 * @property {AbortSignal} [signal] destroys the duplex, or gives up opening it
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
 * @property {AbortSignal} [signal]
 * @property {import('../protocol/requests.js').Init} init what is left: for fetch
 */

const DEFAULT_MAX_POST_BYTES = 1024 * 1024;

/**
 * @param {string | URL} url relative to the page, if it is relative
 * @param {SessionOptions} options
 * @returns {Settings}
 * @throws {TypeError | RangeError} for what can't be used
 */
export function settingsOf(url, options) {
  const {
    disable_request_streaming = false,
    max_post_bytes = DEFAULT_MAX_POST_BYTES,
    fetch = (...args) => globalThis.fetch(...args),
    ResponseError: ResponseErrorClass = ResponseError,
    signal,
    ...init
  } = options;
  if (!Number.isSafeInteger(max_post_bytes) || max_post_bytes < 1) {
    throw new RangeError(`max_post_bytes is to be a whole number of bytes, 1 or more: ${max_post_bytes}`);
  }
  return {
    url: new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href),
    streaming: !disable_request_streaming,
    limit: max_post_bytes,
    fetch,
    ResponseError: ResponseErrorClass,
    signal: signal ?? undefined,
    init,
  };
}
