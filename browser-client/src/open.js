import { codeOfRefusedOpening } from './codes.js';
import { DuplexError } from './errors.js';
import * as Header from './headers.js';
import { downloadRequest, openingRequest, VERSION } from './request-init.js';
import { settingsOf } from './options.js';
import { abortedBy, responseError } from './browser/responses.js';
import { FetchDownload } from './dialect2/fetch/download.js';
import { FetchUpload } from './dialect2/fetch/upload.js';
import { Dialect2Session } from './dialect2/session.js';

/**
 * Opens a session of the newest dialect that both sides speak.
 * @param {string | URL} url
 * @param {import('./options.js').SessionOptions} [options]
 * @param {number} [highWaterMark] dialect 1: how many written bytes may wait besides those under way
 * @returns {Promise<import('./session.js').Session>} rejects with an error that has a `code`
 */
export async function openSession(url, options = {}, highWaterMark = 0) {
  const settings = settingsOf(url, options, highWaterMark);
  const { fetch, signal, init, initialWindow } = settings;
  const request = settings.dialect === 2 ? openingRequest(init, initialWindow) : downloadRequest(init);
  const abort = new AbortController();
  const forward = () => abort.abort(signal?.reason);
  let refusal;
  signal?.addEventListener('abort', forward);
  try {
    signal?.throwIfAborted();
    const response = await fetch(settings.url, { ...request, signal: abort.signal });
    if (!response.ok) {
      throw (refusal = await responseError(response, settings.ResponseError, codeOfRefusedOpening(response.status)));
    }
    const id = response.headers.get(Header.ID);
    if (!id || !response.body) {
      throw new DuplexError('PROTOCOL_ERROR', id ? NO_BODY : NO_ID);
    }
    const { body } = response;
    if (settings.dialect === 2 && response.headers.get(Header.VERSION) === VERSION) {
      signal?.throwIfAborted();
      return new Dialect2Session(settings, id, (context) => ({
        downloads: new FetchDownload(context, { body, abort }),
        uploads: new FetchUpload(context),
      }));
    }
    // Most pages never need the code of dialect 1, since this project's servers speak dialect 2.
    const { Dialect1Session } = await import('./dialect1/session.js');
    signal?.throwIfAborted();
    return new Dialect1Session(settings, id, body, abort);
  } catch (error) {
    if (signal?.aborted) {
      throw abortedBy(signal);
    }
    if (error === refusal) {
      throw error;
    }
    abort.abort();
    // The errors of fetch and import() have no `code`.
    throw error instanceof DuplexError ? error : new DuplexError('CONNECTION_LOST', NO_ANSWER, { cause: error });
  } finally {
    signal?.removeEventListener('abort', forward);
  }
}

const NO_ANSWER = 'The server could not be reached, or does not allow pages of this origin';
const NO_ID =
  `The answer has no header ${Header.ID}: this is no http2-duplex server, ` +
  'or it does not name the header in Access-Control-Expose-Headers';
const NO_BODY = 'The answer has no response.body: this fetch does not stream, so another is needed (option `fetch`)';
