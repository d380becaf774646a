import { DuplexError } from '../errors.js';

/** @typedef {import('../errors.js').ErrorCodeName} ErrorCodeName */

/**
 * The application's error for an answer whose status is no success. Never rejects.
 * @param {Response} response
 * @param {import('../options.js').ResponseErrorConstructor} ResponseError
 * @param {ErrorCodeName} code
 * @returns {Promise<Error>}
 */
export async function responseError(response, ResponseError, code) {
  try {
    const error = new ResponseError(response);
    await error.init?.();
    error.code ??= code;
    return error;
  } catch (cause) {
    return new DuplexError(code, `The server answered with status ${response.status}`, { cause });
  }
}

/** @param {Response} response whose body is of no use: it is read so that the connection becomes free, and may fail */
export function drain(response) {
  response.arrayBuffer().catch(() => {});
}

/** @param {AbortSignal} signal that is triggered */
export function abortedBy(signal) {
  return new DuplexError('ABORTED', 'The AbortSignal was triggered', { cause: signal.reason });
}

/** @param {unknown} cause what fetch, or reading a body, failed with */
export function connectionLost(cause) {
  return new DuplexError('CONNECTION_LOST', 'The connection to the server was lost', { cause });
}
