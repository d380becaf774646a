import assert from 'node:assert/strict';
import { after, before, beforeEach, describe } from 'node:test';
import { ResponseError } from '../../src/index.js';
import { faces, failureOf } from '../support/faces.js';
import '../support/unhandled-rejections.js';
import { Dialect1Server } from '../support/dialect1-server.js';
import { test } from '../support/time-limits.js';

for (const face of faces) {
  describe(`opening, ${face.name}`, () => {
    /** @type {Dialect1Server} */
    let server;
    before(async () => {
      server = await new Dialect1Server().listen();
    });
    beforeEach(() => {
      server.onget = (stream) => server.accept(stream);
    });
    after(() => server.close());

    const refuse = (/** @type {number} */ status, body = '') => {
      server.onget = (stream) => {
        stream.respond({ ':status': status });
        stream.end(body);
      };
    };

    for (const [status, code] of /** @type {const} */ ([
      [403, 'REFUSED'],
      [404, 'REFUSED'],
      [503, 'OVERLOADED'],
    ])) {
      test(`a status ${status} is a ResponseError with the code ${code}, and its body can be read`, async () => {
        refuse(status, 'because');
        const error = await failureOf(face.open(server.url, { fetch: server.fetch }));
        assert.ok(error instanceof ResponseError);
        assert.equal(error.code, code);
        assert.equal(error.response.status, status);
        assert.equal(await error.response.text(), 'because');
      });
    }

    test('a refusal says what the server said, and how long to wait', async () => {
      server.onget = (stream) => {
        const type = { 'content-type': 'application/problem+json; charset=utf-8' };
        stream.respond({ ':status': 503, 'retry-after': '2', ...type });
        stream.end('{"title":"Too many duplexes","detail":"maxSessions is 2. Try later."}');
      };
      const error = await failureOf(face.open(server.url, { fetch: server.fetch }));
      assert.deepEqual(
        [error.code, error.message, error.retry_after],
        ['OVERLOADED', '503: maxSessions is 2. Try later.', 2_000],
      );
      assert.equal((await error.response.json()).title, 'Too many duplexes');
    });

    test("the application's ResponseError is built with the response, and its init() awaited", async () => {
      refuse(418, 'short and stout');
      class Mine extends Error {
        text = '';

        /** @param {Response} response */
        constructor(response) {
          super();
          this.response = response;
        }

        async init() {
          this.text = await this.response.text();
        }
      }
      const opening = face.open(server.url, { fetch: server.fetch, ResponseError: Mine });
      await assert.rejects(opening, (error) => error instanceof Mine && error.text === 'short and stout');
    });

    test('a code that the ResponseError has set itself stays', async () => {
      refuse(418);
      class Mine extends ResponseError {
        async init() {
          this.code = 'TEAPOT';
        }
      }
      await assert.rejects(face.open(server.url, { fetch: server.fetch, ResponseError: Mine }), { code: 'TEAPOT' });
    });

    test('a ResponseError that makes an error of another class of itself keeps its code', async () => {
      refuse(403);
      const other = /** @type {any} */ (new Error('other'));
      const Mine = /** @type {any} */ (
        function Mine() {
          return other;
        }
      );
      const error = /** @type {any} */ (
        await failureOf(face.open(server.url, { fetch: server.fetch, ResponseError: Mine }))
      );
      assert.equal(error, other);
      assert.equal(error.code, 'REFUSED');
    });

    test('an init() that throws still gives one error with a code', async () => {
      refuse(418);
      const cause = new Error('in init');
      class Mine extends ResponseError {
        async init() {
          throw cause;
        }
      }
      const opening = face.open(server.url, { fetch: server.fetch, ResponseError: Mine });
      await assert.rejects(opening, { name: 'DuplexError', code: 'REFUSED', cause });
    });

    test('a response without the id is a PROTOCOL_ERROR that says what to look at', async () => {
      server.onget = (stream) => {
        stream.respond({ ':status': 200 });
        stream.end('hello');
      };
      await assert.rejects(face.open(server.url, { fetch: server.fetch }), (/** @type {any} */ error) => {
        assert.equal(error.code, 'PROTOCOL_ERROR');
        assert.match(error.message, /http2-duplex-id.*Access-Control-Expose-Headers/);
        return true;
      });
    });

    test('a fetch that does not stream responses is a PROTOCOL_ERROR', async () => {
      const fetch = async () => new Response(null, { headers: { 'http2-duplex-id': 'id' } });
      await assert.rejects(face.open(server.url, { fetch }), { code: 'PROTOCOL_ERROR', message: /does not stream/ });
    });

    test('a network that fails is CONNECTION_LOST, with what fetch said as its cause', async () => {
      const cause = new TypeError('Failed to fetch');
      const opening = face.open(server.url, { fetch: () => Promise.reject(cause) });
      await assert.rejects(opening, { name: 'DuplexError', code: 'CONNECTION_LOST', cause });
    });

    test('an AbortSignal that was triggered before is ABORTED, and nothing is sent', async () => {
      const reason = new Error('changed my mind');
      const seen = server.seen.length;
      const opening = face.open(server.url, { fetch: server.fetch, signal: AbortSignal.abort(reason) });
      await assert.rejects(opening, { name: 'AbortError', code: 'ABORTED', cause: reason });
      assert.equal(server.seen.length, seen);
    });

    test('an AbortSignal that is triggered while the server does not answer gives the opening up', async () => {
      const abort = new AbortController();
      const reason = new Error('too slow');
      const closed = new Promise((resolve) => {
        server.onget = (stream) => {
          stream.on('close', resolve);
          abort.abort(reason);
        };
      });
      const opening = face.open(server.url, { fetch: server.fetch, signal: abort.signal });
      await assert.rejects(opening, { name: 'AbortError', code: 'ABORTED', cause: reason });
      await closed;
    });

    test('an AbortSignal that is triggered while a ResponseError reads its response gives the opening up', async () => {
      server.onget = (stream) => {
        stream.respond({ ':status': 500 });
        stream.write('the rest never comes');
      };
      const abort = new AbortController();
      class Mine extends ResponseError {
        async init() {
          abort.abort();
          await this.response.text();
        }
      }
      const options = { fetch: server.fetch, signal: abort.signal, ResponseError: Mine };
      await assert.rejects(face.open(server.url, options), { code: 'ABORTED' });
    });

    test('an answer that is cut before its first bytes is not taken for a server that is away', async () => {
      server.onget = (stream) => {
        stream.respond({ ':status': 200, 'http2-duplex-id': 'id', 'http2-duplex-version': '2' });
        stream.end();
      };
      await assert.rejects(face.open(server.url, { fetch: server.fetch }), {
        code: 'CONNECTION_LOST',
        message: 'The answer could not be read: Error: The body has ended before its first bytes',
      });
    });

    test('options that make no sense are refused before anything is sent', async () => {
      const seen = server.seen.length;
      const { fetch } = server;
      await assert.rejects(face.open(server.url, { fetch, max_post_bytes: 0 }), RangeError);
      await assert.rejects(face.open(server.url, { fetch, max_post_bytes: 1.5 }), RangeError);
      for (const name of ['open_timeout', 'resume_timeout', 'max_websockets', 'fetch', 'ResponseError']) {
        for (const value of [null, '', '5', false, [], 10n]) {
          const message = new RegExp(`^The option ${name} must be a `);
          await assert.rejects(face.open(server.url, { fetch, [name]: value }), { name: 'RangeError', message });
        }
      }
      const socket = server.url.replace('http', 'ws');
      const message = `The option url must be of https: or http:, not ${socket}`;
      await assert.rejects(face.open(socket, { fetch }), { name: 'RangeError', message });
      await assert.rejects(face.open('https://', { fetch }), TypeError);
      await assert.rejects(face.open(server.url, { fetch, headers: { 'not a name': '' } }), TypeError);
      assert.equal(server.seen.length, seen);
    });

    test('uploads are POSTs where a browser would speak HTTP/1.1: in clear text', async () => {
      /** @param {any} _input */
      const fetch = async (_input) => new Response('a', { headers: { 'http2-duplex-id': 'id' } });
      const client = await face.open('http://localhost/duplex', { fetch });
      assert.equal(client.mode(), 'post');
      client.destroy();
      await client.errors;
    });
  });
}
