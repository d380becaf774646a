import { codeOfRefusedUpload } from '../codes.js';
import { DuplexError } from '../errors.js';
import { destroyRequest } from '../request-init.js';
import { connectionLost, drain, responseError } from '../browser/responses.js';

/** How long the server has to answer the notice of a destroyed duplex before its requests are cut. */
const NOTICE_MILLISECONDS = 3000;

/** @typedef {(reason: Error | Promise<Error>) => Promise<Error>} Fail see Session */

/** Sends the uploads of one session, and tells the session when one fails. */
export class Requests {
  #settings;
  #fail;
  /** @type {Set<AbortController>} */
  #open = new Set();
  #gone = false;
  #cancelled = false;

  /**
   * @param {import('../options.js').Settings} settings
   * @param {string} id
   * @param {Fail} fail
   */
  constructor(settings, id, fail) {
    this.#settings = settings;
    this.#fail = fail;
    this.id = id;
  }

  get init() {
    return this.#settings.init;
  }

  get limit() {
    return this.#settings.limit;
  }

  /**
   * Settles when the server has taken the upload.
   *
   * @param {RequestInit} init
   */
  async send(init) {
    let response;
    try {
      response = await this.fetch(init);
    } catch (cause) {
      throw await this.lost(cause);
    }
    await this.accept(response);
  }

  /**
   * @param {RequestInit} init
   * @returns {Promise<Response>} whatever its status
   */
  async fetch(init) {
    if (this.#cancelled) {
      throw new DuplexError('CANCELLED', 'The duplex is over: nothing more is sent');
    }
    const { fetch, url } = this.#settings;
    const abort = new AbortController();
    this.#open.add(abort);
    try {
      return await fetch(url, { ...init, signal: abort.signal });
    } finally {
      this.#open.delete(abort);
    }
  }

  /** @param {Response} response whose status is to be looked at, and its body done with */
  async accept(response) {
    if (!response.ok) {
      const code = codeOfRefusedUpload(response.status);
      this.#gone = code === 'UNKNOWN_SESSION';
      throw await this.#fail(responseError(response, this.#settings.ResponseError, code));
    }
    drain(response);
  }

  /**
   * @param {unknown} cause what fetch rejected with
   * @returns {Promise<Error>} what the session has failed with
   */
  lost(cause) {
    return this.#fail(connectionLost(cause));
  }

  /** @param {Error} error with which the session fails, if it has not before */
  fail(error) {
    return this.#fail(error);
  }

  /**
   * Sends nothing more but the notice that the duplex is destroyed, unless the server said itself that it has no such
   * session, and then cuts the open uploads. In this order the server learns that it was meant, before it sees anything
   * break.
   */
  async cancel() {
    this.#cancelled = true;
    if (!this.#gone) {
      await this.#notify();
    }
    for (const abort of this.#open) {
      abort.abort();
    }
  }

  async #notify() {
    const { fetch, url } = this.#settings;
    const signal = AbortSignal.timeout(NOTICE_MILLISECONDS);
    try {
      drain(await fetch(url, { ...destroyRequest(this.init, this.id), signal }));
    } catch {
      // The duplex is destroyed whether the server hears of it here or sees its requests cut.
    }
  }
}
