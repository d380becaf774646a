import * as Header from '../../headers.js';
import { resumingRequest } from '../../request-init.js';
import { Exchanges } from './exchanges.js';

/** The status of a resuming GET that another has overtaken, or that a proxy has sent twice. */
const STALE_ATTACH = 409;

/** @typedef {import('../carrier.js').DownloadCarrier} DownloadCarrier */
/** @typedef {import('../../browser/body-reader.js').BodyReader} BodyReader */
/** @typedef {{ reader: Pick<BodyReader, 'read'>, abort: AbortController }} Opening a GET and its answer's body */

/** The download over fetch: the body of the response to a GET. @implements {DownloadCarrier} */
export class FetchDownload extends Exchanges {
  /** @type {Opening | undefined} until its body is read */
  #opening;

  /** @param {import('../carrier.js').CarrierContext} context @param {Opening} opening */
  constructor(context, opening) {
    super(context);
    this.#opening = opening;
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
    const attempt = core.downloads.attach(now);
    const abort = new AbortController();
    const answer = await this.fetch(
      attempt,
      resumingRequest(settings.init, id, attempt),
      ({ ok, body, headers }) => ok && body && headers.get(Header.ID) === id,
      abort,
    );
    if (!answer?.isAccepted) {
      await this.refused(
        answer,
        (at, retryAfter) => core.downloads.attachFailed(attempt, at, retryAfter),
        STALE_ATTACH,
      );
    } else if (core.isWanted(attempt)) {
      const body = /** @type {ReadableStream<import('../../bytes.js').Bytes>} */ (answer.response.body);
      await this.#read({ reader: body.getReader(), abort });
    }
  }

  /** @param {Opening} opening */
  async #read({ reader, abort }) {
    const { context } = this;
    const { core } = context;
    const download = core.openDownload(performance.now());
    context.event();
    await this.read(download, abort, reader, (bytes) => context.event((now) => core.received(download, bytes, now)));
    context.event((now) => core.downloadEnded(download, now));
  }
}
