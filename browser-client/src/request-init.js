/** What each kind of request is made of, as the second argument of fetch. */
import * as Header from './headers.js';

/** @typedef {Omit<RequestInit, 'signal'>} Init what the application gave for every request */
/** @typedef {RequestInit & { duplex?: 'half' }} StreamingInit */

/** The value of {@link Header.VERSION}. */
export const VERSION = '2';

/**
 * The GET that opens a session; its response's body is the download, which is not to be stored. (The answers to POSTs never
 * are; to ask for it there would have Chromium send a preflight before each to a server of another origin.)
 *
 * @param {Init} init
 * @param {Record<string, string>} [headers]
 * @returns {RequestInit}
 */
export function downloadRequest(init, headers) {
  return { cache: 'no-store', ...request(init, 'GET', {}, headers) };
}

/**
 * The GET that asks for a session of dialect 2, but takes one of dialect 1.
 *
 * @param {Init} init
 * @param {number} limit of the download
 * @returns {RequestInit}
 */
export function openingRequest(init, limit) {
  return downloadRequest(init, { [Header.VERSION]: VERSION, [Header.LIMIT]: String(limit) });
}

/**
 * The GET that attaches a session again.
 *
 * @param {Init} init
 * @param {string} id
 * @param {{ number: number, offset: number, limit: number }} attach
 * @returns {RequestInit}
 */
export function resumingRequest(init, id, { number, offset, limit }) {
  return downloadRequest(init, {
    [Header.VERSION]: VERSION,
    [Header.ID]: id,
    [Header.ATTACH]: String(number),
    [Header.OFFSET]: String(offset),
    [Header.LIMIT]: String(limit),
  });
}

/**
 * The POST that carries frames.
 *
 * @param {Init} init
 * @param {string} id
 * @param {Uint8Array | ReadableStream<Uint8Array>} body
 * @returns {StreamingInit}
 */
export function framesRequest(init, id, body) {
  return {
    ...upload(init, id, { [Header.VERSION]: VERSION }, /** @type {BodyInit} */ (body)),
    ...(body instanceof ReadableStream && { duplex: 'half' }),
  };
}

/**
 * The POST of one chunk.
 *
 * @param {Init} init
 * @param {string} id
 * @param {Uint8Array} body
 * @returns {RequestInit}
 */
export function chunkRequest(init, id, body) {
  return upload(init, id, {}, /** @type {Uint8Array<ArrayBuffer>} */ (body));
}

/**
 * The POST whose body is everything that the client will write.
 *
 * @param {Init} init
 * @param {string} id
 * @param {ReadableStream<Uint8Array>} body
 * @returns {StreamingInit}
 */
export function streamingRequest(init, id, body) {
  return { ...upload(init, id, { [Header.SINGLE]: 'true' }, body), duplex: 'half' };
}

/**
 * The POST that ends the client's side. It has no body: a server of http2-duplex 6.x ignores one.
 *
 * @param {Init} init
 * @param {string} id
 * @returns {RequestInit}
 */
export function endRequest(init, id) {
  return upload(init, id, { [Header.END]: 'true' });
}

/**
 * The POST that tells the server of a destroyed duplex. It outlives the page.
 *
 * @param {Init} init
 * @param {string} id
 * @returns {RequestInit}
 */
export function destroyRequest(init, id) {
  const headers = { [Header.END]: 'true', [Header.DESTROYED]: 'true' };
  return { ...upload(init, id, headers), keepalive: true };
}

/**
 * @param {Init} init
 * @param {string} id
 * @param {Record<string, string>} headers
 * @param {BodyInit} [body]
 * @returns {RequestInit}
 */
function upload(init, id, headers, body) {
  return request(init, 'POST', { 'content-type': 'application/octet-stream' }, { [Header.ID]: id, ...headers }, body);
}

/**
 * The application's headers are read again for every request, so that it can renew a token in the Headers that it gave.
 *
 * @param {Init} init
 * @param {string} method
 * @param {Record<string, string>} defaults header fields that the application may change
 * @param {Record<string, string>} [headers] that it may not
 * @param {BodyInit} [body]
 * @returns {RequestInit}
 */
function request(init, method, defaults, headers, body) {
  return {
    ...init,
    method,
    headers: { ...defaults, ...Object.fromEntries(new Headers(init.headers)), ...headers },
    body,
  };
}
