import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe } from 'node:test';
import { faces, modes, readAll } from '../support/faces.js';
import '../support/unhandled-rejections.js';
import { hashOf, randomChunks, randomOf } from '../support/random.js';
import { Dialect1Server, SESSION_ID } from '../support/dialect1-server.js';
import { test } from '../support/time-limits.js';

for (const face of faces) {
  for (const { mode, options } of modes) {
    describe(`dialect 1, living, ${face.name}, ${mode}`, () => {
      /** @type {Dialect1Server} */
      let server;
      const open = (/** @type {object} */ more = {}) =>
        face.open(server.url, { fetch: server.fetch, ...options, ...more });

      beforeEach(async () => {
        server = await new Dialect1Server().listen();
      });
      afterEach(() => server.close());

      test('the duplex knows its session and how it uploads', async () => {
        const client = await open();
        assert.equal(client.id, SESSION_ID);
        assert.equal(client.mode(), mode);
        client.destroy();
      });

      test('every upload names the session and carries the headers of the application', async () => {
        const client = await open({ headers: new Headers({ authorization: 'secret' }) });
        await client.write(Uint8Array.of(1));
        await client.end();
        assert.deepEqual(
          server.seen.map(({ headers }) => [headers['http2-duplex-id'], headers.authorization]),
          [[undefined, 'secret'], ...server.posts().map(() => [SESSION_ID, 'secret'])],
        );
        assert.equal(server.posts()[0].headers['content-type'], 'application/octet-stream');
        client.destroy();
      });

      test('nothing is sent after a clean end, whichever side is first', async () => {
        const ends = mode === 'post' ? ['end'] : ['single'];
        for (const first of ['client', 'server']) {
          server.seen.length = 0;
          const client = await open();
          if (first === 'client') {
            await client.end();
            server.download.end();
            assert.equal(await client.read(), null);
          } else {
            server.download.end();
            assert.equal(await client.read(), null);
            await client.end();
          }
          assert.deepEqual(await client.errors, []);
          assert.equal((await server.kinds()).length, first === 'client' ? 1 : 2);
          assert.deepEqual([...new Set(await server.kinds())], ends);
        }
      });

      test('after the server has ended, what is written still arrives', async () => {
        const client = await open();
        server.download.end('last words');
        assert.equal(Buffer.concat(await readAll(client)).toString(), 'last words');
        await client.write(Buffer.from('still '));
        await client.write(Buffer.from('here'));
        await client.end();
        assert.deepEqual(await client.errors, []);
        assert.equal(Buffer.concat(server.bodies).toString(), 'still here');
      });

      test('after this side has ended, what the server writes still arrives', async () => {
        const client = await open();
        await client.end();
        server.download.write('still ');
        server.download.end('here');
        assert.equal(Buffer.concat(await readAll(client)).toString(), 'still here');
        assert.deepEqual(await client.errors, []);
      });

      test('the end of this side waits until the server has taken everything', async () => {
        const client = await open();
        server.onpost = () => {};
        let ended = false;
        const ending = client.end().then(() => (ended = true));
        const post = await server.post(mode === 'post' ? 'end' : 'single');
        await post.body();
        await server.kinds();
        assert.equal(ended, false);
        post.answer();
        await ending;
        client.destroy();
      });

      test('writes that wait go out together: a thousand take a handful of requests', async () => {
        const client = await open();
        const writes = Array.from({ length: 1000 }, (_, i) => client.write(Buffer.from(`${i};`)));
        await Promise.all(writes);
        await client.end();
        const expected = Array.from({ length: 1000 }, (_, i) => `${i};`).join('');
        assert.equal(Buffer.concat(server.bodies).toString(), expected);
        assert.ok(server.posts().length <= 5, `${server.posts().length} requests`);
        client.destroy();
      });

      test('no POST is larger than the limit, and a longer write is cut to it', async () => {
        const client = await open({ max_post_bytes: 1000 });
        const bytes = Uint8Array.from({ length: 4500 }, (_, i) => i);
        await client.write(bytes);
        await client.end();
        assert.deepEqual(Buffer.concat(server.bodies), Buffer.from(bytes));
        if (mode === 'post') {
          assert.deepEqual(
            server.bodies.map((body) => body.length),
            [1000, 1000, 1000, 1000, 500],
          );
        }
        client.destroy();
      });

      test('a write of nothing sends nothing', async () => {
        const client = await open();
        await client.write(new Uint8Array(0));
        await client.end();
        assert.equal(Buffer.concat(server.bodies).length, 0);
        assert.equal((await server.kinds()).length, 1);
        client.destroy();
      });

      for (const seed of [1, 2]) {
        test(`random chunks arrive whole and in order, both ways at once (seed ${seed})`, async () => {
          const random = randomOf(seed);
          const up = randomChunks(random, 3_000_000);
          const down = randomChunks(random, 3_000_000);
          const client = await open();
          const sendDown = async () => {
            for (const chunk of down) {
              await new Promise((resolve) => server.download.write(chunk, resolve));
            }
            server.download.end();
          };
          const sendUp = async () => {
            const writes = up.map((chunk) => client.write(chunk));
            await Promise.all(writes);
            await client.end();
          };
          const [received] = await Promise.all([readAll(client), sendDown(), sendUp()]);
          assert.equal(hashOf(received), hashOf(down));
          assert.equal(hashOf(server.bodies), hashOf(up));
          assert.deepEqual(await client.errors, []);
        });
      }
    });
  }
}
