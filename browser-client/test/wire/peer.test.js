import assert from 'node:assert/strict';
import { after, before, beforeEach, describe } from 'node:test';
import { Http2DuplexServer } from 'http2-duplex';
import { faces, modes, readAll } from '../support/faces.js';
import '../support/unhandled-rejections.js';
import { hashOf, randomChunks, randomOf } from '../support/random.js';
import { TestServer } from '../support/test-server.js';
import { test } from '../support/time-limits.js';

/** @typedef {import('node:stream').Duplex} ServerDuplex */

for (const face of faces) {
  for (const { mode, options } of modes) {
    describe(`against the server of http2-duplex 6.0.3, ${face.name}, ${mode}`, () => {
      /** @type {TestServer} */
      let server;
      /** @type {(duplex: ServerDuplex) => void} */
      let onduplex;
      const open = () => face.open(server.url, { fetch: server.fetch, ...options });

      before(async () => {
        server = new TestServer();
        const duplexes = new Http2DuplexServer(server.http2, '/duplex');
        duplexes.on('duplex', (/** @type {ServerDuplex} */ duplex) => onduplex(duplex));
        await server.listen();
      });
      beforeEach(() => {
        server.seen.length = 0;
        onduplex = (duplex) => duplex.pipe(duplex);
      });
      after(() => server.close());

      for (const seed of [3, 4]) {
        test(`random chunks come back as they were written (seed ${seed})`, async () => {
          const chunks = randomChunks(randomOf(seed), 5_000_000);
          const client = await open();
          assert.equal(client.mode(), mode);
          const reading = readAll(client);
          await Promise.all(chunks.map((chunk) => client.write(chunk)));
          await client.end();
          assert.equal(hashOf(await reading), hashOf(chunks));
          assert.deepEqual(await client.errors, []);
        });
      }

      test('several duplexes over one connection do not mix', async () => {
        await Promise.all(
          [5, 6, 7, 8].map(async (seed) => {
            const chunks = randomChunks(randomOf(seed), 300_000);
            const client = await open();
            const reading = readAll(client);
            await Promise.all(chunks.map((chunk) => client.write(chunk)));
            await client.end();
            assert.equal(hashOf(await reading), hashOf(chunks));
          }),
        );
      });

      test('a thousand small writes and a clean end take a handful of requests', async () => {
        const client = await open();
        const reading = readAll(client);
        await Promise.all(Array.from({ length: 1000 }, () => client.write(Buffer.from('0123456789'))));
        await client.end();
        assert.equal(Buffer.concat(await reading).length, 10_000);
        assert.deepEqual(await client.errors, []);
        assert.ok(server.posts().length <= 4, `${server.posts().length} requests`);
      });

      test('a server that ends first still takes what is written', async () => {
        /** @type {Promise<Buffer>} */
        let received = Promise.resolve(Buffer.alloc(0));
        onduplex = (duplex) => {
          duplex.end('bye');
          received = readToEnd(duplex);
        };
        const client = await open();
        assert.equal(Buffer.concat(await readAll(client)).toString(), 'bye');
        await client.write(Buffer.from('still here'));
        await client.end();
        assert.equal((await received).toString(), 'still here');
        assert.deepEqual(await client.errors, []);
      });

      test('a client that ends first still gets what is written', async () => {
        onduplex = (duplex) => void duplex.resume().on('end', () => duplex.end('bye'));
        const client = await open();
        await client.end();
        assert.equal(Buffer.concat(await readAll(client)).toString(), 'bye');
        assert.deepEqual(await client.errors, []);
      });

      test('a destroyed duplex is destroyed on the server', async () => {
        /** @type {Promise<void>} */
        let closed = Promise.resolve();
        onduplex = (duplex) => {
          duplex.on('error', () => {}).resume();
          closed = new Promise((resolve) => duplex.on('close', resolve));
        };
        const client = await open();
        client.destroy();
        await client.errors;
        await closed;
      });

      test('a duplex that the server destroys is closed', async () => {
        /** @type {ServerDuplex | undefined} */
        let destroyed;
        onduplex = (duplex) => void (destroyed = duplex.resume());
        const client = await open();
        const reading = readAll(client);
        destroyed?.destroy();
        // Its server resets without an error: that can't be told from an end.
        assert.deepEqual(await reading, []);
        if (mode === 'post') {
          await client.end().catch(() => {});
        }
        assert.ok((await client.errors).length <= 1);
      });
    });
  }
}

/** @param {ServerDuplex} duplex */
async function readToEnd(duplex) {
  const chunks = [];
  for await (const chunk of duplex) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
