import { drain, responseError } from '../../browser/responses.js';
import { codeOfRefusedUpload } from '../../codes.js';
import { ErrorCode, problemOf, ResponseError } from '../../errors.js';

/** Statuses that pass: what was refused may be tried again. */
export const PASSING = [408, 429, 502, 503, 504];

/** The open requests of a carrier over fetch: starts them, aborts them, and interprets their refusals. */
export class Exchanges {
  /** @type {Map<object, AbortController>} */
  #open = new Map();

  /** @param {import('../carrier.js').CarrierContext} context */
  constructor(context) {
    this.context = context;
  }

  get isIdle() {
    return this.#open.size === 0;
  }

  /** @param {(request: object) => boolean} [which] */
  abort(which = () => true) {
    for (const [request, abort] of this.#open) {
      if (which(request)) {
        abort.abort();
      }
    }
  }

  /**
   * @param {object} request
   * @param {RequestInit} init
   * @param {AbortController} [abort]
   * @returns {Promise<Response | undefined>} undefined if there is none
   */
  async fetch(request, init, abort = new AbortController()) {
    const { fetch, url } = this.context.settings;
    this.#open.set(request, abort);
    const response = await this.#try(() => fetch(url, { ...init, signal: abort.signal }));
    // From now on it is not aborted: a ResponseError may read the response's body.
    this.#open.delete(request);
    return response;
  }

  /**
   * Reads a body until it has ended, cleanly or not.
   * @param {object} download
   * @param {AbortController} abort of its request
   * @param {ReadableStream<Uint8Array<ArrayBuffer>>} body
   * @param {(bytes: Uint8Array<ArrayBuffer>) => void} onbytes
   */
  async read(download, abort, body, onbytes) {
    const reader = body.getReader();
    this.#open.set(download, abort);
    for (let bytes; (bytes = (await this.#try(() => reader.read()))?.value);) {
      onbytes(bytes);
    }
    this.#open.delete(download);
  }

  /** @template T @param {() => Promise<T>} work @returns {Promise<T | undefined>} undefined if it has failed */
  async #try(work) {
    try {
      return await work();
    } catch (cause) {
      this.context.disturbed(cause);
    }
  }

  /**
   * Tells the core of an answer that is no success, or that there is none.
   * @param {Response | undefined} response
   * @param {(now: number, retryAfter?: number) => void} lost tells the core of a failure that may pass
   * @param {number} [passing] a status that passes besides those that always do
   */
  async refused(response, lost, passing) {
    const { context } = this;
    const { core, settings } = context;
    const status = response?.status ?? 0;
    const code = codeOfRefusedUpload(status);
    if (!response) {
      context.event(lost);
    } else if (PASSING.includes(status) || status === passing) {
      const error = new ResponseError(response);
      error.code = code;
      error.init();
      drain(response);
      context.disturbed(error);
      context.event((now) => lost(now, error.retry_after));
    } else {
      const problem = status === 410 && (await problemOf(response));
      // A proxy's answer has no number.
      if (Number.isInteger(problem?.number)) {
        drain(response);
        context.event(() => core.closedByServer(problem.number, problem.reason));
      } else {
        if (!core.isClosed) {
          context.refused(responseError(response, settings.ResponseError, code));
        }
        context.event(() => core[code === 'UNKNOWN_SESSION' ? 'fail' : 'reset'](ErrorCode[code], ''));
      }
    }
  }
}
