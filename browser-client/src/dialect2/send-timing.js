import { inNextTask } from '../browser/next-task.js';

/** How long the session may take until it looks again after events that it must send nothing for. */
const QUIET_MILLISECONDS = 10;

/**
 * The times when a session sends: the first write of a task goes at once, and what it writes besides goes together in
 * the next task. A task that follows one with several writes sends nothing at once. Nor does the one in which a session
 * begins: what an application writes there, and its end, go in one request. Bytes that come have no task each, which
 * would cost as much as taking them does.
 */
export class SendTiming {
  #send;
  #isScheduled = false;
  /** How many writes there were since the last scheduled task. */
  #writes = 0;
  /** Whether there were several before it, or there was none before it. */
  #gathers = true;
  /** The session looks again soon. */
  #isQuiet = false;

  /** @param {() => void} send */
  constructor(send) {
    this.#send = send;
  }

  /** Something has happened that nothing must be sent for. */
  quietEvent() {
    if (!this.#isQuiet) {
      this.#isQuiet = true;
      setTimeout(() => {
        this.#isQuiet = false;
        this.#send();
      }, QUIET_MILLISECONDS);
    }
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
