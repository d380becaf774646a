/** A longer one is not read to its end, and counts as none. */
const MAX_BYTES = 65_536;

/**
 * What a server explains (RFC 9457). Members of another type than they must have are left out.
 * @typedef {{ type: string, title: string, detail: string, number?: number, reason: string }} Problem
 */

/** @param {Response} response whose body can still be read @returns {Promise<Problem | undefined>} its problem, if any */
export async function problemOf(response) {
  if (response.headers.get('content-type')?.includes('problem+json')) {
    const reader = response.clone().body?.getReader();
    const decoder = new TextDecoder();
    let read = '';
    try {
      for (let next; !(next = await /** @type {any} */ (reader).read()).done;) {
        read += decoder.decode(next.value, { stream: true });
        if (read.length > MAX_BYTES) {
          throw read; // it counts as none
        }
      }
      const { type, title, detail, number, reason } = JSON.parse(read);
      return {
        type: text(type),
        title: text(title),
        detail: text(detail),
        number: Number.isInteger(number) && number >= 0 && number <= 0xffff ? number : undefined,
        reason: text(reason),
      };
    } catch {
      reader?.cancel().catch(() => {});
    }
  }
}

/** @param {unknown} value @returns {string} empty if it is no text */
const text = (value) => (typeof value === 'string' ? value : '');

/**
 * @param {Problem | undefined} problem
 * @returns {problem is Problem} whether the server that has the session has answered with it. Another node knows nothing of it.
 */
export function isOfServer(problem) {
  return /^urn:http2-duplex:problem:(?!other-node$)/.test(problem?.type ?? '');
}
