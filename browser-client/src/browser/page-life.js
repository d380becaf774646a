/**
 * @typedef {object} PageLife what happens to the page, as far as a session cares
 * @property {() => void} onwake the network, or the page, is back
 * @property {() => void} onsleep the page goes to the back/forward cache, which it can't with requests open
 * @property {() => void} onleave the page is left for good
 */

/**
 * @param {PageLife} life told of, but of nothing where there is no page
 * @param {{ signal: AbortSignal }} until when
 */
export function watchPage({ onwake, onsleep, onleave }, until) {
  const watch = (/** @type {string} */ event, /** @type {(event: any) => void} */ listener) =>
    globalThis.addEventListener?.(event, listener, until);
  watch('online', onwake);
  watch('pageshow', onwake);
  watch('pagehide', ({ persisted }) => (persisted ? onsleep() : onleave()));
}
