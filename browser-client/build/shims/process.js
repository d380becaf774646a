// What readable-stream wants of Node's `process`. The package of that name runs nextTick from a timer, which browsers
// hold back to 4 ms once timers nest: a microtask comes when Node's own nextTick would.
const process = {
  env: {},
  /**
   * @param {(...args: any[]) => void} callback
   * @param {...any} args
   */
  nextTick(callback, ...args) {
    queueMicrotask(() => callback(...args));
  },
};

export default process;
export const { env, nextTick } = process;
