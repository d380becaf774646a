import { drain, responseError } from '../../browser/responses.js';
import { codeOfRefusedUpload } from '../../codes.js';
import { ErrorCode, ResponseError } from '../../errors.js';
import { isOfServer, problemOf } from '../../problem.js';

/** Statuses of the server that pass: what was refused may be tried again. */
const PASSING = [408, 429, 503];

/**
 * What a request was answered with.
 * @typedef {object} Answer
 * @property {Response} response
 * @property {boolean} isAccepted
 * @property {any} [problem] of the server itself, if it is a refusal
 * @property {ResponseError} [error] if it is none of the server's answers: something on the way has given it
 */

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
   * @param {() => RequestInit} initOf may throw: the application may give headers that can't be sent
   * @param {(response: Response) => unknown} accepts whether it is the answer of the server that accepts the request
   * @param {AbortController} [abort]
   * @returns {Promise<Answer | undefined>} undefined if there is none
   */
  async fetch(request, initOf, accepts, abort = new AbortController()) {
    const { fetch, url } = this.context.settings;
    this.#open.set(request, abort);
    const response = await this.#try(() => fetch(url, { ...initOf(), signal: abort.signal }));
    const answer = response && (await this.#interpret(response, Boolean(accepts(response))));
    // From now on it is not aborted: a ResponseError may read the response's body.
    this.#open.delete(request);
    return answer;
  }

  /**
   * @param {Response} response
   * @param {boolean} isAccepted
   * @returns {Promise<Answer>}
   */
  async #interpret(response, isAccepted) {
    const problem = isAccepted || response.ok ? undefined : await problemOf(response);
    if (isAccepted || isOfServer(problem)) {
      return { response, isAccepted, problem };
    }
    const error = new ResponseError(response);
    error.code = codeOfRefusedUpload(response.status);
    await error.init();
    // Not by its AbortController: Node reports that as a rejection of a body that was cloned, which nobody can handle.
    response.body?.cancel().catch(() => {});
    return { response, isAccepted, error };
  }

  /**
   * Reads a body until it has ended, cleanly or not.
   * @param {object} download
   * @param {AbortController} abort of its request
   * @param {Pick<import('../../browser/body-reader.js').BodyReader, 'read'>} reader
   * @param {(bytes: import('../../bytes.js').Bytes) => void} onbytes
   * @returns {Promise<boolean>} whether it has ended cleanly
   */
  async read(download, abort, reader, onbytes) {
    this.#open.set(download, abort);
    let result;
    while ((result = await this.#try(() => reader.read()))?.value) {
      onbytes(result.value);
    }
    this.#open.delete(download);
    return Boolean(result);
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
   * Tells the core of an answer that does not accept the request, or that there is none. Only the server itself ends a
   * session: what something on the way answers is a disturbance.
   * @param {Answer | undefined} answer
   * @param {(now: number, retryAfter?: number) => void} lost tells the core of a failure that may pass
   * @param {number} [passing] a status of the server that passes besides those that always do
   */
  async refused(answer, lost, passing) {
    const { context } = this;
    const { core, settings } = context;
    if (!answer) {
      context.event(lost);
      return;
    }
    const { response, problem } = answer;
    const { status } = response;
    const code = codeOfRefusedUpload(status);
    let { error } = answer;
    if (!error && (PASSING.includes(status) || status === passing)) {
      error = new ResponseError(response);
      error.code = code;
      await error.init();
      drain(response);
    }
    if (error) {
      const { retry_after } = error;
      context.disturbed(error);
      context.event((now) => lost(now, retry_after));
    } else if (problem.number !== undefined) {
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
