// Openings over networks that hold answers back, hide fields, redirect, and openings that are given up.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe } from 'node:test';
import { faces, failsOnce, failureOf, textOf } from '../support/faces.js';
import '../support/unhandled-rejections.js';
import { Dialect1Server } from '../support/dialect1-server.js';
import { Dialect2Server } from '../support/dialect2-server.js';
import { test } from '../support/time-limits.js';

const LIMIT = { timeout: 20_000 };
const never = () => new Promise(() => {});

for (const face of faces) {
  describe(`opening over networks, ${face.name}`, () => {
    /** @type {Dialect2Server} */
    let server;
    beforeEach(async () => {
      server = await new Dialect2Server().listen();
    });
    afterEach(() => server.close());

    const isGet = (/** @type {RequestInit} */ init) => init.method === 'GET';

    test('an answer whose bytes are held back fails in time, says so, and the server is told', LIMIT, async () => {
      const fetch = async (/** @type {any} */ url, /** @type {any} */ init) => {
        const response = await server.fetch(url, init);
        return isGet(init) ? new Response(new ReadableStream(), response) : response;
      };
      // The connection is open by then.
      await server.fetch(server.url, { method: 'POST' });
      const error = await failureOf(face.open(server.url, { fetch, open_timeout: 1_000 }));
      assert.equal(error.code, 'TIMED_OUT');
      assert.match(error.message, /only the head of an answer.*hold answers back/);
      assert.doesNotMatch(error.message, /origin/);
      const duplex = await server.duplex();
      await duplex.until(() => duplex.isClosed);
      assert.equal(duplex.error?.number, 6);
    });

    test('an answer that is held back whole, or by a fetch that heeds no signal, fails in time', LIMIT, async () => {
      const error = await failureOf(face.open(server.url, { fetch: /** @type {any} */ (never), open_timeout: 100 }));
      assert.equal(error.code, 'TIMED_OUT');
      assert.match(error.message, /no answer within 100 ms/);
    });

    test('a dialect 1 answer without its first byte fails in time as well', LIMIT, async () => {
      server.onrequest = (stream) => {
        stream.respond({ ':status': 200, 'http2-duplex-id': 'some' });
        return true;
      };
      const error = await failureOf(face.open(server.url, { fetch: server.fetch, dialect: 1, open_timeout: 100 }));
      assert.equal(error.code, 'TIMED_OUT');
    });

    test('the dialect is told by the first frame where the field is hidden, however it is cut', LIMIT, async () => {
      const fetch = async (/** @type {any} */ url, /** @type {any} */ init) => {
        const { body, status, headers } = await server.fetch(url, init);
        const pieces = new TransformStream({
          transform: (bytes, controller) =>
            bytes.forEach((/** @type {number} */ byte) => controller.enqueue(Uint8Array.of(byte))),
        });
        const id = { 'http2-duplex-id': headers.get('http2-duplex-id') ?? '' };
        return new Response(isGet(init) ? body?.pipeThrough(pieces) : null, { status, headers: id });
      };
      const { client, duplex } = await server.connect(face, { fetch });
      duplex.write('down');
      let text = '';
      while (text.length < 4) {
        text += await textOf(client);
      }
      assert.equal(text, 'down');
      await client.write(Buffer.from('up'));
      await duplex.until(() => duplex.text() === 'up');
      client.destroy();
    });

    test('later requests of a redirected opening go where its answer came from', LIMIT, async () => {
      /** @type {string[]} */
      const urls = [];
      const fetch = async (/** @type {any} */ url, /** @type {any} */ init) => {
        urls.push(String(url));
        const response = await server.fetch(url, init);
        return isGet(init)
          ? Object.defineProperties(response, { redirected: { value: true }, url: { value: `${server.url}/moved` } })
          : response;
      };
      const { client, duplex } = await server.connect(face, { fetch, disable_request_streaming: true });
      await client.write(Buffer.from('up'));
      await duplex.until(() => duplex.text() === 'up');
      assert.deepEqual(urls, [server.url, `${server.url}/moved`]);
      client.destroy();
    });

    test('a redirect to another server fails, and says where to', LIMIT, async () => {
      const fetch = async (/** @type {any} */ url, /** @type {any} */ init) =>
        Object.defineProperties(await server.fetch(url, init), {
          redirected: { value: true },
          url: { value: 'https://other.example/duplex' },
        });
      const error = await failureOf(face.open(server.url, { fetch }));
      assert.equal(error.code, 'PROTOCOL_ERROR');
      assert.match(error.message, /redirected to https:\/\/other\.example\/duplex/);
    });

    test(
      'an opening that is aborted before its answer tells the server as soon as the id is known',
      LIMIT,
      async () => {
        const abort = new AbortController();
        const opening = face.open(server.url, { fetch: server.fetch, signal: abort.signal });
        abort.abort('unmounted');
        assert.equal((await failureOf(opening)).code, 'ABORTED');
        const duplex = await server.duplex();
        await duplex.until(() => duplex.isClosed);
        assert.equal(duplex.error?.number, 12);
      },
    );
  });
}

test('an opening of dialect 1 that is redirected uploads to where its answer came from', LIMIT, async () => {
  const server = await new Dialect1Server().listen();
  try {
    /** @type {string[]} */
    const urls = [];
    const fetch = async (/** @type {any} */ url, /** @type {any} */ init) => {
      urls.push(String(url));
      const response = await server.fetch(url, init);
      return Object.defineProperties(response, { redirected: { value: true }, url: { value: `${server.url}/moved` } });
    };
    const client = await faces[1].open(server.url, { fetch, disable_request_streaming: true });
    await client.write(Buffer.from('up'));
    await server.post('chunk');
    assert.equal(urls[1], `${server.url}/moved`);
    client.destroy();
    await failsOnce(client, 'CANCELLED');
  } finally {
    await server.close();
  }
});
