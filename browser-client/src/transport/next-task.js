/**
 * Calls back when the running task, and the promises that it settles, are done. Unlike a timer, this is not held back
 * in hidden pages.
 *
 * @param {() => void} callback
 */
export function inNextTask(callback) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    callback();
  };
  port2.postMessage(0);
}
