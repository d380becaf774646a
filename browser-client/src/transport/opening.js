import { codeOfRefusedOpening, DuplexError } from '../protocol/errors.js';
import { Header } from '../protocol/headers.js';
import { downloadRequest, openingRequest, VERSION } from '../protocol/requests.js';
import { settingsOf } from './options.js';
import { abortedBy, connectionLost, responseError } from './responses.js';
import { ResumingSession } from './resuming-session.js';
import { Session } from './session.js';

/**
 * Opens a session of the newest dialect that both sides speak.
 *
 * @param {string | URL} url
 * @param {import('./options.js').SessionOptions} [options]
 * @returns {Promise<Session | ResumingSession>} rejects with one error that has a `code`
 */
export async function openSession(url, options = {}) {
  const settings = settingsOf(url, options);
  const { fetch, signal, init, initialWindow } = settings;
  const request = settings.dialect === 2 ? openingRequest(init, initialWindow) : downloadRequest(init);
  const abort = new AbortController();
  const forward = () => abort.abort(signal?.reason);
  let refusal;
  signal?.addEventListener('abort', forward);
  try {
    signal?.throwIfAborted();
    const response = await fetch(settings.url, { ...request, signal: abort.signal });
    signal?.throwIfAborted();
    if (!response.ok) {
      throw (refusal = await responseError(response, settings.ResponseError, codeOfRefusedOpening(response.status)));
    }
    return sessionOf(settings, response, abort);
  } catch (error) {
    if (signal?.aborted) {
      throw abortedBy(signal);
    }
    // What fetch itself rejects with has no code of ours.
    throw error === refusal || error instanceof DuplexError ? error : connectionLost(error);
  } finally {
    signal?.removeEventListener('abort', forward);
  }
}

/**
 * @param {import('./options.js').Settings} settings
 * @param {Response} response to the opening request
 * @param {AbortController} abort of that request
 */
function sessionOf(settings, response, abort) {
  const id = response.headers.get(Header.ID);
  if (!id || !response.body) {
    abort.abort();
    throw new DuplexError('PROTOCOL_ERROR', id ? NO_BODY : NO_ID);
  }
  const resumes = settings.dialect === 2 && response.headers.get(Header.VERSION) === VERSION;
  return new (resumes ? ResumingSession : Session)(settings, id, response.body, abort);
}

const NO_ID =
  `The response has no header ${Header.ID}: either nothing there speaks http2-duplex, or, if it is of another origin,` +
  ` the server does not list the header in Access-Control-Expose-Headers`;
const NO_BODY = 'The response has no body that could be read as a stream: this fetch does not stream responses';
