/** @type {(() => void)[]} */
const waiting = [];
/** @type {MessagePort | undefined} made when it is needed: where pages are tested there may be none */
let port;

function newPort() {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => /** @type {() => void} */ (waiting.shift())();
  // In Node an open port keeps the process alive.
  /** @type {{ unref?: () => void }} */ (port1).unref?.();
  return port2;
}

/** @param {() => void} callback called in a task of its own; unlike a timer's, it is not delayed in hidden pages */
export function inNextTask(callback) {
  waiting.push(callback);
  (port ??= newPort()).postMessage(0);
}
