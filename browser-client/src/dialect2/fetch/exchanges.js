import { codeOfRefusedUpload } from '../../codes.js';
import { ErrorCode, problemOf, ResponseError } from '../../errors.js';
import { drain, responseError } from '../../browser/responses.js';

/** Statuses that pass: what was refused may be tried again. */
export const PASSING = [408, 429, 502, 503, 504];

/** @typedef {import('../core/session.js').ResumableSession} Core */
/** @typedef {{ readonly abandoned: boolean }} Part what the core knows a request by; it may give it up */
/** @typedef {(now: number, retryAfter?: number) => void} Lost tells the core of a failure that may pass */

/** The requests of one session of dialect 2: starts them, aborts them, and makes out the answers that refuse something. */
export class Exchanges {
  /** @type {Map<Part, AbortController>} */
  #open = new Map();
  /** @type {any} what failed last in a way that may pass: what fetch said, or a ResponseError */
  cause;
  /** @type {Promise<Error> | undefined} of the answer that has ended the session, if one has */
  refusal;

  /**
   * @param {import('../../options.js').Settings} settings
   * @param {string} id of the session
   * @param {Core} core
   * @param {() => void} onevent to be called when the core was told of something, or may have something to send
   */
  constructor(settings, id, core, onevent) {
    this.settings = settings;
    this.id = id;
    this.core = core;
    this.onevent = onevent;
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
   * @param {Part} part
   * @param {RequestInit} init
   * @param {AbortController} [abort] of the request
   * @returns {Promise<Response | undefined>} undefined if there is none: `cause` says why
   */
  async fetch(part, init, abort = new AbortController()) {
    const { fetch, url } = this.settings;
    this.#open.set(part, abort);
    const response = await this.#try(() => fetch(url, { ...init, signal: abort.signal }));
    // From now on it is not aborted: a ResponseError may read the response's body.
    this.#open.delete(part);
    return response;
  }

  /**
   * Reads a body to its end, in order or not.
   *
   * @param {Part} part
   * @param {AbortController} abort of its request
   * @param {ReadableStream<Uint8Array<ArrayBuffer>>} body
   * @param {(bytes: Uint8Array<ArrayBuffer>) => void} onbytes
   */
  async read(part, abort, body, onbytes) {
    const reader = body.getReader();
    this.#open.set(part, abort);
    for (let bytes; (bytes = (await this.#try(() => reader.read()))?.value);) {
      onbytes(bytes);
    }
    this.#open.delete(part);
  }

  /**
   * @template T
   * @param {() => Promise<T>} request
   * @returns {Promise<T | undefined>} undefined if it has failed
   */
  async #try(request) {
    try {
      return await request();
    } catch (cause) {
      this.cause = cause;
    }
  }

  /** @param {(part: Part) => boolean} which requests to abort; without it, all */
  abort(which = () => true) {
    for (const [part, abort] of this.#open) {
      if (which(part)) {
        abort.abort();
      }
    }
  }

  /**
   * Tells the core of an answer that is no success, or that there is none.
   *
   * @param {Response | undefined} response
   * @param {Lost} lost
   * @param {number} [passing] a status that passes besides those that always do
   */
  async refused(response, lost, passing) {
    const status = response?.status ?? 0;
    const code = codeOfRefusedUpload(status);
    if (!response) {
      this.event(lost);
    } else if (PASSING.includes(status) || status === passing) {
      const error = new ResponseError(response);
      error.code = code;
      error.init();
      drain(response);
      this.cause = error;
      this.event((now) => lost(now, error.retry_after));
    } else {
      const problem = status === 410 && (await problemOf(response));
      // A proxy's answer has no number.
      if (Number.isInteger(problem?.number)) {
        drain(response);
        this.event(() => this.core.sessionOver(problem.number, problem.reason));
      } else {
        if (!this.core.over) {
          this.refusal = responseError(response, this.settings.ResponseError, code);
        }
        this.event(() => this.core[code === 'UNKNOWN_SESSION' ? 'fail' : 'reset'](ErrorCode[code], ''));
      }
    }
  }
}
