import assert from 'node:assert/strict';
import { bodies } from '../../src/dialect1/bodies.js';
import { randomChunks, randomOf } from '../support/random.js';
import { test } from '../support/time-limits.js';

const bytes = (/** @type {number[]} */ ...values) => Uint8Array.from(values);

test('small chunks go out together, in order', () => {
  assert.deepEqual([...bodies([bytes(1), bytes(2, 3), bytes(4)], 10)], [bytes(1, 2, 3, 4)]);
});

test('a lone chunk is its own body, not a copy', () => {
  const chunk = bytes(1, 2, 3);
  assert.equal([...bodies([chunk], 10)][0], chunk);
});

test('a chunk over the limit is cut into views of its memory', () => {
  const chunk = bytes(1, 2, 3, 4, 5);
  const cut = [...bodies([chunk], 2)];
  assert.deepEqual(cut, [bytes(1, 2), bytes(3, 4), bytes(5)]);
  assert.ok(cut.every((body) => body.buffer === chunk.buffer));
});

test('a chunk of exactly the limit is one body and leaves no empty one', () => {
  assert.deepEqual([...bodies([bytes(1, 2), bytes(3)], 2)], [bytes(1, 2), bytes(3)]);
  assert.deepEqual([...bodies([bytes(1, 2)], 2)], [bytes(1, 2)]);
});

test('a view is sent as the view, not as the memory behind it', () => {
  const view = new Uint8Array(bytes(9, 1, 2, 9).buffer, 1, 2);
  assert.deepEqual([...bodies([view, bytes(3)], 10)], [bytes(1, 2, 3)]);
});

test('empty chunks, and no chunks, give no body', () => {
  assert.deepEqual([...bodies([], 10)], []);
  assert.deepEqual([...bodies([bytes(), bytes()], 10)], []);
  assert.deepEqual([...bodies([bytes(), bytes(1), bytes()], 10)], [bytes(1)]);
});

for (let seed = 1; seed <= 20; seed++) {
  test(`random chunks come out whole, in order, in as few bodies as the limit allows (seed ${seed})`, () => {
    const random = randomOf(seed);
    const chunks = randomChunks(random, 100_000);
    const limit = Math.ceil(random() * 20_000);
    const made = [...bodies(chunks, limit)];
    assert.deepEqual(Buffer.concat(made), Buffer.concat(chunks));
    assert.equal(made.length, Math.ceil(100_000 / limit));
    assert.ok(made.every((body) => body.byteLength > 0 && body.byteLength <= limit));
  });
}
