import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe } from 'node:test';
import { faces } from '../support/faces.js';
import '../support/unhandled-rejections.js';
import { Dialect1Server } from '../support/dialect1-server.js';
import { test } from '../support/time-limits.js';

for (const face of faces) {
  describe(`where streaming an upload turns out to be impossible, ${face.name}`, () => {
    /** @type {Dialect1Server} */
    let server;

    beforeEach(async () => {
      server = await new Dialect1Server().listen();
    });
    afterEach(() => server.close());

    /** @type {typeof globalThis.fetch} as Chromium's over HTTP/1.1 */
    const refusing = (input, init) =>
      init?.body instanceof ReadableStream
        ? Promise.reject(new TypeError('Failed to fetch'))
        : server.fetch(input, init);

    test('POSTs take its place, and what was written first is not lost', async () => {
      const client = await face.open(server.url, { fetch: refusing });
      await client.write(Buffer.from('first '));
      assert.equal(client.mode(), 'post');
      await client.write(Buffer.from('second'));
      await client.end();
      server.download.end();
      assert.equal(await client.read(), null);
      assert.deepEqual(await client.errors, []);
      assert.equal(Buffer.concat(server.bodies).toString(), 'first second');
    });

    test('the end goes as a POST if nothing was written', async () => {
      const client = await face.open(server.url, { fetch: refusing });
      await client.end();
      assert.deepEqual(await server.kinds(), ['end']);
      client.destroy();
    });

    test('an upload that broke after a byte was given to fetch is lost: no POST takes its place', async () => {
      const client = await face.open(server.url, { fetch: server.fetch });
      server.onpost = ({ kind, stream, answer, cut }) => (kind === 'single' ? stream.once('data', cut) : answer());
      await client.write(Buffer.from('first')).catch(() => {});
      const errors = await client.errors;
      assert.deepEqual(
        errors.map((error) => error.code),
        ['CONNECTION_LOST'],
      );
      assert.ok(!(await server.kinds()).includes('chunk'));
    });

    test('an upload that the server answers before it has taken what was written is UPLOAD_CUT', async () => {
      server.onpost = ({ kind, stream, answer }) => {
        if (kind === 'destroy') {
          answer();
        } else {
          stream.pause();
          stream.respond({ ':status': 200 });
        }
      };
      const client = await face.open(server.url, { fetch: server.fetch });
      // More than the windows of HTTP/2 let through.
      const written = client.write(new Uint8Array(1_000_000)).catch((error) => error);
      const errors = await client.errors;
      assert.deepEqual(
        errors.map((error) => error.code),
        ['UPLOAD_CUT'],
      );
      assert.equal(await written, errors[0]);
    });

    test('an upload that the server answers before it has ended is an end of this side, not a failure', async () => {
      server.onpost = ({ stream, answer }) => {
        answer();
        stream.resume();
      };
      const client = await face.open(server.url, { fetch: server.fetch });
      await server.post('single');
      server.download.end('all of it');
      assert.equal(Buffer.from((await client.read()) ?? []).toString(), 'all of it');
      assert.equal(await client.read(), null);
      assert.deepEqual(await client.errors, []);
      await assert.rejects(client.write(Buffer.from('late')));
    });
  });
}
