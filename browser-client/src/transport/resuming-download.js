import { ErrorCode } from '../protocol/errors.js';
import { Header } from '../protocol/headers.js';
import { resumingRequest, VERSION } from '../protocol/requests.js';

/** The status of a resuming GET that another has overtaken, be it that a proxy has sent it twice. */
const STALE_ATTACH = 409;

/** Opens the downloads of a session, and reads each to its end. */
export class ResumingDownload {
  #exchanges;

  /** @param {import('./exchanges.js').Exchanges} exchanges */
  constructor(exchanges) {
    this.#exchanges = exchanges;
  }

  /** Attaches the session, if the core wants that now. */
  attach() {
    const exchanges = this.#exchanges;
    const { core, init, id } = exchanges;
    const now = performance.now();
    if (!core.wantsDownload(now)) {
      return;
    }
    const attempt = core.attachRequest(now);
    const failed = (/** @type {number} */ at, /** @type {number | undefined} */ retryAfter = undefined) =>
      core.attachFailed(attempt, at, retryAfter);
    exchanges.run(attempt, resumingRequest(init, id, attempt), failed, async (response, abort) => {
      if (!response.ok) {
        await exchanges.refused(response, failed, STALE_ATTACH);
      } else if (!response.body || !isOf(response, id)) {
        abort.abort();
        exchanges.event(() => core.fail(ErrorCode.UNKNOWN_SESSION, 'Something else answered'));
      } else if (!attempt.abandoned) {
        await this.read(response.body, abort);
      }
    });
  }

  /**
   * @param {ReadableStream<Uint8Array<ArrayBuffer>>} body of a GET's response: the current download from now on
   * @param {AbortController} abort of the GET
   */
  async read(body, abort) {
    const exchanges = this.#exchanges;
    const { core } = exchanges;
    const download = core.openDownload(performance.now());
    exchanges.onevent();
    await exchanges.read(download, abort, body, (bytes) =>
      exchanges.event((now) => core.received(download, bytes, now)),
    );
    exchanges.event((now) => core.downloadEnded(download, now));
  }
}

/** @param {Response} response @param {string} id */
function isOf({ headers }, id) {
  return headers.get(Header.ID) === id && headers.get(Header.VERSION) === VERSION;
}
