import { ErrorCode } from '../../errors.js';
import * as Header from '../../headers.js';
import { resumingRequest } from '../../request-init.js';

/** The status of a resuming GET that another has overtaken, be it that a proxy has sent it twice. */
const STALE_ATTACH = 409;

/** @typedef {import('./exchanges.js').Exchanges} Exchanges */

/**
 * Attaches the session, if its core wants that now, and reads the download to its end.
 *
 * @param {Exchanges} exchanges
 */
export async function attach(exchanges) {
  const { core, id } = exchanges;
  const now = performance.now();
  if (!core.wantsDownload(now)) {
    return;
  }
  const attempt = core.attachRequest(now);
  const abort = new AbortController();
  const response = await exchanges.fetch(attempt, resumingRequest(exchanges.settings.init, id, attempt), abort);
  if (!response?.ok) {
    await exchanges.refused(response, (at, retryAfter) => core.attachFailed(attempt, at, retryAfter), STALE_ATTACH);
  } else if (!response.body || response.headers.get(Header.ID) !== id) {
    abort.abort();
    exchanges.event(() => core.fail(ErrorCode.UNKNOWN_SESSION, 'Something else answered'));
  } else if (!attempt.abandoned) {
    await readDownload(exchanges, response.body, abort);
  }
}

/**
 * @param {Exchanges} exchanges
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} body of a GET's response: the current download from now on
 * @param {AbortController} abort of the GET
 */
export async function readDownload(exchanges, body, abort) {
  const { core } = exchanges;
  const download = core.openDownload(performance.now());
  exchanges.onevent();
  await exchanges.read(download, abort, body, (bytes) => exchanges.event((now) => core.received(download, bytes, now)));
  exchanges.event((now) => core.downloadEnded(download, now));
}
