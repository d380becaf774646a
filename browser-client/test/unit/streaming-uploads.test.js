// Streaming POSTs, over a fetch of the test's own.
import assert from 'node:assert/strict';
import * as FrameType from '../../src/dialect2/core/frame-types.js';
import { frame } from '../../src/dialect2/core/frames.js';
import { connect } from '../../src/web-streams.js';
import '../support/unhandled-rejections.js';
import { awaited, test } from '../support/time-limits.js';

test('a streaming POST that something else has answered, with all of its answer, ends', async (t) => {
  // What the client waits with keeps no process alive.
  const alive = setInterval(() => {}, 60_000);
  t.after(() => clearInterval(alive));
  /** @type {(body: any) => void} */
  let began = () => {};
  /** @type {Promise<ReadableStream>} */
  const first = new Promise((resolve) => (began = resolve));
  /** @type {typeof globalThis.fetch} */
  const fetch = async (_url, { method, body } = {}) => {
    if (method === 'POST') {
      began(body);
      return new Response('x', { status: 502, headers: { 'content-type': 'text/plain' } });
    }
    const download = new ReadableStream({
      start: (controller) => {
        controller.enqueue(frame(FrameType.HELLO, [0, 30_000]));
        controller.enqueue(frame(FrameType.WINDOW, [0, 65_536]));
      },
    });
    return new Response(download, { headers: { 'http2-duplex-id': 'some-id', 'http2-duplex-version': '2' } });
  };
  const duplex = await connect('https://localhost/', { fetch });
  assert.equal(duplex.uploadMode, 'streaming');
  duplex.closed.catch(() => {});
  const writer = duplex.writable.getWriter();
  writer.closed.catch(() => {});
  writer.write(Buffer.from('a')).catch(() => {});
  const reader = (await awaited(first, 'a streaming POST')).getReader();
  while (!(await awaited(reader.read(), 'its end')).done);
  await writer.abort();
});
