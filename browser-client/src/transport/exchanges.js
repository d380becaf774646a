import { codeOfRefusedUpload, ErrorCode } from '../protocol/errors.js';
import { drain, responseError } from './responses.js';

/** Statuses that pass: what was refused may be tried again. */
const PASSING = [429, 502, 503, 504];

/** @typedef {import('../protocol/resumable-session.js').ResumableSession} Core */
/** @typedef {{ readonly abandoned: boolean }} Part what the core knows a request by; it may give it up */
/** @typedef {(now: number, retryAfter?: number) => void} Lost tells the core of a failure that may pass */

/** The requests of one session of dialect 2: starts them, aborts them, and makes out the answers that refuse something. */
export class Exchanges {
  #settings;
  /** @type {Map<Part, AbortController>} */
  #open = new Map();
  /** @type {unknown} what the network failed with last */
  cause;
  /** @type {Promise<Error> | undefined} of the answer that has ended the session, if one has */
  refusal;

  /**
   * @param {import('./options.js').Settings} settings
   * @param {string} id of the session
   * @param {Core} core
   * @param {() => void} onevent to be called when the core was told of something, or may have something to send
   */
  constructor(settings, id, core, onevent) {
    this.#settings = settings;
    this.id = id;
    this.core = core;
    this.onevent = onevent;
  }

  get init() {
    return this.#settings.init;
  }

  get limit() {
    return this.#settings.limit;
  }

  /** Whether no request is open. */
  get isIdle() {
    return this.#open.size === 0;
  }

  /** @param {(now: number) => void} tell tells the core of an event */
  event(tell) {
    tell(performance.now());
    this.onevent();
  }

  /**
   * Settles when the response was seen to, or the core was told that there is none.
   *
   * @param {Part} part
   * @param {RequestInit} init
   * @param {Lost} lost
   * @param {(response: Response, abort: AbortController) => Promise<void>} onresponse
   */
  async run(part, init, lost, onresponse) {
    const { fetch, url } = this.#settings;
    const abort = new AbortController();
    let response;
    this.#open.set(part, abort);
    try {
      response = await fetch(url, { ...init, signal: abort.signal });
    } catch (cause) {
      this.cause = cause;
    }
    // From now on it is not aborted: a ResponseError may read the response's body.
    this.#open.delete(part);
    if (response) {
      await onresponse(response, abort);
    } else {
      this.event(lost);
    }
  }

  /**
   * Reads a body to its end, whatever that is.
   *
   * @param {Part} part
   * @param {AbortController} abort of its request
   * @param {ReadableStream<Uint8Array<ArrayBuffer>>} body
   * @param {(bytes: Uint8Array<ArrayBuffer>) => void} onbytes
   */
  async read(part, abort, body, onbytes) {
    const reader = body.getReader();
    this.#open.set(part, abort);
    for (let bytes; (bytes = await this.#next(reader));) {
      onbytes(bytes);
    }
    this.#open.delete(part);
  }

  /**
   * @param {ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>} reader
   * @returns {Promise<Uint8Array<ArrayBuffer> | undefined>} undefined at the end, in order or not
   */
  async #next(reader) {
    try {
      return (await reader.read()).value;
    } catch (cause) {
      this.cause = cause;
    }
  }

  /** Aborts what the core has given up. */
  sweep() {
    this.#abort((part) => part.abandoned);
  }

  /** Aborts everything. */
  cut() {
    this.#abort(() => true);
  }

  /**
   * Tells the core of an answer that is no success.
   *
   * @param {Response} response
   * @param {Lost} lost
   * @param {number} [passing] a status that passes besides those that always do
   */
  async refused(response, lost, passing) {
    const { status } = response;
    if (PASSING.includes(status) || status === passing) {
      drain(response);
      this.event((now) => lost(now, retryAfterOf(response)));
      return;
    }
    const { number, reason = '' } = status === 410 ? await problemOf(response.clone()) : {};
    if (Number.isInteger(number)) {
      drain(response);
      this.event(() => this.core.sessionOver(number, reason));
      return;
    }
    const code = codeOfRefusedUpload(status);
    if (!this.core.over) {
      this.refusal = responseError(response, this.#settings.ResponseError, code);
    }
    this.event(() => this.core[code === 'UNKNOWN_SESSION' ? 'fail' : 'reset'](ErrorCode[code], ''));
  }

  /** @param {(part: Part) => boolean} which */
  #abort(which) {
    for (const [part, abort] of this.#open) {
      if (which(part)) {
        abort.abort();
      }
    }
  }
}

/**
 * @param {Response} response
 * @returns {number | undefined} in milliseconds; a date is not looked at
 */
function retryAfterOf({ headers }) {
  const seconds = Number(headers.get('retry-after') ?? NaN);
  return seconds >= 0 ? seconds * 1000 : undefined;
}

/**
 * @param {Response} response
 * @returns {Promise<any>} the members of its problem+json; none if it has none, being a proxy's
 */
async function problemOf(response) {
  try {
    return (await response.json()) ?? {};
  } catch {
    return {};
  }
}
