/** @type {(() => void)[]} */
const waiting = [];
/** @type {Pick<MessagePort, 'postMessage'> | undefined} made when it is needed */
let port;

const next = () => /** @type {() => void} */ (waiting.shift())();

/** @returns {Pick<MessagePort, 'postMessage'>} */
function newPort() {
  if (!globalThis.MessageChannel) {
    // Where pages are tested: jsdom has none.
    return { postMessage: () => setTimeout(next) };
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = next;
  // In Node an open port keeps the process alive.
  /** @type {{ unref?: () => void }} */ (port1).unref?.();
  return port2;
}

/** @param {() => void} callback called in a task of its own; unlike a timer's, it is not delayed in hidden pages */
export function inNextTask(callback) {
  waiting.push(callback);
  (port ??= newPort()).postMessage(0);
}
