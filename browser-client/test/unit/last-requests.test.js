// The last requests of a session: how long they may take before they are aborted.
import assert from 'node:assert/strict';
import { beforeEach, describe } from 'node:test';
import * as FrameType from '../../src/dialect2/core/frame-types.js';
import { frame } from '../../src/dialect2/core/frames.js';
import { connect } from '../../src/web-streams.js';
import { SimulatedEnvironment } from '../support/simulated-page.js';
import { test } from '../support/time-limits.js';

describe('on a network that holds requests', () => {
  /** @type {SimulatedEnvironment} */
  let environment;
  /** @type {{ method: string, isAborted: () => boolean }[]} that were not answered, or whose answer has not ended */
  let held;
  /** @type {ReadableStreamDefaultController<Uint8Array>} */
  let server;
  /** @type {Response | undefined} to every POST, which is held otherwise */
  let answer;

  beforeEach((context) => {
    const { mock } = /** @type {import('node:test').TestContext} */ (context);
    environment = new SimulatedEnvironment();
    held = [];
    answer = undefined;
    mock.method(performance, 'now', environment.now);
    mock.method(globalThis, 'setTimeout', environment.setTimeout);
    mock.method(globalThis, 'clearTimeout', environment.clearTimeout);
  });

  /** @type {typeof globalThis.fetch} */
  const fetch = async (_url, { method = 'GET', signal } = {}) => {
    held.push({ method, isAborted: () => Boolean(signal?.aborted) });
    const aborted = new Promise((_resolve, reject) =>
      signal?.addEventListener('abort', () => reject(new TypeError('aborted'))),
    );
    if (method === 'POST') {
      return answer ?? /** @type {Promise<Response>} */ (aborted);
    }
    const download = new ReadableStream({
      start: (controller) => {
        server = controller;
        controller.enqueue(frame(FrameType.HELLO, [0, 30_000]));
        controller.enqueue(frame(FrameType.WINDOW, [0, 65_536]));
        aborted.catch((error) => controller.error(error));
      },
    });
    return new Response(download, { headers: { 'http2-duplex-id': 'some-id', 'http2-duplex-version': '2' } });
  };

  const open = async () => {
    const duplex = await connect('http://localhost/', { fetch });
    duplex.closed.catch(() => {});
    await environment.pass();
    return duplex;
  };

  test('after a clean end they are aborted when 3 seconds have passed', async () => {
    const duplex = await open();
    const closing = duplex.writable.close();
    await environment.pass();
    server.enqueue(Buffer.concat([frame(FrameType.WINDOW, [1, 65_536]), frame(FrameType.END, [0])]));
    assert.equal((await duplex.readable.getReader().read()).done, true);
    await closing;
    await duplex.closed;
    await environment.pass(2_999);
    const [download] = held;
    assert.ok(!download.isAborted());
    await environment.pass(1);
    await environment.pass();
    assert.deepEqual(
      held.filter(({ isAborted }) => !isAborted()),
      [],
    );
    assert.equal(environment.timers, 0);
  });

  test('after an answer that there is no such session they are aborted when 6 seconds have passed', async () => {
    const duplex = await open();
    const type = 'urn:http2-duplex:problem:unknown-session';
    answer = new Response(JSON.stringify({ type }), {
      status: 404,
      headers: { 'content-type': 'application/problem+json' },
    });
    await duplex.writable.getWriter().write(Uint8Array.of(1));
    while (!(await Promise.race([duplex.closed.catch(() => true), environment.pass()]))) {
      // What the server has answered is read.
    }
    const [download] = held;
    assert.ok(!download.isAborted());
    await environment.pass(6_000);
    assert.ok(download.isAborted());
    await environment.pass();
    assert.equal(environment.timers, 0);
  });

  test('after a reset they are aborted when 6 seconds have passed', async () => {
    const duplex = await open();
    duplex.reset(300, 'enough');
    for (let seconds = 0; seconds < 6; seconds++) {
      await environment.pass(1_000);
    }
    await environment.pass();
    assert.ok(held.filter(({ method }) => method === 'POST').length > 1, 'the RESET is sent again');
    assert.deepEqual(
      held.filter(({ isAborted }) => !isAborted()),
      [],
    );
    assert.equal(environment.timers, 0);
  });
});
