// Ordinary POSTs, over a fetch of the test's own.
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import * as FrameType from '../../src/dialect2/core/frame-types.js';
import { frame, FrameDecoder } from '../../src/dialect2/core/frames.js';
import { connect } from '../../src/web-streams.js';
import '../support/unhandled-rejections.js';
import { test } from '../support/time-limits.js';

/** More than may carry bytes. */
const PINGS = 5;
/** How many turns of the event loop may pass until a POST follows. */
const TURNS = 100;

test('bytes do not wait for POSTs without bytes that are never answered', async () => {
  /** @type {number[][]} the types of the frames of each POST */
  const posts = [];
  /** @type {(bytes: Uint8Array) => void} */
  let receive = () => {};
  /** @type {typeof globalThis.fetch} */
  const fetch = async (_url, { method, body } = {}) => {
    if (method === 'POST') {
      const types = [...new FrameDecoder().decode(/** @type {Uint8Array} */ (body))].map(({ type }) => type);
      posts.push(types);
      return types[0] === FrameType.RESET ? new Response(null, { status: 204 }) : new Promise(() => {});
    }
    const download = new ReadableStream({
      start: (controller) => {
        receive = (bytes) => controller.enqueue(bytes);
        receive(frame(FrameType.HELLO, [0, 30_000]));
        receive(frame(FrameType.WINDOW, [0, 65_536]));
      },
    });
    return new Response(download, { headers: { 'http2-duplex-id': 'some-id', 'http2-duplex-version': '2' } });
  };
  const post = async (/** @type {number} */ count) => {
    for (let i = 0; i < TURNS && posts.length < count; i++) {
      await setImmediate();
    }
    return posts[count - 1];
  };
  const duplex = await connect('http://localhost/', { fetch });
  duplex.closed.catch(() => {});
  for (let i = 1; i <= PINGS; i++) {
    receive(frame(FrameType.PING, [i]));
    assert.deepEqual(await post(i), [FrameType.WINDOW, FrameType.PONG]);
  }
  const writer = duplex.writable.getWriter();
  await writer.write(Buffer.from('ab'));
  assert.deepEqual(await post(PINGS + 1), [FrameType.DATA]);
  await writer.abort();
});
