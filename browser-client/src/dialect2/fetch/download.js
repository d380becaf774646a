import { ErrorCode } from '../../errors.js';
import * as Header from '../../headers.js';
import { resumingRequest } from '../../request-init.js';
import { Exchanges } from './exchanges.js';

/** The status of a resuming GET that another has overtaken, or that a proxy has sent twice. */
const STALE_ATTACH = 409;

/** @typedef {import('../carrier.js').DownloadCarrier} DownloadCarrier */
/** @typedef {{ body: ReadableStream<Uint8Array<ArrayBuffer>>, abort: AbortController }} Opening a GET and its answer */

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
    const response = await this.fetch(attempt, resumingRequest(settings.init, id, attempt), abort);
    if (!response?.ok) {
      await this.refused(
        response,
        (at, retryAfter) => core.downloads.attachFailed(attempt, at, retryAfter),
        STALE_ATTACH,
      );
    } else if (!response.body || response.headers.get(Header.ID) !== id) {
      abort.abort();
      this.context.event(() =>
        core.fail(ErrorCode.UNKNOWN_SESSION, "Something other than this session's server answered"),
      );
    } else if (core.isWanted(attempt)) {
      await this.#read({ body: response.body, abort });
    }
  }

  /** @param {Opening} opening */
  async #read({ body, abort }) {
    const { context } = this;
    const { core } = context;
    const download = core.openDownload(performance.now());
    context.event();
    await this.read(download, abort, body, (bytes) => context.event((now) => core.received(download, bytes, now)));
    context.event((now) => core.downloadEnded(download, now));
  }
}
