/* When a page may try another socket to an origin, after some that were of no use. */

import { watchNetwork } from '../../browser/network.js';

const MINUTE_MILLISECONDS = 60_000;
/** The pauses after failures in a row, in minutes; the last one is that of all that follow. */
const PAUSES_MINUTES = [1, 5, 25];

/** @type {Map<string, { failures: number, until: number }>} by origin */
const failed = new Map();

watchNetwork(() => failed.clear());

/** @param {URL} url @param {number} now */
export function mayTry({ origin }, now) {
  return now >= (failed.get(origin)?.until ?? 0);
}

/** @param {URL} url to which a socket was of no use @param {number} now */
export function hasFailed({ origin }, now) {
  const failures = failed.get(origin)?.failures ?? 0;
  const pause = PAUSES_MINUTES[Math.min(failures, PAUSES_MINUTES.length - 1)];
  failed.set(origin, { failures: failures + 1, until: now + pause * MINUTE_MILLISECONDS });
}

/** @param {URL} url to which a socket was of use */
export function hasWorked({ origin }) {
  failed.delete(origin);
}
