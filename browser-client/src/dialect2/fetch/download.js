import * as Header from '../../headers.js';
import { answers, resumingRequest, wayOf } from '../../request-init.js';
import { Exchanges } from './exchanges.js';
import { loadWays, triesFirst } from './load-ways.js';

/** The status of a resuming GET that another has overtaken, or that a proxy has sent twice. */
const STALE_ATTACH = 409;

/** @typedef {import('../carrier.js').DownloadCarrier} DownloadCarrier */
/** @typedef {import('../../browser/body-reader.js').BodyReader} BodyReader */
/** @typedef {import('../../options.js').DownloadMode} DownloadMode */
/**
 * A GET and its answer's body.
 * @typedef {{ reader: Pick<BodyReader, 'read'>, abort: AbortController, way: DownloadMode }} Opening
 */

/** The download over fetch: the body of the response to a GET. @implements {DownloadCarrier} */
export class FetchDownload extends Exchanges {
  /** @type {Opening | undefined} until its body is read */
  #opening;
  /** @type {import('./ways.js').Past} */
  #past = { lives: [] };

  /** @param {import('../carrier.js').CarrierContext} context @param {DownloadMode} way @param {Opening} [opening] */
  constructor(context, way, opening) {
    super(context);
    this.#opening = opening;
    /** @type {DownloadMode} of the current download, or if there is none, the next */
    this.downloadMode = way;
  }

  async attach() {
    const { core, id, settings } = this.context;
    const now = performance.now();
    if (!core.downloads.mustAttach(now)) {
      return;
    }
    if (this.#opening) {
      this.#read(this.#opening);
      this.#opening = undefined;
      return;
    }
    const isTrial = core.downloads.mayTry && triesFirst(settings, this.downloadMode, this.#past);
    const way = isTrial ? settings.modes[0] : this.downloadMode;
    const attempt = core.downloads.attach(now, false, isTrial);
    const abort = new AbortController();
    const answer = await this.fetch(
      attempt,
      () => resumingRequest(settings.init, way, attempt, id),
      ({ ok, body, headers }) => ok && body && headers.get(Header.ID) === id && answers(headers, attempt),
      abort,
    );
    if (!answer?.isAccepted) {
      if (!isTrial && !core.isClosed && !core.isWanted(attempt)) {
        this.#lost(0);
      }
      await this.refused(
        answer,
        (at, retryAfter) => core.downloads.attachFailed(attempt, at, retryAfter),
        STALE_ATTACH,
      );
    } else if (core.isWanted(attempt)) {
      const body = /** @type {ReadableStream<import('../../bytes.js').Bytes>} */ (answer.response.body);
      await this.#read({ reader: body.getReader(), abort, way: wayOf(answer.response) }, isTrial);
    }
  }

  /** @param {Opening} opening @param {boolean} [isTrial] of a way that has not worked */
  async #read({ reader, abort, way }, isTrial) {
    const { context } = this;
    const { core } = context;
    const begun = performance.now();
    const download = core.openDownload(begun, way === 'polling');
    if (!isTrial) {
      this.downloadMode = way;
    }
    context.event();
    const take = (/** @type {Uint8Array} */ bytes) =>
      context.event((now) => {
        const isData = core.received(download, bytes, now);
        if (isTrial && core.isWanted(download)) {
          this.downloadMode = way;
        }
        return isData;
      });
    const isWhole = await this.read(download, abort, reader, take);
    const wasWanted = core.isWanted(download);
    context.event((now) => {
      const isLost = core.downloadEnded(download, now, isWhole) || !(wasWanted || download.frames);
      if (isLost && (!isTrial || download.frames)) {
        this.#lost(download.frames && now - begun);
      }
    });
  }

  /** @param {number} life of a download, in milliseconds; 0: it has brought nothing in time */
  async #lost(life) {
    // Most losses are those of a connection, by which nothing can be loaded either.
    if (this.#past.lives.push(life) > 2 || !life) {
      const ways = await loadWays();
      this.downloadMode =
        ways?.wayAfter(this.context.settings, this.downloadMode, this.#past.lives) ?? this.downloadMode;
    }
  }
}
