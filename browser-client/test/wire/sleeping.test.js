// A page that was frozen, or a computer that slept: the timers are late, and run before what has come meanwhile is told of.
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { after, before, describe } from 'node:test';
import { deadline, LATE_MILLISECONDS } from '../../src/browser/deadline.js';
import { HELLO, PING, WINDOW } from '../../src/dialect2/core/frame-types.js';
import { frame } from '../../src/dialect2/core/frames.js';
import { Dialect2Server } from '../support/dialect2-server.js';
import { faces, failureOf } from '../support/faces.js';
import { test } from '../support/time-limits.js';
import '../support/unhandled-rejections.js';

/** Nothing runs for so long. @param {number} time in milliseconds */
const sleep = (time) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, time);

test('what gives something up when its time is over begins anew after a sleep, once', async () => {
  let times = 0;
  deadline(() => times++, 100);
  sleep(100 + LATE_MILLISECONDS + 50);
  const stop = deadline(() => assert.fail(), 10);
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(times, 0);
  stop();
  sleep(100 + LATE_MILLISECONDS + 50);
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(times, 1);
});

for (const face of faces) {
  describe(`sleeping, ${face.name}`, () => {
    /** @type {Dialect2Server} */
    let server;
    before(async () => {
      server = await new Dialect2Server().listen();
    });
    after(() => server.close());

    /** A fetch that sleeps when the first answer is here. @param {number} time @param {string[]} [methods] gets those of requests */
    const sleepyFetch = (time, methods = []) =>
      /** @type {typeof fetch} */ (
        async (url, init) => {
          methods.push(String(init?.method));
          const response = await server.fetch(url, init);
          sleep(time);
          time = 0;
          await setImmediate();
          await setImmediate();
          return response;
        }
      );

    test('an opening whose answer is there goes on', async () => {
      const fetch = sleepyFetch(2_000 + LATE_MILLISECONDS + 100);
      const client = await face.open(server.url, { fetch, open_timeout: 2_000 });
      assert.ok(client.id);
      client.destroy();
    });

    test('an opening whose answer is there needs no other way', async () => {
      /** @type {string[]} */
      const methods = [];
      const fetch = sleepyFetch(3_000 + LATE_MILLISECONDS + 100, methods);
      const client = await face.open(server.url, { fetch, open_timeout: 60_000 });
      assert.deepEqual(methods, ['GET']);
      client.destroy();
    });

    test('a duplex is not detached by a silence that it has slept through', async () => {
      const patient = await new Dialect2Server().listen();
      /** @type {import('node:http2').ServerHttp2Stream | undefined} */
      let download;
      patient.onrequest = (stream, headers) => {
        if (headers[':method'] === 'GET') {
          download ??= stream;
          stream.respond({ 'http2-duplex-id': 'one', 'http2-duplex-version': '2' });
          stream.write(Buffer.concat([frame(HELLO, [1_000, 30_000]), frame(WINDOW, [0, 100])]));
        } else {
          stream.respond({ ':status': 204 }, { endStream: true });
        }
        return true;
      };
      const client = await face.open(patient.url, { fetch: patient.fetch, disable_request_streaming: true });
      try {
        sleep(2_000 + LATE_MILLISECONDS + 100);
        for (let i = 0; i < 10; i++) {
          await new Promise((resolve) => setTimeout(resolve, 200));
          download?.write(frame(PING, [i]));
        }
        assert.deepEqual([...client.events], []);
      } finally {
        client.destroy();
        await patient.close();
      }
    });

    test('an opening without an answer ends all the same', async () => {
      let hasSlept = false;
      /** @type {typeof globalThis.fetch} */
      const unanswered = (_url, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
          queueMicrotask(() => {
            if (!hasSlept) {
              hasSlept = true;
              sleep(50 + LATE_MILLISECONDS + 100);
            }
          });
        });
      const error = await failureOf(face.open(server.url, { fetch: unanswered, open_timeout: 50 }));
      assert.equal(error.code, 'TIMED_OUT');
    });
  });
}
