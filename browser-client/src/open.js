import { codeOfRefusedOpening, codeOfRefusedUpload } from './codes.js';
import { DuplexError } from './errors.js';
import * as Header from './headers.js';
import { problemOf } from './problem.js';
import { answers, downloadRequest, openingRequest, resumingRequest, VERSION, wayOf } from './request-init.js';
import { settingsOf } from './options.js';
import { BodyReader } from './browser/body-reader.js';
import { deadline } from './browser/deadline.js';
import { abortedBy, responseError } from './browser/responses.js';
import { FetchDownload } from './dialect2/fetch/download.js';
import { firstWay, loadWays } from './dialect2/fetch/load-ways.js';
import { FetchUpload } from './dialect2/fetch/upload.js';
import { Dialect2Session } from './dialect2/session.js';

/** How long an opening that was given up waits for the id, so that it can tell the server. */
const GIVEN_UP_MILLISECONDS = 1_500;
/** How long an opening may bring nothing until another way is tried beside it. */
const SILENCE_MILLISECONDS = 3_000;

/** @typedef {import('./session.js').Session} Session */
/** @typedef {import('./options.js').DownloadMode} DownloadMode */

/**
 * Opens a session of the newest dialect that both sides speak.
 * @param {string | URL} url
 * @param {import('./options.js').SessionOptions} [options]
 * @param {number} [highWaterMark] dialect 1: how many written bytes may wait besides those under way
 * @returns {Promise<Session>} rejects with an error that has a `code`
 */
export async function openSession(url, options = {}, highWaterMark = 0) {
  const settings = settingsOf(url, options, highWaterMark);
  if (settings.surviveReload === undefined) {
    return open(settings);
  }
  const { resumeOrOpen } = await import('./survive-reload/survive-reload.js').catch((cause) => {
    throw new DuplexError('CONNECTION_LOST', NO_ANSWER, { cause });
  });
  return resumeOrOpen(settings, { open, of: sessionOf });
}

/**
 * Opens a session, or attaches to the one that was kept.
 * @param {import('./options.js').Settings} settings
 * @returns {Promise<Session>}
 */
async function open(settings) {
  const { signal, kept } = settings;
  if (signal?.aborted) {
    throw abortedBy(signal);
  }
  // The server recognises by it that several GETs mean one session. (Only old versions of Node have no crypto.)
  const secret = globalThis.crypto?.getRandomValues(new Uint32Array(5)).join('-');
  /** @type {Opening[]} */
  const openings = [];
  let isOver = false;
  const stop = (/** @type {(opening: Opening) => void} */ how) => {
    isOver = true;
    openings.forEach(how);
  };
  const begin = (/** @type {DownloadMode} */ way) => isOver || new Opening(settings, way, secret, openings);
  const forward = () => signal && stop((opening) => opening.giveUp(abortedBy(signal)));
  signal?.addEventListener('abort', forward);
  /** @type {(() => void)[]} */
  const stops = [];
  const pause = (/** @type {number} */ time) =>
    new Promise((resolve) => stops.push(deadline(() => resolve(undefined), time)));
  pause(settings.openTimeout).then(() => stop((opening) => opening.timeOut()));
  try {
    begin(kept?.way ?? firstWay(settings));
    const [{ session }] = openings;
    // What was kept is asked for once: a second GET could take it from a page that has the same copy.
    const opened = await Promise.race([session, !kept && pause(SILENCE_MILLISECONDS)].filter(Boolean));
    return opened ?? (await ((await loadWays())?.climb(settings, openings, begin) ?? session));
  } finally {
    stops.forEach((stopped) => stopped());
    signal?.removeEventListener('abort', forward);
  }
}

/**
 * @param {import('./options.js').Settings} settings
 * @param {string} id
 * @param {DownloadMode} way
 * @param {import('./dialect2/fetch/download.js').Opening} [opening]
 */
const sessionOf = (settings, id, way, opening) =>
  new Dialect2Session(settings, id, (context) => ({
    downloads: new FetchDownload(context, way, opening),
    uploads: new FetchUpload(context),
  }));

/** One opening GET, up to the first bytes of its answer. */
class Opening {
  #settings;
  #openings;
  #request;
  #abort = new AbortController();
  /** Ends the wait for the id. */
  #stopWaiting = () => {};
  /** @type {Response | undefined} */
  #response;
  /** @type {Error | undefined} why it was given up */
  #error;
  /** So were all others of the same secret. */
  #isGivenUp = false;
  /** The session is there: another GET of its secret would take it away. */
  hasOpened = false;
  /** @type {Error | undefined} what its answer says if that opens nothing */
  #refusal;
  /**
   * Tells of the first bytes of an answer whether they are of no use, since another GET was sent after this one.
   * @type {((reader: Pick<BodyReader, 'readAhead'>, way: DownloadMode) => Promise<boolean>) | undefined}
   */
  isUseless;
  #reject = /** @type {(error: Error) => void} */ (() => {});

