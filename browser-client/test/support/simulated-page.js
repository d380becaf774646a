import { setImmediate } from 'node:timers/promises';
import { DuplexError } from '../../src/errors.js';

/** The time, chance and the browser, as a test has them. */
export class SimulatedEnvironment {
  #now = 1_000_000;
  /** @type {Set<{ at: number, run: () => void }>} */
  #timers = new Set();
  chance = 1;
  offline = false;

  now = () => this.#now;
  random = () => this.chance;
  isOffline = () => this.offline;

  /** As everywhere, a pause that 31 bits can't hold is none. @param {() => void} run @param {number} pause @returns {any} */
  setTimeout = (run, pause) => {
    const timer = { at: this.#now + (pause < 2 ** 31 ? pause : 1), run };
    this.#timers.add(timer);
    return timer;
  };

  /** @param {any} timer */
  clearTimeout = (timer) => void this.#timers.delete(timer);

  get timers() {
    return this.#timers.size;
  }

  /** Lets time pass, and everything happen that follows. @param {number} [time] */
  async pass(time = 0) {
    await setImmediate();
    this.#now += time;
    for (const timer of [...this.#timers].filter(({ at }) => at <= this.#now)) {
      this.#timers.delete(timer);
      timer.run();
    }
    await setImmediate();
  }
}

/** A duplex of the Web Streams face that does what a test says. */
export class SimulatedDuplex extends EventTarget {
  readable = {};
  /** @type {() => void} */
  end = () => {};
  /** @type {(error: Error) => void} */
  fail = () => {};
  isDestroyed = false;

  /** @param {AbortSignal} signal */
  constructor(signal) {
    super();
    /** @type {Promise<void>} */
    this.closed = new Promise((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
    this.closed.catch(() => {});
    const destroy = () => {
      this.isDestroyed = true;
      this.fail(new DuplexError('ABORTED', 'The AbortSignal was triggered'));
    };
    signal.addEventListener('abort', destroy);
    this.closed.then(
      () => signal.removeEventListener('abort', destroy),
      () => signal.removeEventListener('abort', destroy),
    );
  }

  /** @param {'detached' | 'attached' | 'draining'} event */
  happens(event) {
    this.dispatchEvent(new Event(event));
  }
}
