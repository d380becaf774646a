/*
 * The seam for carriers. A carrier moves the frames of a session of dialect 2: over fetch (fetch/), or over a WebSocket
 * (websocket/). The session (session.js) knows the application, the page and the time. Its core (core/) knows
 * which frames must go and what has come. Neither knows requests or sockets.
 *
 * A carrier implements DownloadCarrier, UploadCarrier or both: the session begins with one of each, which may be one
 * object. A SocketCarrier, which is both, may join them later: the core tells which of them carries.
 * It is made with a CarrierContext. It asks the core what to do, and reports each event to the core through
 * `context.event`, so that the session can act on it. A carrier that only some pages need is loaded when it is needed,
 * like dialect1.js.
 *
 * A carrier may rely on this:
 *
 * - The session calls `attach` and `send` after every event, and `abort` when the core no longer wants a request.
 * - A loss is harmless: what was reported as lost is sent again.
 *
 * A carrier must do this:
 *
 * - It reports the end of each attempt, download and part once, also when it was aborted.
 * - It reports failures that may pass as lost, with the cause to `context.disturbed`. Only an answer that can't pass
 *   ends the session: by `core.closedByServer`, `core.fail` or `core.reset`, with the error to `context.refused`
 *   before.
 * - A carrier that is one socket makes two requests of it: an attempt with its download, and one streaming part. If
 *   requests carry as well, it attaches only when `core.downloads.mayMove`, by `core.downloads.attach(now, true)`, and
 *   its part is that of `core.uploads.openSocket(now)`.
 */

import { codeOfReset } from '../codes.js';
import { DuplexError } from '../errors.js';

/**
 * @typedef {object} Carrier
 * @property {boolean} isIdle no request is under way
 * @property {(which?: (request: object) => boolean) => void} abort aborts every request, or those that `which` is true
 *   for; a request is what the core knows it by: an Attempt, Download or Part
 */

/**
 * @typedef {object} Attaching
 * @property {import('../options.js').DownloadMode} downloadMode
 * @property {() => unknown} attach if `core.downloads.mustAttach(now)`, sends what `core.downloads.attach(now)` gives.
 *   When the server has accepted it, and `core.isWanted(attempt)`, it calls `core.openDownload(now)`, then
 *   `core.received(download, bytes, now)`, at last `core.downloadEnded(download, now, isWhole)`; otherwise
 *   `core.downloads.attachFailed(attempt, now, retryAfter)`. The first call attaches to the opening's response.
 */

/**
 * @typedef {object} Sending
 * @property {'post' | 'streaming'} uploadMode
 * @property {() => unknown} send sends what `core.uploads` has now: whole bodies by `nextBody`, or pieces of one stream
 *   by `wantsStream`, `openStream` and `nextPieces`, until its `mustEnd`. For each it calls `core.uploadTaken(part)` or
 *   `core.uploadLost(part, now, retryAfter)`.
 */

/** @typedef {Carrier & Attaching} DownloadCarrier */
/** @typedef {Carrier & Sending} UploadCarrier */
/** @typedef {Carrier & Pick<Attaching, 'attach'> & Pick<Sending, 'send'>} SocketCarrier */
/**
 * @typedef {{ socket?: SocketCarrier, downloads: DownloadCarrier, uploads: UploadCarrier }} Carriers of one session; the
 *   last two may be one object
 */

/** The link between a session and its carriers. */
export class CarrierContext {
  #onevent;
  /** @type {any} what failed last in a way that may pass */
  #cause;
  /** @type {Promise<Error> | undefined} */
  #refusal;

  /**
   * @param {import('../options.js').Settings} settings
   * @param {string} id of the session
   * @param {import('./core/session.js').ResumableSession} core
   * @param {(isQuiet: boolean) => void} onevent
   */
  constructor(settings, id, core, onevent) {
    this.settings = settings;
    this.id = id;
    this.core = core;
    this.#onevent = onevent;
  }

  /**
   * @param {(now: number) => unknown} [tell] tells the core of an event, and returns true if nothing but bytes has come;
   *   without it, there may be something to send
   */
  event(tell) {
    this.#onevent(tell?.(performance.now()) === true);
  }

  /** @param {unknown} cause why a request has failed in a way that may pass: an error of fetch, or a ResponseError */
  disturbed(cause) {
    this.#cause = cause;
  }

  /** @param {Promise<Error>} error what the session fails with when the core is told of the failure next */
  refused(error) {
    this.#refusal ??= error;
  }

  /**
   * @param {import('./core/session.js').Failure} failure of the core
   * @returns {Error | Promise<Error>} what the application gets
   */
  errorOf({ number, reason }) {
    const code = codeOfReset(number);
    const cause = code === 'CONNECTION_LOST' ? this.#cause : undefined;
    const why = [code, reason.replace(/\p{C}+/gu, ' '), cause?.response && cause.message].filter(Boolean).join(': ');
    const options = { number, reason, ...(cause && { cause }) };
    return this.#refusal ?? new DuplexError(code, `The duplex has failed with ${why}`, options);
  }
}
