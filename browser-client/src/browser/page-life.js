/**
 * @typedef {object} PageLife the events of a page that matter to a session; none come where there is no page
 * @property {() => void} onback the network, or the page, is back
 * @property {() => void} onsuspend the page goes to the back/forward cache: it must have no open requests
 * @property {() => void} onleave the page is left for good
 */

/** @param {PageLife} life @param {{ signal: AbortSignal }} until the signal ends the watch */
export function watchPage({ onback, onsuspend, onleave }, until) {
  const watch = (/** @type {string} */ event, /** @type {(event: any) => void} */ listener) =>
    globalThis.addEventListener?.(event, listener, until);
  watch('online', onback);
  watch('pageshow', onback);
  watch('pagehide', ({ persisted }) => (persisted ? onsuspend() : onleave()));
}
