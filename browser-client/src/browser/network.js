/** @param {() => void} onchange called, as long as the page lives, when the network is back, or another */
export function watchNetwork(onchange) {
  const { connection } = /** @type {any} */ (globalThis.navigator ?? {});
  let type = connection?.type;
  globalThis.addEventListener?.('online', onchange);
  connection?.addEventListener?.('change', () => {
    // The event also comes when only the estimates of the speed change.
    if (type !== connection.type) {
      type = connection.type;
      onchange();
    }
  });
}