  /**
   * @param {import('./options.js').Settings} settings
   * @param {DownloadMode} way
   * @param {string | undefined} secret
   * @param {Opening[]} openings those of the same secret; this one is added
   */
  constructor(settings, way, secret, openings) {
    const { init, firstLimit, dialect, kept } = settings;
    this.#settings = settings;
    this.#openings = openings;
    this.number = settings.attempts = openings.push(this) + (kept?.attempts ?? -1);
    const attach = {
      number: this.number,
      offset: kept?.receiving.to ?? 0,
      limit: kept?.receiving.limit ?? firstLimit,
      wait: 0,
    };
    this.way = way;
    this.#request = kept
      ? resumingRequest(init, way, attach, kept.id)
      : dialect === 2
        ? openingRequest(init, way, attach, secret)
        : downloadRequest(init);
    /** @type {Promise<Session>} */
    this.session = new Promise((resolve, reject) => {
      this.#reject = reject;
      this.#run().then(resolve, reject);
    });
  }

  /** The first bytes of the answer have not come in time. */
  timeOut() {
    // What was kept may be asked for again.
    this.#isGivenUp = !this.#settings.kept;
    const what = this.#response ? 'only the head of an answer' : 'no answer';
    const { openTimeout } = this.#settings;
    const message = `There was ${what} within ${openTimeout} ms: something on the way may hold answers back`;
    this.#fail(new DuplexError('TIMED_OUT', message));
  }

  /** The server is told, as soon as the id is known. @param {Error} error */
  giveUp(error) {
    this.#isGivenUp = true;
    if (this.#response) {
      this.#fail(error);
    } else {
      this.#error = error;
      this.#reject(error);
      this.#stopWaiting = deadline(() => this.#abort.abort(error), GIVEN_UP_MILLISECONDS);
    }
  }

  /** Another GET has opened the session, or will. */
  #drop() {
    this.#fail(new DuplexError('CANCELLED', ''));
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

  async #run() {
    const settings = this.#settings;
    const { fetch, dialect } = settings;
    try {
      const { signal } = this.#abort;
      const response = (this.#response = await fetch(settings.url, { ...this.#request, signal }));
      const id = await this.#idOf(response);
      const abort = this.#abort;
      const way = wayOf(response);
      const reader = new BodyReader(/** @type {ReadableStream<import('./bytes.js').Bytes>} */ (response.body));
      const session = () => sessionOf(settings, id, way, { reader, abort, way });
      try {
        let isDialect2 = dialect === 2 && response.headers.get(Header.VERSION) === VERSION;
        if (isDialect2 && this.#error) {
          throw this.#error;
        }
        // A proxy may hide the field from a page of another origin: the first frame tells too.
        const ahead = reader.lookAhead(isDialect2 || dialect === 1);
        isDialect2 = (await Promise.race([ahead, this.#aborted])) || isDialect2;
        if (await this.isUseless?.(reader, way)) {
          this.#drop();
        }
        if (this.#error) {
          throw this.#error;
        }
        this.hasOpened = true;
        this.#openings.forEach((other) => other !== this && other.#drop());
        if (isDialect2) {
          return session();
        }
        // Most pages never need the code of dialect 1, since this project's servers speak dialect 2.
        const { Dialect1Session } = await import('./dialect1/session.js');
        return new Dialect1Session(settings, id, reader, abort);
      } catch (cause) {
        // Of several GETs, another may still open the session, unless all were given up.
        if ((!settings.attempts || this.#isGivenUp) && response.headers.get(Header.VERSION) === VERSION) {
          session().destroy(this.#error);
        }
        throw cause;
      }
    } catch (error) {
      // A ResponseError may be asked for the body; any other was cancelled.
      if (this.#refusal) {
        throw this.#refusal;
      }
      this.#abort.abort();
      if (this.#error || error instanceof DuplexError) {
        throw this.#error ?? error;
      }
      const message = this.#response ? `The answer could not be read: ${error}` : NO_ANSWER;
      throw new DuplexError('CONNECTION_LOST', message, { cause: error });
    } finally {
      this.#stopWaiting();
    }
  }

  /** @param {Response} response @returns {Promise<string>} the id of the session, if it is one */
  async #idOf(response) {
    const settings = this.#settings;
    const { ok, status, headers, body, redirected } = response;
    if (!ok) {
      if (settings.kept) {
        settings.kept.problem = await problemOf(response);
      }
      const error = await responseError(
        response,
        settings.ResponseError,
        (settings.kept ? codeOfRefusedUpload : codeOfRefusedOpening)(status),
      );
      throw (this.#refusal = error);
    }
    const id = headers.get(Header.ID);
    const url = redirected ? new URL(response.url) : settings.url;
    if (!id || !body || !answers(headers, this) || url.host !== settings.url.host) {
      const { notOurs } = await import('./first-line.js');
      this.#refusal = new DuplexError('PROTOCOL_ERROR', await notOurs(response, id, settings.url));
      // Not by its AbortController: Node reports that as a rejection of a body that was cloned, which nobody can handle.
      response.body?.cancel().catch(() => {});
      throw this.#refusal;
    }
    settings.url = url;
    if (settings.kept?.id !== id) {
      // A server of dialect 1 opens a session whatever it is asked for.
      settings.kept = undefined;
    }
    return id;
  }
}

const NO_ANSWER = 'The server could not be reached, or does not allow pages of this origin';
