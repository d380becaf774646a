// Time limits: no test runs for ever, and a wait that is not met says what it was for.
import { test as testWithoutLimit } from 'node:test';
import { setImmediate } from 'node:timers/promises';

const TEST_MILLISECONDS = 60_000;
const WAIT_MILLISECONDS = 20_000;
/** Of the real clock, whatever a test puts in its place. */
const { setTimeout, clearTimeout } = globalThis;

/** @typedef {import('node:test').TestOptions} Options */
/** @typedef {(context: import('node:test').TestContext) => unknown} Body */

/** @param {string} name @param {[Body] | [Options, Body]} rest the options may set another limit */
export function test(name, ...rest) {
  const [options, body] = rest.length > 1 ? /** @type {[Options, Body]} */ (rest) : [{}, /** @type {Body} */ (rest[0])];
  return testWithoutLimit(name, { timeout: TEST_MILLISECONDS, ...options }, /** @type {any} */ (body));
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {string} what it waits for, in the words of the failure
 * @returns {Promise<T>} fails when that has not come in time
 */
export async function awaited(promise, what) {
  const where = new Error(`In ${WAIT_MILLISECONDS / 1_000} s there was not: ${what}`);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_resolve, reject) => (timer = setTimeout(() => reject(where), WAIT_MILLISECONDS).unref()));
  try {
    return await Promise.race([promise, /** @type {Promise<never>} */ (late)]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Settles when that holds, and fails when it does not in time: then nothing looks any more, which would keep the process.
 *
 * @param {() => boolean} is
 * @param {() => Promise<unknown>} [meanwhile] what happens as long as it does not hold
 */
export async function until(is, meanwhile = setImmediate) {
  let isLate = false;
  const look = async () => {
    while (!isLate && !is()) {
      await meanwhile();
    }
  };
  await awaited(look(), String(is)).finally(() => (isLate = true));
}
