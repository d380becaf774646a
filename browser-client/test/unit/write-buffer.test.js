import assert from 'node:assert/strict';
import { WriteBuffer } from '../../src/dialect1/write-buffer.js';
import { test } from '../support/time-limits.js';

function bufferOf(/** @type {number} */ highWaterMark) {
  /** @type {number[][]} */
  const sent = [];
  /** @type {{ resolve: () => void, reject: (error: Error) => void }[]} */
  const under = [];
  const buffer = new WriteBuffer((chunks) => {
    sent.push(chunks.flatMap((chunk) => [...chunk]));
    return new Promise((resolve, reject) => under.push({ resolve, reject }));
  }, highWaterMark);
  return { buffer, sent, under };
}

test('writes that come while one is under way go out together', async () => {
  const { buffer, sent, under } = bufferOf(10);
  await buffer.write([Uint8Array.of(1)]);
  await buffer.write([Uint8Array.of(2)]);
  await buffer.write([Uint8Array.of(3)]);
  const flushed = buffer.flush();
  under[0].resolve();
  await Promise.resolve();
  under[1].resolve();
  await flushed;
  assert.deepEqual(sent, [[1], [2, 3]]);
});

test('a write that may wait has been copied: its memory may be used again', async () => {
  const { buffer, sent, under } = bufferOf(10);
  const bytes = Uint8Array.of(1);
  await buffer.write([bytes]);
  bytes[0] = 2;
  await buffer.write([bytes]);
  bytes[0] = 3;
  under[0].resolve();
  await Promise.resolve();
  assert.deepEqual(sent, [[1], [2]]);
});

test('a write beyond the limit settles when it was sent, and not before', async () => {
  const { buffer, sent, under } = bufferOf(2);
  await buffer.write([Uint8Array.of(1, 2)]);
  await buffer.write([Uint8Array.of(3, 4)]);
  let settled = false;
  const over = Promise.resolve(buffer.write([Uint8Array.of(5)])).then(() => (settled = true));
  under[0].resolve();
  await Promise.resolve();
  assert.deepEqual(sent, [
    [1, 2],
    [3, 4, 5],
  ]);
  assert.equal(settled, false);
  under[1].resolve();
  await over;
});

test('a failure reaches the writes that wait, and the flush', async () => {
  const { buffer, under } = bufferOf(0);
  const error = new Error('lost');
  const waiting = buffer.write([Uint8Array.of(1)]);
  const flushed = buffer.flush();
  under[0].reject(error);
  await assert.rejects(async () => waiting, error);
  await assert.rejects(flushed, error);
});

test('a flush with nothing to send settles, and later writes still go out', async () => {
  const { buffer, sent } = bufferOf(10);
  await buffer.flush();
  await buffer.write([Uint8Array.of(1)]);
  assert.deepEqual(sent, [[1]]);
});
