import { codeOfRefusedOpening } from './codes.js';
import { DuplexError } from './errors.js';
import * as Header from './headers.js';
import { downloadRequest, openingRequest, VERSION } from './request-init.js';
import { settingsOf } from './options.js';
import { BodyReader } from './browser/body-reader.js';
import { abortedBy, responseError } from './browser/responses.js';
import { FetchDownload } from './dialect2/fetch/download.js';
import { FetchUpload } from './dialect2/fetch/upload.js';
import { Dialect2Session } from './dialect2/session.js';

/** How long an opening that was given up waits for the id, so that it can tell the server. */
const GIVEN_UP_MILLISECONDS = 1_500;

/** @typedef {import('./session.js').Session} Session */

/**
 * Opens a session of the newest dialect that both sides speak.
 * @param {string | URL} url
 * @param {import('./options.js').SessionOptions} [options]
 * @param {number} [highWaterMark] dialect 1: how many written bytes may wait besides those under way
 * @returns {Promise<Session>} rejects with an error that has a `code`
 */
export async function openSession(url, options = {}, highWaterMark = 0) {
  const settings = settingsOf(url, options, highWaterMark);
  const { signal } = settings;
  if (signal?.aborted) {
    throw abortedBy(signal);
  }
  const opening = new Opening(settings);
  const forward = () => signal && opening.giveUp(abortedBy(signal));
  signal?.addEventListener('abort', forward);
  try {
    return await opening.session;
  } finally {
    signal?.removeEventListener('abort', forward);
  }
}

/** One opening GET, up to the first bytes of its answer. */
class Opening {
  #settings;
  #request;
  #abort = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {Response | undefined} */
  #response;
  /** @type {Error | undefined} why it was given up */
  #error;
  /** @type {Error | undefined} what its answer says if that is no success */
  #refusal;
  #reject = /** @type {(error: Error) => void} */ (() => {});

  /** @param {import('./options.js').Settings} settings */
  constructor(settings) {
    this.#settings = settings;
    const { openTimeout, init, initialWindow, dialect } = settings;
    this.#request = dialect === 2 ? openingRequest(init, initialWindow) : downloadRequest(init);
    this.#setTimer(openTimeout, () => this.#fail(new DuplexError('TIMED_OUT', this.#silence(openTimeout))));
    /** @type {Promise<Session>} */
    this.session = new Promise((resolve, reject) => {
      this.#reject = reject;
      this.#run().then(resolve, reject);
    });
  }

  /** The server is told, as soon as the id is known. @param {Error} error */
  giveUp(error) {
    if (this.#response) {
      this.#fail(error);
    } else {
      this.#error = error;
      this.#reject(error);
      this.#setTimer(GIVEN_UP_MILLISECONDS, () => this.#abort.abort(error));
    }
  }

  /** For bodies that heed no signal. @returns {Promise<never>} */
  get #aborted() {
    const { signal } = this.#abort;
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  }

  /** @param {Error} error */
  #fail(error) {
    this.#error = error;
    this.#reject(error);
    this.#abort.abort(error);
  }

  /** @param {number} time @param {() => void} run */
  #setTimer(time, run) {
    clearTimeout(this.#timer);
    this.#timer = time < Infinity ? setTimeout(run, time) : undefined;
  }

  async #run() {
    const settings = this.#settings;
    const { fetch, dialect } = settings;
    try {
      const { signal } = this.#abort;
      const response = (this.#response = await fetch(settings.url, { ...this.#request, signal }));
      const id = await this.#idOf(response);
      const abort = this.#abort;
      const reader = new BodyReader(/** @type {ReadableStream<import('./bytes.js').Bytes>} */ (response.body));
      const session = () =>
        new Dialect2Session(settings, id, (context) => ({
          downloads: new FetchDownload(context, { reader, abort }),
          uploads: new FetchUpload(context),
        }));
      try {
        let isDialect2 = dialect === 2 && response.headers.get(Header.VERSION) === VERSION;
        if (isDialect2 && this.#error) {
          throw this.#error;
        }
        // A proxy may hide the field from a page of another origin: the first frame tells too.
        const ahead = reader.lookAhead(isDialect2 || dialect === 1);
        isDialect2 = (await Promise.race([ahead, this.#aborted])) || isDialect2;
        if (this.#error) {
          throw this.#error;
        }
        if (isDialect2) {
          return session();
        }
        // Most pages never need the code of dialect 1, since this project's servers speak dialect 2.
        const { Dialect1Session } = await import('./dialect1/session.js');
        return new Dialect1Session(settings, id, reader, abort);
      } catch (cause) {
        if (response.headers.get(Header.VERSION) === VERSION) {
          session().destroy(this.#error);
        }
        throw cause;
      }
    } catch (error) {
      // A ResponseError may be asked for the body.
      if (this.#refusal) {
        throw this.#refusal;
      }
      this.#abort.abort();
      if (this.#error || error instanceof DuplexError) {
        throw this.#error ?? error;
      }
      throw new DuplexError('CONNECTION_LOST', NO_ANSWER, { cause: error });
    } finally {
      clearTimeout(this.#timer);
    }
  }

  /** @param {Response} response @returns {Promise<string>} the id of the session, if it is one */
  async #idOf(response) {
    const settings = this.#settings;
    const { ok, status, headers, body, redirected } = response;
    if (!ok) {
      const error = await responseError(response, settings.ResponseError, codeOfRefusedOpening(status));
      throw (this.#refusal = error);
    }
    const id = headers.get(Header.ID);
    if (!id || !body) {
      const { notOurs } = await import('./first-line.js');
      throw new DuplexError('PROTOCOL_ERROR', await notOurs(response, id));
    }
    if (redirected) {
      const url = new URL(response.url);
      if (url.host !== settings.url.host) {
        const message = `${settings.url} is redirected to ${url}: open that`;
        throw new DuplexError('PROTOCOL_ERROR', message);
      }
      settings.url = url;
    }
    return id;
  }

  /** @param {number} time @returns {string} */
  #silence(time) {
    const what = this.#response ? 'only the head of an answer' : 'no answer';
    return `There was ${what} within ${time} ms: something on the way may hold answers back`;
  }
}

const NO_ANSWER = 'The server could not be reached, or does not allow pages of this origin';
