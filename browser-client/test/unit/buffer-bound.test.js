// How many bytes may wait in the browser until a socket takes them.
import assert from 'node:assert/strict';
import { BufferBound } from '../../src/dialect2/websocket/buffer-bound.js';
import { test } from '../support/time-limits.js';

const MIB = 1 << 20;

/**
 * Fills what may wait, again and again.
 * @param {number} times
 * @param {number} pause after which all but `left` of it has gone, in milliseconds
 * @param {number} left
 * @param {BufferBound} [bound]
 */
function filled(times, pause, left, bound = new BufferBound(0)) {
  const bounds = [];
  for (let i = 0, waiting = 0; i < times; i++) {
    const most = bound.at(waiting, i * pause);
    bounds.push(most / MIB);
    bound.gave(most - waiting);
    waiting = left;
  }
  return bounds;
}

test('more and more bytes may wait, up to a bound, where they have gone before the next event', () => {
  assert.deepEqual(filled(6, 500, 0), [1, 2, 4, 8, 8, 8]);
});

test('no more may wait where they need longer', () => {
  assert.deepEqual(filled(4, 501, 0), [1, 1, 1, 1]);
});

test('no more may wait where some still do', () => {
  assert.deepEqual(filled(4, 10, 1), [1, 1, 1, 1]);
});

test('as few as at first may wait when the line has become slow', () => {
  const bound = new BufferBound(0);
  filled(3, 500, 0, bound);
  bound.gave(4 * MIB);
  assert.equal(bound.at(MIB, 60_000), MIB);
});

test('a line shows how fast it is by as many bytes as may wait', () => {
  const bound = new BufferBound(0);
  for (let i = 0; i < 16; i++) {
    assert.equal(bound.at(0, 31 * i), MIB);
    bound.gave(MIB / 16);
  }
  assert.equal(bound.at(0, 496), 2 * MIB);
});
