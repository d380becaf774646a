import assert from 'node:assert/strict';
import { after } from 'node:test';
import { setImmediate } from 'node:timers/promises';

/** @type {unknown[]} */
const unhandled = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

// Import this module, and the file's tests fail if a promise was rejected that nobody looked at.
after(async () => {
  await setImmediate();
  assert.deepEqual(unhandled, [], 'unhandled rejections');
});
