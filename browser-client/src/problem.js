/** A longer one is not read to its end, and counts as none. */
const MAX_BYTES = 65_536;

/** @param {Response} response whose body can still be read @returns {Promise<any>} its problem (RFC 9457), if any */
export async function problemOf(response) {
  if (response.headers.get('content-type')?.includes('problem+json')) {
    const reader = response.clone().body?.getReader();
    const decoder = new TextDecoder();
    let text = '';
    try {
      for (let next; text.length < MAX_BYTES && !(next = await /** @type {any} */ (reader).read()).done;) {
        text += decoder.decode(next.value, { stream: true });
      }
      return JSON.parse(text);
    } catch {
      reader?.cancel().catch(() => {});
    }
  }
}

/**
 * @param {any} problem
 * @returns {boolean} whether the server that has the session has answered with it. Another node knows nothing of it.
 */
export function isOfServer(problem) {
  return /^urn:http2-duplex:problem:(?!other-node$)/.test(problem?.type);
}
