// Memory that is used again, since new memory costs more than a copy, and its release.
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import * as FrameType from '../../src/dialect2/core/frame-types.js';
import { frame } from '../../src/dialect2/core/frames.js';
import { SendingDirection } from '../../src/dialect2/core/sending.js';
import { connect } from '../../src/web-streams.js';
import { test, until } from '../support/time-limits.js';

const LARGE = 100_000;
/** How many full POSTs are under way at most. */
const MAX_FULL_POSTS = 12;

/**
 * @param {SendingDirection} sending
 * @returns {Uint8Array} where the bytes lie that were written and not sent
 */
function placeOf(sending) {
  const [, place] = sending.frames(LARGE, []);
  return place;
}

test('what is written goes to the same memory again when everything was confirmed', () => {
  const sending = new SendingDirection(2 * LARGE, 2 * LARGE);
  sending.window(0, 3 * LARGE, 0);
  sending.write(new Uint8Array(LARGE));
  const first = placeOf(sending);
  sending.window(LARGE, 3 * LARGE, 0);
  sending.write(new Uint8Array(LARGE));
  const second = placeOf(sending);
  assert.equal(second.buffer, first.buffer);
  assert.equal(second.byteOffset, first.byteOffset);
});

test('empty memory is released a second after a confirmation', () => {
  const sending = new SendingDirection(2 * LARGE, 2 * LARGE);
  sending.window(0, 3 * LARGE, 0);
  sending.write(new Uint8Array(LARGE));
  const first = placeOf(sending);
  sending.releaseMemory();
  sending.window(LARGE - 1, 3 * LARGE, 5000);
  assert.equal(sending.releaseAt, 6000);
  sending.releaseMemory();
  assert.equal(sending.releaseAt, Infinity);
  sending.write(new Uint8Array(20_000));
  assert.equal(placeOf(sending).buffer, first.buffer, 'a byte is not confirmed');
  sending.window(LARGE + 20_000, 3 * LARGE, 6000);
  sending.releaseMemory();
  sending.write(new Uint8Array(20_000));
  assert.notEqual(placeOf(sending).buffer, first.buffer);
});

/** Fills all POSTs that may be under way; the requests are answered by the test. */
async function busyDuplex() {
  /** @type {{ body: Uint8Array, answer: (response: Response) => void, fail: (error: Error) => void }[]} */
  const posts = [];
  /** @type {typeof globalThis.fetch} */
  const fetch = async (_url, { method, body } = {}) => {
    if (method === 'POST') {
      return new Promise((answer, fail) => posts.push({ body: /** @type {Uint8Array} */ (body), answer, fail }));
    }
    const download = new ReadableStream({
      start: (controller) => {
        controller.enqueue(frame(FrameType.HELLO, [0, 30_000]));
        controller.enqueue(frame(FrameType.WINDOW, [0, 65_536]));
      },
    });
    return new Response(download, { headers: { 'http2-duplex-id': 'some-id', 'http2-duplex-version': '2' } });
  };
  const duplex = await connect('http://localhost/', { fetch, max_post_bytes: 4000 });
  duplex.closed.catch(() => {});
  await setImmediate();
  const writer = duplex.writable.getWriter();
  await writer.write(new Uint8Array(65_536));
  await until(() => posts.length === MAX_FULL_POSTS);
  return { posts, writer };
}

test('a POST uses the memory of one that was answered, and never of one that is under way', async () => {
  const { posts, writer } = await busyDuplex();
  assert.equal(new Set(posts.map(({ body }) => body.buffer)).size, MAX_FULL_POSTS);
  posts[3].answer(new Response(null, { status: 204 }));
  await until(() => posts.length > MAX_FULL_POSTS);
  assert.equal(posts[MAX_FULL_POSTS].body.buffer, posts[3].body.buffer);
  await writer.abort();
});

test('the memory of a POST that has failed may still be read, and is not used again', async () => {
  const { posts, writer } = await busyDuplex();
  posts[3].fail(new TypeError('the connection was lost'));
  await until(() => posts.length > MAX_FULL_POSTS);
  assert.notEqual(posts[MAX_FULL_POSTS].body.buffer, posts[3].body.buffer);
  await writer.abort();
});
