/** @type {(() => void)[]} */
const waiting = [];
const { port1, port2 } = new MessageChannel();
port1.onmessage = () => /** @type {() => void} */ (waiting.shift())();
// Node's would keep the process alive.
/** @type {{ unref?: () => void }} */ (port1).unref?.();

/**
 * Calls back when the running task, and the promises that it settles, are done. Unlike a timer, this is not held back
 * in hidden pages.
 *
 * @param {() => void} callback
 */
export function inNextTask(callback) {
  waiting.push(callback);
  port2.postMessage(0);
}
