/** @param {Response} response whose body can still be read @returns {Promise<any>} its problem (RFC 9457), if any */
export async function problemOf(response) {
  if (response.headers.get('content-type')?.includes('problem+json')) {
    return response
      .clone()
      .json()
      .catch(() => {});
  }
}

/**
 * @param {any} problem
 * @returns {boolean} whether the server that has the session has answered with it. Another node knows nothing of it.
 */
export function isOfServer(problem) {
  return /^urn:http2-duplex:problem:(?!other-node$)/.test(problem?.type);
}
