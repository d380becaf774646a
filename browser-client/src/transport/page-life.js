/**
 * @typedef {object} PageLife what happens to the page, as far as a session cares
 * @property {() => void} onwake the network, or the page, is back
 * @property {() => void} onsleep the page goes to the back/forward cache, which it can't with requests open
 * @property {() => void} onleave the page is left for good
 */

/**
 * @param {PageLife} life told of until the returned function is called; of nothing where there is no page
 * @returns {() => void}
 */
export function watchPage({ onwake, onsleep, onleave }) {
  const onpagehide = (/** @type {PageTransitionEvent} */ { persisted }) => (persisted ? onsleep() : onleave());
  const listeners = /** @type {[string, any][]} */ ([
    ['online', onwake],
    ['pageshow', onwake],
    ['pagehide', onpagehide],
  ]);
  listeners.forEach((listener) => globalThis.addEventListener?.(...listener));
  return () => listeners.forEach((listener) => globalThis.removeEventListener?.(...listener));
}
