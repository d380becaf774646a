const LONGEST_MILLISECONDS = 2 ** 31 - 1;

/** One timer, for times beyond what setTimeout takes as well. */
export class Timer {
  #run;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #id;

  /** @param {() => void} run called at the time that was set last, or early */
  constructor(run) {
    this.#run = run;
  }

  /** @param {number} at by `performance.now()`; Infinity: not at all */
  set(at) {
    clearTimeout(this.#id);
    if (at < Infinity) {
      this.#id = setTimeout(this.#run, Math.min(Math.ceil(at - performance.now()), LONGEST_MILLISECONDS));
    }
  }
}
