// What a stream does with its connection while nothing happens, and what becomes of it when that is cut.

/** The length of a numbered message; it begins with its number. */
const MESSAGE = 32;

/** How many requests a page makes for a stream that is open and does nothing: from when it is open, so many milliseconds. */
export async function requests({ millis }, open, fail) {
  const stream = await open('/echo', () => {}, fail);
  const count = countRequests();
  await new Promise((resolve) => setTimeout(resolve, millis));
  const figures = { 'requests.perMinute': (count() * 60_000) / millis };
  stream.close();
  return figures;
}

/** @returns a function that tells how many requests were begun since */
function countRequests() {
  let count = 0;
  const { fetch } = globalThis;
  globalThis.fetch = (...args) => {
    count++;
    return fetch(...args);
  };
  const { send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.send = function (...args) {
    count++;
    return send.apply(this, args);
  };
  return () => count;
}

/**
 * Has the connection cut so many times while so many numbered messages come, and counts those that never come, and those
 * that come once more: when none has come for so many milliseconds, none will.
 */
export async function cut({ count, times: cuts, millis }, open, driver) {
  const arrivals = new Uint32Array(count);
  let distinct = 0;
  let last = performance.now();
  let rest = new Uint8Array(0);
  let change = () => {};

  // Not every system goes on after a cut: then what is missing is lost.
  const stream = await open('/numbered', receive, () => {});
  await stream.write(new TextEncoder().encode(`${count}\n`));
  for (let i = 1; i <= cuts; i++) {
    await until(() => distinct >= (i * count) / (cuts + 1));
    await fetch(`${driver}/cut`);
  }
  await until(() => distinct === count);
  stream.close();
  const twice = arrivals.reduce((sum, number) => sum + Math.max(0, number - 1), 0);
  return { 'cut.lost': count - distinct, 'cut.twice': twice };

  function receive(bytes) {
    last = performance.now();
    const all = new Uint8Array(rest.length + bytes.length);
    all.set(rest);
    all.set(bytes, rest.length);
    const view = new DataView(all.buffer);
    let at = 0;
    for (; at + MESSAGE <= all.length; at += MESSAGE) {
      distinct += arrivals[view.getUint32(at)]++ === 0 ? 1 : 0;
    }
    rest = all.subarray(at);
    change();
  }

  /** Waits until that is so, or until nothing has come for long. */
  async function until(isSo) {
    while (!isSo() && performance.now() - last < millis) {
      await Promise.race([
        new Promise((resolve) => (change = resolve)),
        new Promise((resolve) => setTimeout(resolve, millis / 10)),
      ]);
    }
  }
}
