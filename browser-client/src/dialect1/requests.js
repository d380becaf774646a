import { deadline } from '../browser/deadline.js';
import { connectionLost, drain, responseError } from '../browser/responses.js';
import { codeOfRefusedUpload } from '../codes.js';
import { DuplexError } from '../errors.js';
import { problemOf } from '../problem.js';
import { destroyRequest } from '../request-init.js';

/** How long the server has to answer the notice of a destroyed duplex before its requests are aborted. */
const NOTICE_MILLISECONDS = 3000;
/** How long the answer that there is no such session waits for the download, which may say more. */
const DOWNLOAD_MILLISECONDS = 1000;

/** Before a POST that another node has answered is sent again, in milliseconds. */
const OTHER_NODE_PAUSES = [100, 200, 400, 800, 1600, 3200];

/** @typedef {(reason: Error | Promise<Error>) => Promise<Error>} Fail see Session */

/** The uploads of one session as requests. It tells the session when one fails. */
export class Requests {
  #settings;
  /** @type {Set<() => void>} each aborts a request */
  #open = new Set();
  #closed;
  #isUnknown = false;
  #cancelled = false;

  /**
   * @param {import('../options.js').Settings} settings
   * @param {string} id
   * @param {Fail} fail
   * @param {Promise<void>} closed see Session
   */
  constructor(settings, id, fail, closed) {
    this.#settings = settings;
    this.#closed = closed;
    /** Fails the session, unless it has failed before. */
    this.fail = fail;
    this.id = id;
    this.init = settings.init;
    this.limit = settings.limit;
  }

  /**
   * Settles when the server has taken the upload. If another node has answered, nothing was taken, and the next try may
   * reach the right one.
   * @param {RequestInit} init
   */
  async send(init) {
    for (const pause of [...OTHER_NODE_PAUSES, undefined]) {
      const response = await this.fetch(init).catch(async (cause) => {
        throw await this.lost(cause);
      });
      if (!pause || !(await problemOf(response))?.type?.endsWith(':other-node')) {
        return this.accept(response);
      }
      drain(response);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  /**
   * @param {RequestInit} init
   * @param {() => void} [onabort] called before it is aborted
   * @returns {Promise<Response>} whatever its status
   */
  async fetch(init, onabort) {
    if (this.#cancelled) {
      throw new DuplexError('CANCELLED', 'The duplex is closed: nothing more is sent');
    }
    const { fetch, url } = this.#settings;
    const controller = new AbortController();
    const abort = () => {
      onabort?.();
      controller.abort();
    };
    this.#open.add(abort);
    try {
      return await fetch(url, { ...init, signal: controller.signal });
    } finally {
      this.#open.delete(abort);
    }
  }

  /** @param {Response} response whose status decides; its body is of no use */
  async accept(response) {
    if (!response.ok) {
      const code = codeOfRefusedUpload(response.status);
      this.#isUnknown = code === 'UNKNOWN_SESSION';
      if (this.#isUnknown) {
        await this.#whatTheDownloadSays();
      }
      throw await this.fail(responseError(response, this.#settings.ResponseError, code));
    }
    drain(response);
  }

  /** When the server resets a session it answers the uploads and breaks the download off: the answer may be faster. */
  async #whatTheDownloadSays() {
    await new Promise((resolve) => {
      const stop = deadline(() => resolve(undefined), DOWNLOAD_MILLISECONDS);
      this.#closed.then(resolve, resolve).then(stop);
    });
  }

  /** @param {unknown} cause an error of fetch @returns {Promise<Error>} the session's error */
  lost(cause) {
    return this.fail(connectionLost(cause));
  }

  /**
   * Sends only the notice that the duplex is destroyed, unless the server has answered that it has no such session, and
   * then aborts the open uploads: so the server gets the notice before it sees them break.
   */
  async cancel() {
    this.#cancelled = true;
    if (!this.#isUnknown) {
      await this.#notify();
    }
    this.#open.forEach((abort) => abort());
  }

  async #notify() {
    const { fetch, url } = this.#settings;
    const signal = AbortSignal.timeout(NOTICE_MILLISECONDS);
    try {
      drain(await fetch(url, { ...destroyRequest(this.init, this.id), signal }));
    } catch {
      // Without the notice the server sees the requests break.
    }
  }
}
