/** What each kind of request is made of, as the second argument of fetch. */
import * as Header from './headers.js';

/** @typedef {Omit<RequestInit, 'signal'>} Init what the application gave for every request */
/** @typedef {RequestInit & { duplex?: 'half' }} StreamingInit */
/** @typedef {Uint8Array | ReadableStream<Uint8Array>} Body */

/** @typedef {import('./options.js').DownloadMode} Way how a download travels */
/** @typedef {Pick<import('./dialect2/core/downloads.js').Attempt, 'number' | 'limit' | 'wait'>} Attach */

const EVENT_STREAM = 'text/event-stream';

/** The value of {@link Header.VERSION}. */
export const VERSION = '2';

/**
 * The GET that opens a session; its response's body is the download, which must not be stored. (The answers to POSTs
 * never are; to ask for it there would have Chromium send a preflight before each to a server of another origin.)
 * @type {(init: Init, headers?: Record<string, string>) => RequestInit}
 */
export const downloadRequest = (init, headers) => ({ cache: 'no-store', ...request(init, 'GET', {}, headers) });

/**
 * The GET that asks for a session of dialect 2, but accepts one of dialect 1. Those of the same secret mean one session.
 * @type {(init: Init, way: Way, attach: Attach, secret: string | undefined) => RequestInit}
 */
export const openingRequest = (init, way, attach, secret) =>
  framesDownload(init, way, attach, secret ? { [Header.OPENING]: secret } : {});

/**
 * The GET that attaches a session again.
 * @type {(init: Init, way: Way, attach: Attach & { offset: number }, id: string) => RequestInit}
 */
export const resumingRequest = (init, way, attach, id) =>
  framesDownload(init, way, attach, { [Header.ID]: id, [Header.OFFSET]: String(attach.offset) });

/** @type {(init: Init, way: Way, attach: Attach, headers: Record<string, string>) => RequestInit} */
const framesDownload = (init, way, { number, limit, wait }, headers) =>
  downloadRequest(init, {
    [Header.VERSION]: VERSION,
    [Header.ATTACH]: String(number),
    [Header.LIMIT]: String(limit),
    ...headers,
    ...(way === 'typed' && { accept: EVENT_STREAM }),
    ...(way === 'polling' && { [Header.POLL]: String(wait) }),
  });

/** @type {(response: Response) => Way} how the download travels that it carries */
export const wayOf = ({ headers }) =>
  headers.has(Header.POLL) ? 'polling' : headers.get('content-type')?.startsWith(EVENT_STREAM) ? 'typed' : 'streaming';

/** @type {(headers: Headers, attempt: { number: number }) => boolean} whether it is no old answer, which a cache has kept */
export const answers = (headers, { number }) => (headers.get(Header.ATTACH) ?? `${number}`) === `${number}`;

/** @type {(init: Init, id: string, body: Body) => StreamingInit} the POST that carries frames */
export const framesRequest = (init, id, body) => upload(init, id, { [Header.VERSION]: VERSION }, body);

/** @type {(init: Init, id: string, body: Uint8Array) => RequestInit} the POST of one chunk */
export const chunkRequest = (init, id, body) => upload(init, id, {}, body);

/** @type {(init: Init, id: string, body: Body) => StreamingInit} the POST whose body is everything that is written */
export const streamingRequest = (init, id, body) => upload(init, id, { [Header.SINGLE]: 'true' }, body);

/**
 * The POST that ends the client's side. It has no body: a server of http2-duplex 6.x ignores one.
 * @type {(init: Init, id: string) => RequestInit}
 */
export const endRequest = (init, id) => upload(init, id, { [Header.END]: 'true' });

/**
 * The POST that tells the server of a destroyed duplex. It outlives the page.
 * @type {(init: Init, id: string) => RequestInit}
 */
export const destroyRequest = (init, id) => ({
  ...upload(init, id, { [Header.END]: 'true', [Header.DESTROYED]: 'true' }),
  keepalive: true,
});

/** @type {(init: Init, id: string, headers: Record<string, string>, body?: Body) => StreamingInit} */
function upload(init, id, headers, body) {
  return {
    ...request(init, 'POST', { 'content-type': 'application/octet-stream' }, { [Header.ID]: id, ...headers }, body),
    ...(body instanceof ReadableStream && { duplex: 'half' }),
  };
}

/**
 * The application's headers are read again for every request, so that it can renew a token in the Headers that it gave.
 * @param {Init} init
 * @param {string} method
 * @param {Record<string, string>} defaults header fields that the application may change
 * @param {Record<string, string>} [headers] header fields that it may not
 * @param {Body} [body]
 * @returns {RequestInit}
 */
function request(init, method, defaults, headers, body) {
  return {
    ...init,
    method,
    headers: { ...defaults, ...Object.fromEntries(new Headers(init.headers)), ...headers },
    body: /** @type {BodyInit | undefined} */ (body),
  };
}
