/** A timer that runs so much too late shows that the page was frozen, or the computer slept. */
export const LATE_MILLISECONDS = 2_000;
/** Longer ones run at once. */
export const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

/**
 * Gives something up when its time is over. A sleep says nothing about the other side, whose answer may be here, with its task
 * behind the timer's: after one the time begins anew, once.
 * @param {() => void} giveUp
 * @param {number} time in milliseconds
 * @returns {() => void} ends the wait
 */
export function deadline(giveUp, time) {
  const pause = Math.min(time, LONGEST_TIMER_MILLISECONDS);
  const lateFrom = performance.now() + pause + LATE_MILLISECONDS;
  let timer = setTimeout(() => {
    if (performance.now() < lateFrom) {
      giveUp();
    } else {
      timer = setTimeout(giveUp, pause);
    }
  }, pause);
  return () => clearTimeout(timer);
}
