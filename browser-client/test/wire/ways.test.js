// How downloads travel: polls, and networks that hold responses back or end them.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe } from 'node:test';
import { connect } from '../../src/web-streams.js';
import { faces, readAll, textOf } from '../support/faces.js';
import '../support/unhandled-rejections.js';
import { hashOf, randomChunks, randomOf } from '../support/random.js';
import { Dialect2Server } from '../support/dialect2-server.js';
import { test } from '../support/time-limits.js';

describe('ways down', () => {
  /** @type {Dialect2Server} */
  let server;
  beforeEach(async () => {
    server = await new Dialect2Server().listen();
  });
  afterEach(() => server.close());

  /** @param {Dialect2Server} server @returns {typeof fetch} over a network that passes a body on when it has ended */
  const holding =
    ({ fetch }) =>
    async (url, init) => {
      const { body, status, headers } = await fetch(url, init);
      return new Response(body && (await new Response(body).arrayBuffer()), { status, headers });
    };
  const gets = () => server.seen.map(({ headers }) => headers).filter((headers) => headers[':method'] === 'GET');

  for (const face of faces) {
    test(`polls carry bytes both ways, and the session stays attached between them, ${face.name}`, async () => {
      const { client, duplex } = await server.connect(face, { download_modes: ['polling'] });
      const random = randomOf(3);
      const chunks = randomChunks(random, 300_000);
      chunks.forEach((chunk) => duplex.write(chunk));
      duplex.end();
      const written = randomChunks(random, 300_000);
      const [read] = await Promise.all([
        readAll(client),
        (async () => {
          for (const chunk of written) {
            await client.write(chunk);
          }
          await client.end();
        })(),
      ]);
      assert.equal(hashOf(read), hashOf(chunks));
      await duplex.until(() => duplex.isClosed);
      assert.equal(hashOf(duplex.received), hashOf(written));
      assert.deepEqual([duplex.error, client.events, await client.errors], [undefined, [], []]);
      assert.ok(gets().length > 3, `${gets().length} polls`);
    });
  }

  test('a page that nothing reaches by streams opens by polls within 8 seconds, the next time at once', async () => {
    const fetch = holding(server);
    const begun = performance.now();
    const [one, other] = await Promise.all([connect(server.url, { fetch }), server.duplex()]);
    const took = performance.now() - begun;
    assert.ok(took >= 6_000 && took < 8_000, `${took} ms`);
    assert.equal(one.downloadMode, 'polling');
    const [first, second, third] = gets();
    assert.match(String(first['http2-duplex-opening']), /^[A-Za-z0-9_-]{22,64}$/);
    for (const [number, headers] of [second, third].entries()) {
      assert.equal(headers['http2-duplex-opening'], first['http2-duplex-opening']);
      assert.equal(headers['http2-duplex-attach'], String(number + 1));
    }
    assert.deepEqual([second.accept, third['http2-duplex-poll']], ['text/event-stream', '0']);
    assert.equal(other.attachments, 3, 'one session');
    other.write('typed');
    const reader = one.readable.getReader();
    assert.equal(Buffer.from((await reader.read()).value ?? '').toString(), 'typed');
    const again = performance.now();
    const next = await connect(server.url, { fetch });
    assert.ok(performance.now() - again < 1_000);
    assert.equal(next.downloadMode, 'polling');
    [one, next].forEach((duplex) => duplex.reset(256));
  });

  test('a typed stream is tried beside a stream that brings nothing, and goes on where it works', async () => {
    const abort = new AbortController();
    const fetch = async (/** @type {any} */ url, /** @type {any} */ init) =>
      init.method === 'POST' || init.headers.accept ? server.fetch(url, init) : holding(server)(url, init);
    const duplex = await connect(server.url, { fetch, signal: abort.signal });
    assert.equal(duplex.downloadMode, 'typed');
    abort.abort();
  });

  test('an opening that has tried several ways in vain tells the server that it has given up', async () => {
    const fetch = async (/** @type {any} */ url, /** @type {any} */ init) => {
      const response = await server.fetch(url, init);
      return init.method === 'GET' ? new Response(new ReadableStream(), response) : response;
    };
    await assert.rejects(connect(server.url, { fetch, open_timeout: 5_500 }), { code: 'TIMED_OUT' });
    assert.ok(gets().length > 1);
    const duplex = await server.duplex();
    await duplex.until(() => duplex.isClosed);
    assert.equal(duplex.error?.number, 6);
  });

  test('an opening that is given up, or too late, while several ways are tried fails, and no other is tried', async () => {
    const abort = new AbortController();
    const { signal } = abort;
    const opening = connect(server.url, { fetch: holding(server), signal });
    const late = connect(server.url, { fetch: holding(server), open_timeout: 3_500 });
    const isLate = assert.rejects(late, { code: 'TIMED_OUT' });
    setTimeout(() => abort.abort(), 3_500);
    await assert.rejects(opening, { code: 'ABORTED' });
    await isLate;
    assert.equal(gets().length, 4);
  });

  test('a way whose downloads are killed at the same age is left, and nothing is lost', async () => {
    const now = performance.now.bind(performance);
    let later = 0;
    performance.now = () => now() + later;
    try {
      const { client, duplex } = await server.connect(faces[1], {});
      assert.equal(client.downloadMode(), 'streaming');
      let text = '';
      for (let i = 0; i < 3; i++) {
        later += 16_000;
        const attached = client.next('attached');
        duplex.write(`${i};`);
        duplex.cutDownload();
        await attached;
        text += await textOf(client);
      }
      assert.equal(text, '0;1;2;');
      assert.equal(client.downloadMode(), 'typed');
      client.destroy();
    } finally {
      performance.now = now;
    }
  });
});
