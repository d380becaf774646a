import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ResponseError } from '../../src/index.js';
import { faces, failsOnce, failureOf, modes } from '../support/faces.js';
import '../support/unhandled-rejections.js';
import { Dialect1Server } from '../support/dialect1-server.js';
import { test } from '../support/time-limits.js';

const BYTES = Uint8Array.of(1, 2, 3);

for (const face of faces) {
  for (const { mode, options } of modes) {
    describe(`dialect 1, failing, ${face.name}, ${mode}`, () => {
      /** @type {Dialect1Server} */
      let server;
      const upload = mode === 'post' ? 'chunk' : 'single';
      const open = (/** @type {object} */ more = {}) =>
        face.open(server.url, { fetch: server.fetch, ...options, ...more });

      beforeEach(async () => {
        server = await new Dialect1Server().listen();
      });
      afterEach(() => server.close());

      test('a download that is cut is CONNECTION_LOST, for the reader too, and never an end', async () => {
        const client = await open();
        const reading = failureOf(client.read());
        server.cutDownload();
        const error = await failsOnce(client, 'CONNECTION_LOST');
        assert.ok(error.cause instanceof TypeError);
        assert.equal(await reading, error);
        assert.deepEqual(await server.kinds(), upload === 'single' ? ['single', 'destroy'] : ['destroy']);
      });

      test('a download that is cut is noticed without a read', async () => {
        const client = await open();
        server.cutDownload();
        await failsOnce(client, 'CONNECTION_LOST');
      });

      test('a download that is cut after some bytes gives the bytes, then the error', async () => {
        const client = await open();
        server.download.write('some');
        assert.equal(Buffer.from((await client.read()) ?? []).toString(), 'some');
        const reading = failureOf(client.read());
        server.cutDownload();
        assert.equal(await reading, await failsOnce(client, 'CONNECTION_LOST'));
      });

      for (const [status, code, notices] of /** @type {[number, string, number][]} */ ([
        [400, 'REFUSED', 1],
        [404, 'UNKNOWN_SESSION', 0],
        [410, 'UNKNOWN_SESSION', 0],
        [413, 'TOO_LARGE', 1],
        [429, 'OVERLOADED', 1],
        [503, 'OVERLOADED', 1],
      ])) {
        test(`an upload that is refused with ${status} is a ResponseError with the code ${code}`, async () => {
          server.onpost = (post) => post.answer(post.kind === 'destroy' ? 200 : status, 'because');
          const client = await open();
          const written = client.write(BYTES).catch(() => {});
          const error = await failsOnce(client, code);
          assert.ok(error instanceof ResponseError);
          assert.equal(error.response.status, status);
          assert.equal(await error.response.text(), 'because');
          await written;
          const kinds = await server.kinds();
          assert.equal(kinds.filter((kind) => kind === 'destroy').length, notices);
          assert.equal(kinds.length, 1 + notices);
        });
      }

      test('an end that is refused is an error, not a clean end', async () => {
        server.onpost = async (post) => {
          await post.body();
          post.answer(500);
        };
        const client = await open();
        const ended = failureOf(client.end());
        const error = await failsOnce(client, 'REFUSED');
        assert.equal(await ended, error);
      });

      test("an upload's lost connection is CONNECTION_LOST, and its write fails with that", async () => {
        server.onpost = ({ kind, stream, answer, cut }) => (kind === 'destroy' ? answer() : stream.once('data', cut));
        const client = await open();
        await client.write(BYTES).catch(() => {});
        await failsOnce(client, 'CONNECTION_LOST');
      });

      test('a fetch that gives no response to an upload fails the duplex instead of hanging it', async () => {
        const fetch = /** @type {any} */ (
          (/** @type {URL} */ url, /** @type {RequestInit} */ init) =>
            new Headers(init.headers).has('http2-duplex-end') || init.method === 'GET'
              ? server.fetch(url, init)
              : Promise.resolve(undefined)
        );
        const client = await open({ fetch });
        const written = client.write(BYTES).catch(() => {});
        const error = await failsOnce(client, 'CONNECTION_LOST');
        assert.ok(error.cause instanceof TypeError);
        await written;
      });

      test('everything breaking at once is one error', async () => {
        const client = await open();
        server.onpost = () => {};
        const settled = Promise.allSettled([client.write(BYTES), client.read()]);
        await server.post(upload);
        server.cut();
        await failsOnce(client, 'CONNECTION_LOST');
        await settled;
      });

      for (const first of ['the download', 'the upload']) {
        test(`${first} failing just before the other is one error`, async () => {
          server.onpost = () => {};
          const client = await open();
          const settled = Promise.allSettled([client.write(BYTES), client.read()]);
          const post = await server.post(upload);
          const fail = [() => server.cutDownload(), () => post.answer(410)];
          (first === 'the download' ? fail : fail.reverse()).forEach((part) => part());
          await failsOnce(client, 'CONNECTION_LOST');
          await settled;
        });
      }

      test('a refusal wins over what breaks while its error is being made', async () => {
        server.onpost = (post) => post.answer(403);
        class Slow extends ResponseError {
          async init() {
            const broken = new Promise((resolve) => server.download.on('close', resolve));
            await setImmediate();
            server.cutDownload();
            await broken;
          }
        }
        const client = await open({ ResponseError: Slow });
        client.write(BYTES).catch(() => {});
        const error = await failsOnce(client, 'REFUSED');
        assert.ok(error instanceof Slow);
      });

      test('destroying does not wait for a refusal whose error is never ready', async () => {
        server.onpost = (post) => post.answer(410);
        /** @type {(value?: unknown) => void} */
        let begun = () => {};
        const making = new Promise((resolve) => (begun = resolve));
        class Stuck extends ResponseError {
          async init() {
            begun();
            await new Promise(() => {});
          }
        }
        const client = await open({ ResponseError: Stuck });
        client.write(BYTES).catch(() => {});
        await making;
        client.destroy();
        await client.errors;
      });

      test('an AbortSignal destroys the open duplex: ABORTED, with its reason', async () => {
        const abort = new AbortController();
        const reason = new Error('enough');
        const client = await open({ signal: abort.signal });
        const reading = failureOf(client.read());
        abort.abort(reason);
        const error = await failsOnce(client, 'ABORTED');
        assert.equal(error.name, 'AbortError');
        assert.equal(error.cause, reason);
        assert.equal(await reading, error);
        await server.post('destroy');
      });

      test('an AbortSignal that is triggered after the end does nothing', async () => {
        const abort = new AbortController();
        const client = await open({ signal: abort.signal });
        server.download.end();
        assert.equal(await client.read(), null);
        await client.end();
        assert.deepEqual(await client.errors, []);
        abort.abort();
        assert.ok(!(await server.kinds()).includes('destroy'));
      });
    });
  }
}

test('dialect 1: a POST that another node refuses is sent again, since nothing of it was taken', async () => {
  const server = await new Dialect1Server().listen();
  try {
    const client = await faces[1].open(server.url, { fetch: server.fetch, disable_request_streaming: true });
    let left = 2;
    server.onpost = (post) => {
      if (left-- > 0) {
        post.stream.respond({ ':status': 404, 'content-type': 'application/problem+json' });
        post.stream.end('{"type":"urn:http2-duplex:problem:other-node"}');
      } else {
        return server.take(post);
      }
    };
    await client.write(BYTES);
    await client.end();
    assert.deepEqual(server.bodies, [Buffer.from(BYTES)]);
    assert.deepEqual(await server.kinds(), ['chunk', 'chunk', 'chunk', 'end']);
    client.destroy();
  } finally {
    await server.close();
  }
});
