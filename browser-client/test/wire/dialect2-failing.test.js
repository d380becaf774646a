import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ResponseError } from '../../src/index.js';
import { faces, failsOnce, failureOf, modes, readAll } from '../support/faces.js';
import '../support/unhandled-rejections.js';
import { Dialect2Server } from '../support/dialect2-server.js';
import { test } from '../support/time-limits.js';

/** @typedef {import('../support/faces.js').Client} Client */
/** @typedef {import('node:http2').ServerHttp2Stream} Stream */

const BYTES = Uint8Array.of(1, 2, 3);

for (const face of faces) {
  for (const { mode, options } of modes) {
    describe(`dialect 2, failing, ${face.name}, ${mode}`, () => {
      /** @type {Dialect2Server} */
      let server;
      beforeEach(async () => {
        server = await new Dialect2Server().listen();
      });
      afterEach(() => server.close());

      const open = (/** @type {object} */ more = {}) => server.connect(face, { ...options, ...more });

      /** Answers the first requests of that method so. @param {string} method @param {((stream: Stream) => void)[]} answers */
      const first = (method, answers) => {
        server.onrequest = (stream, headers) => {
          const answer = headers[':method'] === method && headers['http2-duplex-id'] && answers.shift();
          if (answer) {
            answer(stream);
          }
          return Boolean(answer);
        };
      };
      const refuse =
        (/** @type {number} */ status, /** @type {object} */ problem = {}, headers = {}) =>
        (/** @type {Stream} */ stream) => {
          stream.respond({ ':status': status, 'content-type': 'application/problem+json', ...headers });
          stream.end(JSON.stringify({ type: 'urn:http2-duplex:problem:some', ...problem }));
        };

      test("a reset of the server's application comes with its number and reason", async () => {
        const { client, duplex } = await open();
        const reading = failureOf(client.read());
        duplex.reset(4711, 'no more of this');
        const error = await failsOnce(client, 'APPLICATION');
        assert.equal(error.number, 4711);
        assert.equal(error.reason, 'no more of this');
        assert.match(error.message, /no more of this/);
        assert.equal(await reading, error);
      });

      test('a chunk whose memory is transferred before all of it was taken is an error', async () => {
        const { client } = await open();
        const bytes = new Uint8Array(3_000_000);
        const writing = failureOf(client.write(bytes));
        await setImmediate();
        structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
        const error = await failsOnce(client, 'CANCELLED');
        assert.match(error.message, /transferred/);
        assert.ok(await writing);
      });

      test('a reason that is no text is one', async () => {
        const { client, duplex } = await open();
        client.reset(300, /** @type {any} */ (null));
        await duplex.until(() => duplex.isClosed);
        assert.deepEqual(duplex.error, { number: 300, reason: 'null' });
        await failsOnce(client, 'APPLICATION');
      });

      test('a reset of this side comes to the server with its number and reason, and is the error here', async () => {
        const { client, duplex } = await open();
        client.reset(300, 'enough');
        await duplex.until(() => duplex.isClosed);
        assert.deepEqual(duplex.error, { number: 300, reason: 'enough' });
        const error = await failsOnce(client, 'APPLICATION');
        assert.equal(error.number, 300);
      });

      test('a number that is not for applications is refused', async () => {
        const { client } = await open();
        assert.throws(() => client.reset(255), RangeError);
        assert.throws(() => client.reset(65_536), RangeError);
        client.destroy();
      });

      test('destroying resets the session with CANCELLED in a request that outlives the page', async () => {
        /** @type {RequestInit[]} */
        const seen = [];
        const fetch = (/** @type {any} */ url, /** @type {any} */ init) => {
          seen.push(init);
          return server.fetch(url, init);
        };
        const { client, duplex } = await open({ fetch });
        client.destroy();
        assert.equal(seen.at(-1)?.keepalive, true);
        await duplex.until(() => duplex.isClosed);
        assert.equal(duplex.error?.number, 1);
        assert.equal(seen.length, 2);
        await client.errors;
      });

      test('a session that the server no longer knows is UNKNOWN_SESSION', async () => {
        const { client, duplex } = await open();
        server.forget();
        duplex.cutDownload();
        const error = await failsOnce(client, 'UNKNOWN_SESSION');
        assert.ok(error instanceof ResponseError);
        assert.deepEqual(client.events, ['detached']);
      });

      test('an upload to a session that the server no longer knows is UNKNOWN_SESSION', async () => {
        const { client } = await open();
        server.forget();
        client.write(BYTES).catch(() => {});
        assert.ok((await failsOnce(client, 'UNKNOWN_SESSION')) instanceof ResponseError);
      });

      test('a session that was reset meanwhile fails with the number that 410 tells', async () => {
        const { client, duplex } = await open();
        first('GET', [refuse(410, { number: 7, reason: 'maintenance' })]);
        duplex.cutDownload();
        const error = await failsOnce(client, 'SHUT_DOWN');
        assert.equal(error.reason, 'maintenance');
      });

      test('a session that has ended cleanly meanwhile ends cleanly', async () => {
        const { client, duplex } = await open();
        duplex.end();
        assert.equal(await client.read(), null);
        // The END arrives, and the confirmation of it does not.
        const ended = client.end();
        first('GET', [refuse(410, { number: 0 })]);
        await duplex.until(() => duplex.atEnd);
        duplex.cutDownload();
        await ended;
        assert.deepEqual(await client.errors, []);
      });

      test('a session that is over, of which 410 does not tell how, has not ended cleanly', async () => {
        const { client, duplex } = await open();
        duplex.end();
        assert.equal(await client.read(), null);
        first('GET', [refuse(410)]);
        duplex.cutDownload();
        await failsOnce(client, 'UNKNOWN_SESSION');
      });

      test("another refusal is the application's ResponseError, and its init() is awaited", async () => {
        class Mine extends ResponseError {
          text = '';

          async init() {
            this.text = await this.response.text();
          }
        }
        const { client, duplex } = await open({ ResponseError: Mine });
        first('GET', [refuse(403, { title: 'no' })]);
        duplex.cutDownload();
        const error = await failsOnce(client, 'REFUSED');
        assert.ok(error instanceof Mine);
        assert.equal(JSON.parse(error.text).title, 'no');
      });

      for (const status of [401, 403]) {
        for (const method of ['GET', 'POST']) {
          test(`a client that is no longer accepted as the owner, which a ${method} learns with ${status}, gets the reason once`, async () => {
            const { client, duplex } = await open();
            let requests = 0;
            server.onrequest = (stream) => {
              requests++;
              refuse(status, { title: 'Refused', detail: 'Sign in again.' })(stream);
              return true;
            };
            if (method === 'GET') {
              duplex.cutDownload();
            } else {
              client.write(BYTES).catch(() => {});
            }
            const error = await failsOnce(client, 'REFUSED');
            assert.ok(error instanceof ResponseError);
            assert.equal(error.message, `${status}: Sign in again.`);
            for (let i = 0; i < 100; i++) {
              await setImmediate();
            }
            // What was refused, a POST if that was a streaming one, and the reset.
            assert.ok(requests <= 3, `${requests} requests`);
          });
        }
      }

      test('a session that the server refuses to resume until the timeout fails with the answer of the server', async () => {
        const now = performance.now.bind(performance);
        const { client, duplex } = await open({
          fetch: async (/** @type {any} */ url, /** @type {any} */ init) => {
            const response = await server.fetch(url, init);
            if (!response.ok) {
              await response.clone().text();
              performance.now = () => now() + server.options.resumeTimeout;
            }
            return response;
          },
        });
        const busy = refuse(429, { detail: 'maxSessions is 2. Try later.' }, { 'retry-after': '1' });
        server.onrequest = (stream) => (busy(stream), true);
        duplex.cutDownload();
        const error = await failsOnce(client, 'CONNECTION_LOST');
        performance.now = now;
        assert.match(error.message, /could not be resumed in time: 429: maxSessions is 2. Try later.$/);
        assert.ok(error.cause instanceof ResponseError);
        assert.deepEqual([error.cause.code, error.cause.retry_after], ['OVERLOADED', 1_000]);
      });

      test('resuming goes on after refusals that pass, and after one that was overtaken', async () => {
        const { client, duplex } = await open();
        first('GET', [
          refuse(503, {}, { 'retry-after': '0' }),
          refuse(409, { type: 'stale-attach' }),
          refuse(502, { type: 'about:blank' }),
        ]);
        const attached = client.next('attached');
        duplex.cutDownload();
        await attached;
        duplex.write('on');
        assert.equal(Buffer.from((await client.read()) ?? []).toString(), 'on');
        assert.deepEqual(client.events, ['detached', 'attached']);
        client.destroy();
      });

      for (const method of ['GET', 'POST']) {
        test(`a ${method} that is refused for some seconds is not sent again before`, async (t) => {
          t.mock.method(Math, 'random', () => 0); // no other pause
          const { client, duplex } = await open();
          const now = performance.now();
          const clock = t.mock.method(performance, 'now', () => now); // no pause ends
          let requests = 0;
          server.onrequest = (stream, headers) => {
            if (headers[':method'] === method && headers['http2-duplex-id']) {
              requests++;
              refuse(503, {}, { 'retry-after': '1' })(stream);
              return true;
            }
          };
          if (method === 'GET') {
            duplex.cutDownload();
          } else {
            client.write(BYTES).catch(() => {});
          }
          await server.settled();
          await server.settled();
          assert.equal(requests, 1);
          server.onrequest = () => {};
          clock.mock.restore();
          await (method === 'GET' ? client.next('attached') : duplex.until(() => duplex.received.length > 0));
          client.destroy();
        });
      }

      test('headers that can not be sent for some time lose nothing', async (t) => {
        t.mock.method(Math, 'random', () => 0); // no pauses
        const headers = { 'x-token': 'good' };
        const { client, duplex } = await open({ headers });
        headers['x-token'] = '\u{1f511}';
        for (let i = 0; i < 6; i++) {
          await client.write(BYTES);
          await setImmediate();
          await setImmediate();
        }
        const detached = client.next('detached');
        duplex.cutDownload();
        await detached;
        const attached = client.next('attached');
        headers['x-token'] = 'new';
        await attached;
        await client.end();
        assert.deepEqual(Buffer.concat(duplex.received), Buffer.concat(Array(6).fill(BYTES)));
        duplex.end();
        assert.deepEqual(await readAll(client), []);
      });

      for (const status of [429, 503]) {
        test(`an upload that is refused once with ${status} goes on as it was`, async () => {
          const { client, duplex } = await open();
          first('POST', [refuse(status, {}, { 'retry-after': '0' })]);
          await client.write(BYTES);
          await duplex.until(() => duplex.received.length > 0);
          assert.equal(client.mode(), mode);
          client.destroy();
        });
      }

      test('uploads that are refused for now, or cut, or whose answer is lost, arrive once', async () => {
        const { client, duplex } = await open();
        const cut = (/** @type {Stream} */ stream) =>
          void setImmediate().then(() => stream.destroy(new Error('cut by the test')));
        first('POST', [
          refuse(429, {}, { 'retry-after': '0' }),
          refuse(408),
          cut,
          refuse(504, { type: 'about:blank' }),
        ]);
        duplex.cutsAnswers = 1;
        await client.write(Buffer.from('once '));
        await duplex.until(() => duplex.text() === 'once ');
        await client.write(Buffer.from('more'));
        await client.end();
        assert.equal(duplex.text(), 'once more');
        duplex.end();
        assert.deepEqual(await readAll(client), []);
        assert.deepEqual(await client.errors, []);
      });

      test('when it can not be resumed in time, it is CONNECTION_LOST, with the error of fetch', async () => {
        const { client } = await open({ resume_timeout: 300 });
        const reading = failureOf(client.read());
        const written = failureOf(client.write(new Uint8Array(1_000_000)));
        server.onrequest = (stream) => {
          void setImmediate().then(() => stream.destroy(new Error('cut by the test')));
          return true;
        };
        server.cut();
        const error = await failsOnce(client, 'CONNECTION_LOST');
        assert.ok(error.cause instanceof TypeError);
        assert.equal(await reading, error);
        await written;
        assert.deepEqual(client.events, ['detached']);
      });

      test('a silent server is noticed, and the session resumed', async () => {
        server.options.heartbeat = 50;
        const { client, duplex } = await open();
        const attached = client.next('attached');
        duplex.silent = true;
        await client.next('detached');
        duplex.silent = false;
        await attached;
        client.destroy();
      });

      test('an AbortSignal destroys the duplex, and the server gets the reason', async () => {
        const abort = new AbortController();
        const { client, duplex } = await open({ signal: abort.signal });
        abort.abort('enough');
        const error = await failsOnce(client, 'ABORTED');
        assert.equal(error.cause, 'enough');
        await duplex.until(() => duplex.isClosed);
        assert.equal(duplex.error?.number, 12);
      });
    });
  }
}
