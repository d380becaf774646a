// Answers that something on the way gives in place of the server: none of them ends a session.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import * as FrameType from '../../src/dialect2/core/frame-types.js';
import { frame } from '../../src/dialect2/core/frames.js';
import { ATTACH, ID, POLL, VERSION } from '../../src/headers.js';
import { ResponseError } from '../../src/index.js';
import { hello } from '../support/attached-session.js';
import { faces, failsOnce, failureOf, modes, textOf } from '../support/faces.js';
import '../support/unhandled-rejections.js';
import { Dialect2Server } from '../support/dialect2-server.js';
import { test } from '../support/time-limits.js';

/** @typedef {import('node:http2').ServerHttp2Stream} Stream */

const LIMIT = { timeout: 20_000 };
const HTML = { 'content-type': 'text/html; charset=utf-8' };
const OLD = { name: 'an old answer', status: 200, headers: { [ID]: 'kept', [VERSION]: '2', [ATTACH]: '5' }, body: 'x' };
const LOGIN =
  '<!doctype html>\n<html><head><title>Sign in to\tthe \u202enetwork</title></head><body>a page</body></html>';

/** @type {{ name: string, status: number, headers?: Record<string, string>, body?: string }[]} */
const ANSWERS = [
  { name: 'a 520 of a CDN', status: 520, headers: { 'content-type': 'text/plain' }, body: 'error code: 520' },
  { name: 'a 500 without a body', status: 500 },
  { name: 'a 530', status: 530, headers: HTML, body: '<h1>Origin DNS error</h1>' },
  { name: 'a 404 of a proxy that has lost its upstream', status: 404, headers: HTML, body: LOGIN },
  { name: 'a 410 that tells no number', status: 410 },
  { name: 'a 403 with a login page', status: 403, headers: HTML, body: LOGIN },
  {
    name: 'a 401 with a problem of its own',
    status: 401,
    headers: { 'content-type': 'application/problem+json' },
    body: '{"type":"about:blank","number":0}',
  },
  { name: 'a 200 with a login page', status: 200, headers: HTML, body: LOGIN },
  {
    name: "a 200 with another session's id",
    status: 200,
    headers: { 'http2-duplex-id': 'other', 'http2-duplex-version': '2' },
    body: 'x',
  },
  {
    name: 'a 404 of another node',
    status: 404,
    headers: { 'content-type': 'application/problem+json' },
    body: '{"type":"urn:http2-duplex:problem:other-node","title":"Session on another node"}',
  },
  { name: 'a 413 of a proxy', status: 413, headers: HTML, body: '<title>413 Request Entity Too Large</title>' },
];

for (const face of faces) {
  for (const { mode, options } of modes) {
    describe(`answers of others, ${face.name}, ${mode}`, () => {
      /** @type {Dialect2Server} */
      let server;
      beforeEach(async () => {
        server = await new Dialect2Server().listen();
      });
      afterEach(() => server.close());

      const open = (/** @type {object} */ more = {}) => server.connect(face, { ...options, ...more });
      const give = (/** @type {Stream} */ stream, { status, headers, body } = ANSWERS[0]) => {
        stream.respond({ ':status': status, ...headers });
        stream.end(body);
      };

      for (const answer of ANSWERS) {
        test(`${answer.name} to uploads and to resuming GETs is a disturbance`, LIMIT, async () => {
          const { client, duplex } = await open();
          const left = { GET: 1, POST: 2 };
          server.onrequest = (stream, headers) => {
            const method = /** @type {'GET' | 'POST'} */ (headers[':method']);
            const isAnswered = headers['http2-duplex-id'] !== undefined && left[method]-- > 0;
            if (isAnswered) {
              give(stream, answer);
            }
            return isAnswered;
          };
          await client.write(Buffer.from('up'));
          await duplex.until(() => duplex.text() === 'up');
          const attached = client.next('attached');
          duplex.cutDownload();
          await attached;
          duplex.write('down');
          assert.equal(await textOf(client), 'down');
          assert.ok(left.GET <= 0 && left.POST <= 0);
          client.destroy();
        });
      }

      test('when nothing else answers until the resume timeout, the error names what did', LIMIT, async () => {
        const { client, duplex } = await open({ resume_timeout: 300 });
        server.onrequest = (stream) => (give(stream, ANSWERS[5]), true);
        duplex.cutDownload();
        const error = await failsOnce(client, 'CONNECTION_LOST');
        assert.match(error.message, /403: Sign in to the network/);
        assert.ok(error.cause instanceof ResponseError);
      });

      test('old answers, which a cache has kept, attach nothing', LIMIT, async () => {
        const { client, duplex } = await open({ resume_timeout: 300 });
        server.onrequest = (stream, headers) => {
          const isGet = headers[':method'] === 'GET';
          if (isGet) {
            const kept = { [ID]: duplex.id, [VERSION]: '2', [ATTACH]: '0', [POLL]: '0' };
            stream.respond({ ':status': 200, ...kept });
            stream.end(Buffer.concat([hello(), frame(FrameType.WINDOW, [0, 65_536])]));
          }
          return isGet;
        };
        duplex.cutDownload();
        const error = await failsOnce(client, 'CONNECTION_LOST');
        assert.match(error.message, /200: an answer to another GET, which a cache has kept/);
      });

      test('an answer of others whose body never ends is given up with its request', LIMIT, async () => {
        const { client, duplex } = await open();
        let answers = 0;
        server.onrequest = (stream, headers) => {
          if (headers[':method'] === 'POST' && answers++ === 0) {
            stream.respond({ ':status': 502, ...HTML });
            stream.write('Bad gateway');
            return true;
          }
        };
        await client.write(Buffer.from('up'));
        await duplex.until(() => duplex.text() === 'up');
        client.destroy();
      });

      test('an opening GET that something else answers fails at once, and says what did', LIMIT, async () => {
        for (const [answer, message] of /** @type {const} */ ([
          [ANSWERS[0], /520: error code: 520/],
          [ANSWERS[5], /403: Sign in to the network/],
          [ANSWERS[7], /200: Sign in to the network.*http2-duplex-id/],
          [OLD, /It is an answer to another GET, which a cache has kept/],
        ])) {
          server.onrequest = (stream) => (give(stream, answer), true);
          const error = await failureOf(face.open(server.url, { fetch: server.fetch, ...options }));
          assert.match(error.message, message);
        }
      });
    });
  }
}

test(
  'a POST that something on the way refuses as too large is sent again in smaller ones, one at a time',
  LIMIT,
  async () => {
    const server = await new Dialect2Server().listen();
    let refusals = 0;
    let open = 0;
    let most = 0;
    const fetch = async (/** @type {any} */ url, /** @type {any} */ init) => {
      if (!(init.body?.length > 10_000)) {
        return server.fetch(url, init);
      }
      refusals++;
      most = Math.max(most, ++open);
      await setImmediate();
      open--;
      return new Response('too large', { status: 413 });
    };
    try {
      const { client, duplex } = await server.connect(faces[1], { disable_request_streaming: true, fetch });
      const bytes = new Uint8Array(60_000).fill(7);
      await client.write(bytes);
      await duplex.until(() => Buffer.concat(duplex.received).length === bytes.length);
      assert.deepEqual(Buffer.concat(duplex.received), Buffer.from(bytes));
      assert.deepEqual([refusals, most], [3, 1], 'one at a time until one is taken');
      client.destroy();
    } finally {
      await server.close();
    }
  },
);
