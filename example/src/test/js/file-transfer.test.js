import assert from 'node:assert/strict';
import { createHash, webcrypto } from 'node:crypto';
import test from 'node:test';
import { sha256, thereAndBack } from '../../main/resources/page/file-transfer.js';

// Node 18 has it without the global name.
globalThis.crypto ??= webcrypto;

const SIZE = 20_000_000;
const content = Uint8Array.from({ length: SIZE }, (_, i) => (i * 7 + (i >> 8)) % 251);
const uncounted = { onSent: () => {}, onReceived: () => {} };

function echo() {
  const { readable, writable } = new TransformStream();
  return { readable, writable, closed: Promise.resolve() };
}

test('a file comes back as it was, and every byte of it is counted each way', async () => {
  const counts = { sent: 0, received: 0 };
  const received = await thereAndBack(new Blob([content]), echo(), {
    onSent: (bytes) => (counts.sent += bytes),
    onReceived: (bytes) => (counts.received += bytes),
  });

  assert.deepEqual(counts, { sent: SIZE, received: SIZE });
  assert.ok(Buffer.from(await received.arrayBuffer()).equals(content));
});

test('a file without a byte comes back too', async () => {
  const received = await thereAndBack(new Blob([]), echo(), uncounted);

  assert.equal(received.size, 0);
});

test('a duplex that fails is the error', async () => {
  const error = new Error('lost');
  const readable = new ReadableStream({ start: (controller) => controller.error(error) });
  const writable = new WritableStream({ start: (controller) => controller.error(error) });
  const closed = Promise.reject(error);

  await assert.rejects(thereAndBack(new Blob([content]), { readable, writable, closed }, uncounted), error);
});

test('a file that can no longer be read is the error, although the duplex that is destroyed for it fails first', async () => {
  const unreadable = new Error('the file has changed');
  const file = { stream: () => new ReadableStream({ pull: () => Promise.reject(unreadable) }) };
  let fail;
  const closed = new Promise((_resolve, reject) => (fail = reject));
  const writable = new WritableStream({
    start: ({ signal }) =>
      signal.addEventListener('abort', () =>
        fail(Object.assign(new Error('destroyed', { cause: signal.reason }), { code: 'CANCELLED' })),
      ),
  });

  await assert.rejects(thereAndBack(file, { readable: new ReadableStream(), writable, closed }, uncounted), unreadable);
});

test('the hash is SHA-256 in hexadecimal', async () => {
  assert.equal(await sha256(new Blob([content])), createHash('sha256').update(content).digest('hex'));
});
