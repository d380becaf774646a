// Pauses between tries, and what counts for them.
import assert from 'node:assert/strict';
import { BackOff } from '../../src/dialect2/core/back-off.js';
import { test } from '../support/time-limits.js';

test('failures are counted from the first one since the last success', () => {
  const backOff = new BackOff(() => 0.5);
  backOff.failed(10);
  backOff.failed(20);
  assert.equal(backOff.failingSince, 10);
  backOff.progressed();
  assert.equal(backOff.failingSince, Infinity);
  backOff.failed(30);
  assert.equal(backOff.failingSince, 30);
});

test('pauses become longer up to a bound, and a failure during one does not count', () => {
  const backOff = new BackOff(() => 0.5);
  const pauses = [];
  let now = 0;
  for (let i = 0; i < 8; i++) {
    backOff.failed(now);
    const until = backOff.alarm[0];
    const pause = until === Infinity ? 0 : until - now;
    if (pause > 0) {
      backOff.failed(now + pause / 2);
      assert.equal(backOff.alarm[0], until);
    }
    pauses.push(pause);
    now += pause;
  }
  assert.deepEqual(pauses, [0, 125, 375, 875, 1_875, 2_500, 2_500, 2_500]);
});
