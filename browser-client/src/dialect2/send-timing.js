import { inNextTask } from '../browser/next-task.js';

/**
 * The times when a session sends: the first write of a task goes at once, and what it writes besides goes together in
 * the next task. A task that follows one with several writes sends nothing at once. Nor does the one in which a session
 * begins: what an application writes there, and its end, go in one request.
 */
export class SendTiming {
  #send;
  #isScheduled = false;
  /** How many writes there were since the last scheduled task. */
  #writes = 0;
  /** Whether there were several before it, or there was none before it. */
  #gathers = true;

  /** @param {() => void} send */
  constructor(send) {
    this.#send = send;
  }

  /**
   * @param {boolean} hasWritten whether bytes were written
   * @param {boolean} isUrgent whether there may be no next task
   */
  event(hasWritten, isUrgent) {
    const isFirst = hasWritten && !this.#writes++;
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      inNextTask(() => {
        this.#isScheduled = false;
        this.#gathers = this.#writes > 1;
        this.#writes = 0;
        this.#send();
      });
    }
    if (isUrgent || (isFirst && !this.#gathers)) {
      this.#send();
    }
  }
}
