import { codeOfRefusedOpening } from './codes.js';
import { DuplexError } from './errors.js';
import * as Header from './headers.js';
import { downloadRequest, openingRequest, VERSION } from './request-init.js';
import { settingsOf } from './options.js';
import { abortedBy, responseError } from './browser/responses.js';
import { ResumingSession } from './dialect2/session.js';

/**
 * Opens a session of the newest dialect that both sides speak.
 *
 * @param {string | URL} url
 * @param {import('./options.js').SessionOptions} [options]
 * @param {number} [highWaterMark] dialect 1: how many written bytes may wait besides those under way
 * @returns {Promise<import('./dialect1/session.js').Session | ResumingSession>} rejects with one error that has a `code`
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
    const resumes = settings.dialect === 2 && response.headers.get(Header.VERSION) === VERSION;
    // Servers of this project speak dialect 2: most pages never need the code of dialect 1. Its download waits for it.
    const Session = resumes ? ResumingSession : (await import('./dialect1/session.js')).Session;
    signal?.throwIfAborted();
    return new Session(settings, id, response.body, abort);
  } catch (error) {
    if (signal?.aborted) {
      throw abortedBy(signal);
    }
    if (error === refusal) {
      throw error;
    }
    abort.abort();
    // What fetch and import() themselves reject with has no code of ours.
    throw error instanceof DuplexError ? error : new DuplexError('CONNECTION_LOST', NO_ANSWER, { cause: error });
  } finally {
    signal?.removeEventListener('abort', forward);
  }
}

const NO_ANSWER = 'The server could not be reached, or does not allow pages of this origin';
const NO_ID = `No header ${Header.ID}: no http2-duplex server, or not in its Access-Control-Expose-Headers`;
const NO_BODY = 'No response.body: this fetch does not stream';
