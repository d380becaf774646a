/* The page's sockets are few: they are for its busiest duplexes. */

/** How much later a duplex must have been used than another, to get its socket. */
const IDLE_MILLISECONDS = 10_000;

/** @typedef {{ lastTurn: number, leave: () => void }} Holder */

/** @type {Set<Holder>} */
const holders = new Set();

/**
 * @param {Holder} candidate
 * @param {number} max how many the page may have
 * @returns {boolean} whether it may have a socket now; if not, another one may be on its way back to requests
 */
export function mayHold(candidate, max) {
  if (holders.size < max) {
    holders.add(candidate);
    return true;
  }
  const [idlest] = [...holders].sort((one, other) => one.lastTurn - other.lastTurn);
  if (idlest?.lastTurn < candidate.lastTurn - IDLE_MILLISECONDS) {
    idlest.leave();
  }
  return false;
}

/** @param {Holder} holder */
export function release(holder) {
  holders.delete(holder);
}
