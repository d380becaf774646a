import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe } from 'node:test';
import { faces, modes } from '../support/faces.js';
import '../support/unhandled-rejections.js';
import { Dialect1Server } from '../support/dialect1-server.js';
import { test } from '../support/time-limits.js';

const BYTES = Uint8Array.of(1, 2, 3);

for (const face of faces) {
  for (const { mode, options } of modes) {
    describe(`dialect 1, destroying, ${face.name}, ${mode}`, () => {
      /** @type {Dialect1Server} */
      let server;
      const upload = mode === 'post' ? 'chunk' : 'single';
      const open = () => face.open(server.url, { fetch: server.fetch, ...options });
      // A plain destroy() is silent on a Node stream; `closed` of the other face must reject.
      const codes = face.name === 'Node Duplex' ? [] : ['CANCELLED'];
      const codesOf = async (/** @type {import('../support/faces.js').Client} */ client) =>
        (await client.errors).map((error) => error.code);

      beforeEach(async () => {
        server = await new Dialect1Server().listen();
      });
      afterEach(() => server.close());

      test('the server learns it from one request, before anything is cut', async () => {
        const client = await open();
        const closed = new Promise((resolve) => server.download.on('close', resolve));
        let cut = false;
        server.download.on('aborted', () => (cut = true));
        server.onpost = (post) => {
          if (post.kind === 'destroy') {
            assert.equal(cut, false);
            post.answer();
          }
        };
        client.destroy();
        assert.deepEqual(await codesOf(client), codes);
        await closed;
        const kinds = await server.kinds();
        assert.deepEqual(kinds, mode === 'post' ? ['destroy'] : ['single', 'destroy']);
      });

      test('it is closed at once, although the server answers nothing', async () => {
        server.onpost = () => {};
        const client = await open();
        const settled = Promise.allSettled([client.write(BYTES), client.write(BYTES), client.read()]);
        await server.post(upload);
        client.destroy();
        assert.deepEqual(await codesOf(client), codes);
        if (face.name === 'Web Streams') {
          assert.ok((await settled).some(({ status }) => status === 'rejected'));
        }
      });

      test('nothing that waits is sent after the notice', async () => {
        // Answered late, so that the first POST succeeds after the duplex was destroyed.
        let answer = () => {};
        server.onpost = (post) => {
          if (post.kind === 'destroy') {
            answer();
            post.answer();
          } else {
            answer = () => post.answer();
          }
        };
        const client = await face.open(server.url, { fetch: server.fetch, ...options, max_post_bytes: 10 });
        const written = client.write(new Uint8Array(35)).catch((/** @type {Error} */ error) => error);
        await server.post(upload);
        client.destroy();
        await client.errors;
        await written;
        assert.deepEqual(await server.kinds(), [upload, 'destroy']);
      });

      test('with an error, that error comes out', async () => {
        const client = await open();
        const error = new Error('mine');
        client.destroy(error);
        const [out, ...more] = await client.errors;
        assert.equal(face.name === 'Node Duplex' ? out : out.cause, error);
        assert.deepEqual(more, []);
      });

      test('a notice that fails is no error', async () => {
        server.onpost = ({ kind, cut }) => kind === 'destroy' && cut();
        const client = await open();
        client.destroy();
        assert.deepEqual(await codesOf(client), codes);
        await server.post('destroy');
      });

      test('after this side has ended, the server hears of it still', async () => {
        const client = await open();
        await client.end();
        client.destroy();
        if (face.name === 'Node Duplex') {
          assert.deepEqual(await codesOf(client), codes);
          await server.post('destroy');
        }
      });

      test('after both sides have ended, nothing is sent', async () => {
        const client = await open();
        server.download.end();
        assert.equal(await client.read(), null);
        await client.end();
        assert.deepEqual(await client.errors, []);
        client.destroy();
        assert.ok(!(await server.kinds()).includes('destroy'));
      });
    });
  }
}
