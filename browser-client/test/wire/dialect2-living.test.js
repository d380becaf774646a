import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { faces, modes, readAll, textOf } from '../support/faces.js';
import '../support/unhandled-rejections.js';
import { Dialect2Server } from '../support/dialect2-server.js';
import { Dialect1Server } from '../support/dialect1-server.js';
import { ShiftedArrays } from '../support/shifted-arrays.js';
import { test } from '../support/time-limits.js';

/** @typedef {import('node:http2').IncomingHttpHeaders} Headers */

const MIB = 1024 * 1024;

for (const face of faces) {
  for (const { mode, options } of modes) {
    describe(`dialect 2, living, ${face.name}, ${mode}`, () => {
      /** @type {Dialect2Server} */
      let server;
      beforeEach(async () => {
        server = await new Dialect2Server().listen();
      });
      afterEach(() => server.close());

      const open = (/** @type {object} */ more = {}) => server.connect(face, { ...options, ...more });

      test('writes of one tick travel together', async () => {
        const { client, duplex } = await open();
        const writes = Array.from({ length: 1000 }, (_, i) => client.write(Buffer.from(`${i};`)));
        await Promise.all(writes);
        await client.end();
        assert.equal(duplex.text(), Array.from({ length: 1000 }, (_, i) => `${i};`).join(''));
        assert.ok(server.posts().length <= 4, `${server.posts().length} requests`);
        duplex.end();
        assert.deepEqual(await readAll(client), []);
      });

      test('of writes that wait in great number none is moved for each that is sent', async (t) => {
        const { client, duplex } = await open();
        const shifted = new ShiftedArrays();
        t.after(() => shifted.stop());
        for (let i = 0; i < 20_000; i++) {
          client.write(Buffer.from(`${i};`)).catch(() => {});
        }
        await client.end();
        assert.equal(duplex.text(), Array.from({ length: 20_000 }, (_, i) => `${i};`).join(''));
        assert.ok(shifted.longest < 10_000, `an array of ${shifted.longest} writes`);
        duplex.end();
        assert.deepEqual(await readAll(client), []);
      });

      test('the memory of what was written may be used again when the write settles', async () => {
        const { client, duplex } = await open();
        const bytes = new Uint8Array(300_000);
        for (let i = 0; i < 10; i++) {
          bytes.fill(i);
          await client.write(bytes);
        }
        bytes.fill(255);
        await client.end();
        const received = Buffer.concat(duplex.received);
        assert.equal(received.length, 3_000_000);
        assert.ok(received.every((byte, at) => byte === Math.floor(at / 300_000)));
        duplex.end();
        assert.deepEqual(await readAll(client), []);
      });

      if (mode === 'post') {
        for (const [bytes, posts] of [
          [30_000, 12],
          [4_999, 4],
        ]) {
          test(`${bytes} bytes go in ${posts} POSTs at once of up to 1000 bytes: the fifth and more are full`, async () => {
            /** @type {number[]} */
            const sizes = [];
            /** @type {(value?: unknown) => void} */
            let release = () => {};
            const released = new Promise((resolve) => (release = resolve));
            const fetch = async (/** @type {URL} */ url, /** @type {RequestInit} */ init) => {
              if (init.method === 'POST') {
                sizes.push(/** @type {Uint8Array} */ (init.body).length);
                await released;
              }
              return server.fetch(url, init);
            };
            const { client, duplex } = await open({ fetch, max_post_bytes: 1000 });
            await client.write(new Uint8Array(bytes));
            while (sizes.length < posts) {
              await setImmediate();
            }
            await setImmediate();
            assert.equal(sizes.length, posts);
            assert.ok(sizes.every((size) => size >= 1000));
            release();
            await client.end();
            assert.equal(Buffer.concat(duplex.received).length, bytes);
            duplex.end();
            assert.deepEqual(await readAll(client), []);
          });
        }
      }

      test('what a page that does not read holds is bounded by max_window', async () => {
        const { client, duplex } = await open({ max_window: 100_000 });
        assert.equal(server.seen[0].headers['http2-duplex-limit'], '100000');
        duplex.write(new Uint8Array(MIB));
        assert.ok(await client.read());
        await client.write(Buffer.from('up'));
        await duplex.until(() => duplex.text() === 'up');
        assert.ok(duplex.sent <= 300_000, `${duplex.sent} bytes were sent`);
        duplex.end();
        await readAll(client);
        assert.equal(duplex.sent, MIB);
        client.destroy();
      });

      test('a server that does not read stops the page within its window, and not for good', async () => {
        server.options.maxWindow = 100_000;
        const { client, duplex } = await open();
        duplex.reads = false;
        let written = 0;
        const writing = (async () => {
          for (; written < MIB; written += 10_000) {
            await client.write(new Uint8Array(10_000));
          }
          await client.end();
        })();
        duplex.write('down');
        assert.equal(await textOf(client), 'down');
        await server.settled();
        assert.ok(written < 400_000, `${written} bytes were written`);
        duplex.reads = true;
        duplex.act();
        await writing;
        assert.ok(Buffer.concat(duplex.received).length >= MIB);
        duplex.end();
        assert.deepEqual(await readAll(client), []);
      });

      test('a server that wants another download gets it, and the page notices nothing', async () => {
        const { client, duplex } = await open();
        await client.write(Buffer.from('a'));
        await duplex.until(() => duplex.text() === 'a');
        const attached = duplex.attachments + 1;
        duplex.rotate();
        await duplex.until(() => duplex.attachments === attached);
        await client.write(Buffer.from('b'));
        await duplex.until(() => duplex.text() === 'ab');
        duplex.write('c');
        assert.equal(await textOf(client), 'c');
        assert.deepEqual(client.events, []);
        assert.equal(client.mode(), mode);
        // A stream whose PONG takes 100 ms, as on a busy machine, is compared with a POST.
        assert.ok(server.posts().length <= (mode === 'post' ? 2 : 3), `${server.posts().length} POSTs`);
        client.destroy();
      });

      test('a server of dialect 1 gets requests of dialect 1', async () => {
        const old = await new Dialect1Server().listen();
        const client = await face.open(old.url, { fetch: old.fetch, ...options });
        old.download.end('down');
        assert.equal(await textOf(client), 'down');
        await client.write(Buffer.from('up'));
        await client.end();
        assert.deepEqual(await readAll(client), []);
        assert.deepEqual(await client.errors, []);
        assert.equal(Buffer.concat(old.bodies).toString(), 'up');
        const [opening, ...later] = old.seen;
        assert.equal(opening.headers['http2-duplex-version'], '2');
        assert.ok(later.every(({ headers }) => headers['http2-duplex-version'] === undefined));
        await old.close();
      });

      test('with dialect 1 asked for, nothing of dialect 2 is sent', async () => {
        const old = await new Dialect1Server().listen();
        const client = await face.open(old.url, { fetch: old.fetch, ...options, dialect: 1 });
        client.reset(300);
        assert.equal((await client.errors)[0].code, 'APPLICATION');
        assert.deepEqual(await old.kinds(), mode === 'post' ? ['destroy'] : ['single', 'destroy']);
        const names = old.seen.flatMap(({ headers }) => Object.keys(headers));
        assert.ok(!names.includes('http2-duplex-version') && !names.includes('http2-duplex-limit'));
        await old.close();
      });

      test('options that make no sense are refused before anything is sent', async () => {
        const { fetch, url } = server;
        for (const wrong of [{ dialect: 3 }, { resume_timeout: -1 }, { resume_timeout: NaN }, { max_window: 0 }]) {
          await assert.rejects(face.open(url, /** @type {any} */ ({ fetch, ...wrong })), RangeError);
        }
        assert.deepEqual(server.seen, []);
      });
    });
  }

  describe(`dialect 2, streaming that does not work, ${face.name}`, () => {
    /** @type {Dialect2Server} */
    let server;
    beforeEach(async () => {
      server = await new Dialect2Server().listen();
    });
    afterEach(() => server.close());

    /** @param {(url: any, init: any, body: ReadableStream<Uint8Array>) => Promise<Response>} stream */
    const open = async (stream) => {
      let streams = 0;
      const fetch = (/** @type {any} */ url, /** @type {any} */ init) =>
        init?.body instanceof ReadableStream ? (streams++, stream(url, init, init.body)) : server.fetch(url, init);
      const client = await face.open(server.url, { fetch });
      return { client, duplex: await server.duplex(), streams: () => streams };
    };

    for (const { how, stream, streams } of /** @type {const} */ ([
      { how: 'is held back by a proxy', stream: heldBack, streams: 1 },
      { how: 'is refused by the browser before it asks for bytes', stream: refused, streams: 1 },
      { how: 'breaks each time', stream: broken, streams: 2 },
      { how: 'is answered by a proxy that wants a length', stream: answered, streams: 1 },
    ])) {
      test(`a streaming body that ${how} is given up for POSTs, and nothing is lost`, async () => {
        const opened = await open(stream);
        const { client, duplex } = opened;
        assert.equal(client.mode(), 'streaming');
        await client.write(Buffer.from('first '));
        await duplex.until(() => duplex.text() === 'first ');
        assert.equal(client.mode(), 'post');
        await client.write(Buffer.from('second'));
        await client.end();
        assert.equal(duplex.text(), 'first second');
        assert.equal(opened.streams(), streams);
        assert.deepEqual(client.events, []);
        duplex.end();
        assert.deepEqual(await readAll(client), []);
      });
    }
  });
}

/** Takes the body, and sends it on only when it has ended: never. @param {any} _url @param {any} init @param {ReadableStream} body */
function heldBack(_url, { signal }, body) {
  const reader = body.getReader();
  const take = async () => {
    while (!(await reader.read()).done);
  };
  void take().catch(() => {});
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

/** @returns {Promise<Response>} */
async function refused() {
  throw new TypeError('Failed to fetch');
}

/** @param {any} _url @param {any} _init @param {ReadableStream} body @returns {Promise<Response>} */
async function broken(_url, _init, body) {
  await body.getReader().read();
  await setImmediate();
  throw new TypeError('network error');
}

async function answered() {
  return new Response('Length Required', { status: 411 });
}
