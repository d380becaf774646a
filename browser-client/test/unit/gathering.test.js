// When what is written goes out: at once if it is the first of its task, together if it is not.
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import * as FrameType from '../../src/dialect2/core/frame-types.js';
import { frame, FrameDecoder } from '../../src/dialect2/core/frames.js';
import { connect } from '../../src/web-streams.js';
import { test } from '../support/time-limits.js';

/** A duplex of dialect 2 that has just opened, how many bytes each of its POSTs has brought, and which other frames. */
async function openedDuplex() {
  /** @type {number[]} */
  const posts = [];
  /** @type {number[]} the types */
  const others = [];
  /** @type {ReadableStreamDefaultController<Uint8Array>} */
  let server;
  /** @type {typeof globalThis.fetch} */
  const fetch = async (_url, { method, body } = {}) => {
    if (method === 'POST') {
      const frames = [...new FrameDecoder().decode(/** @type {Uint8Array} */ (body))];
      posts.push(frames.reduce((sum, { type, bytes }) => sum + (type === FrameType.DATA ? bytes.length : 0), 0));
      others.push(...frames.map(({ type }) => type).filter((type) => type !== FrameType.DATA));
      return new Response(null, { status: 204 });
    }
    const download = new ReadableStream({
      start: (controller) => {
        server = controller;
        controller.enqueue(frame(FrameType.HELLO, [0, 30_000]));
        controller.enqueue(frame(FrameType.WINDOW, [0, 65_536]));
      },
    });
    return new Response(download, { headers: { 'http2-duplex-id': 'some-id', 'http2-duplex-version': '2' } });
  };
  const duplex = await connect('http://localhost/', { fetch });
  const send = (/** @type {Uint8Array} */ bytes) => server.enqueue(bytes);
  return { posts, others, duplex, send, writer: duplex.writable.getWriter() };
}

/** Lets the tasks run that are due. */
async function tasks() {
  for (let i = 0; i < 10; i++) {
    await setImmediate();
  }
}

test('the first chunk of a task goes at once, and what it writes besides goes together', async () => {
  const { posts, duplex, writer } = await openedDuplex();
  await tasks();
  const write = (/** @type {number} */ size) => writer.write(new Uint8Array(size));
  await write(1);
  assert.deepEqual(posts, [1]);
  await tasks();
  await Promise.all([write(2), write(3), write(4)]);
  assert.deepEqual(posts, [1, 2]);
  await tasks();
  assert.deepEqual(posts, [1, 2, 7]);
  await write(5);
  assert.deepEqual(posts, [1, 2, 7, 5]);
  duplex.closed.catch(() => {});
  await writer.abort();
});

test('a duplex that writes as soon as it is open, and ends, takes one POST for that and one for the end of the server', async () => {
  const { posts, others, duplex, send, writer } = await openedDuplex();
  void writer.write(new Uint8Array(3));
  const closing = writer.close();
  await tasks();
  assert.deepEqual(posts, [3]);
  assert.deepEqual(others, [FrameType.END]);
  send(frame(FrameType.WINDOW, [4, 65_536]));
  send(frame(FrameType.END, [0]));
  await closing;
  assert.equal((await duplex.readable.getReader().read()).done, true);
  await duplex.closed;
  await tasks();
  assert.deepEqual(posts, [3, 0]);
  assert.deepEqual(others, [FrameType.END, FrameType.WINDOW]);
});

test('bytes that come take no task each, and a WINDOW that is due goes in the next', async (t) => {
  const { others, duplex, send } = await openedDuplex();
  await tasks();
  const { mock } = t.mock.method(MessagePort.prototype, 'postMessage');
  const reader = duplex.readable.getReader();
  let offset = 0;
  const receive = async (/** @type {number} */ size) => {
    send(Buffer.concat([frame(FrameType.DATA, [offset], size), Buffer.alloc(size)]));
    offset += size;
    assert.equal((await reader.read()).value?.length, size);
    await setImmediate();
  };
  for (let i = 0; i < 10; i++) {
    await receive(3_000);
  }
  assert.equal(mock.callCount(), 0);
  assert.deepEqual(others, []);
  await receive(3_000);
  await tasks();
  assert.ok(mock.callCount() > 0);
  assert.deepEqual(others, [FrameType.WINDOW]);
  duplex.closed.catch(() => {});
  await reader.cancel();
});
