import assert from 'node:assert/strict';
import { after } from 'node:test';
import { setImmediate } from 'node:timers/promises';

/** @type {unknown[]} */
const unhandled = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

// A file that imports this module fails if a rejected promise was not handled.
after(async () => {
  await setImmediate();
  assert.deepEqual(unhandled, [], 'unhandled rejections');
});
