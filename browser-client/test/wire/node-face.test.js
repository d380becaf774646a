import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, beforeEach, describe } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Duplex, finished, pipeline } from 'readable-stream';
import makeByDefault, { connect, ErrorCode, make } from '../../src/index.js';
import { failureOf, modes } from '../support/faces.js';
import '../support/unhandled-rejections.js';
import { Dialect1Server } from '../support/dialect1-server.js';
import { test } from '../support/time-limits.js';

/** @param {import('../../src/index.js').FetchDuplex} duplex */
function eventsOf(duplex) {
  /** @type {string[]} */
  const events = [];
  for (const name of ['end', 'finish', 'error', 'close', 'data']) {
    duplex.on(name, (value) => events.push(name === 'error' ? `error ${value.code}` : name));
  }
  return events;
}

test('make is the default export, as in http2-duplex 6.x', () => {
  assert.equal(makeByDefault, make);
  assert.equal(typeof connect, 'function');
  assert.equal(ErrorCode.CANCELLED, 1);
});

for (const { mode, options } of modes) {
  describe(`the Node face, ${mode}`, () => {
    /** @type {Dialect1Server} */
    let server;
    const open = (/** @type {import('../../src/duplex.js').MakeOptions} */ more = {}) =>
      make(server.url, { fetch: server.fetch, ...options, ...more });

    beforeEach(async () => {
      server = await new Dialect1Server().listen();
    });
    afterEach(() => server.close());

    test('an option of streams that makes no sense is an error, and leaves no duplex open', async () => {
      await assert.rejects(open({ highWaterMark: -1 }), { code: 'ERR_INVALID_ARG_VALUE' });
      await server.post('destroy');
    });

    test('a clean life is end and finish, then close', async () => {
      const duplex = await open();
      assert.ok(duplex instanceof Duplex);
      const events = eventsOf(duplex);
      server.download.end();
      await once(duplex, 'end');
      duplex.end();
      await once(duplex, 'close');
      await server.kinds();
      assert.deepEqual(events, ['end', 'finish', 'close']);
    });

    test('a plain destroy() is close and nothing else', async () => {
      const duplex = await open();
      const events = eventsOf(duplex);
      server.download.write('never seen');
      duplex.write('never sent');
      duplex.destroy();
      await server.post('destroy');
      await server.kinds();
      assert.deepEqual(events, ['close']);
    });

    test('a cut download is one error, then close, and no end', async () => {
      const duplex = await open();
      const events = eventsOf(duplex);
      server.cutDownload();
      await new Promise((resolve) => duplex.once('close', resolve));
      await server.kinds();
      assert.deepEqual(events, ['error CONNECTION_LOST', 'close']);
    });

    test('a refused upload is one error, then close, and no finish', async () => {
      server.onpost = (post) => post.answer(post.kind === 'destroy' ? 200 : 413);
      const duplex = await open();
      const events = eventsOf(duplex);
      duplex.write('too much');
      duplex.write('and more');
      duplex.end();
      await new Promise((resolve) => duplex.once('close', resolve));
      await server.post('destroy');
      await server.kinds();
      assert.deepEqual(events, ['error TOO_LARGE', 'close']);
    });

    test('every write calls back, with the error if the duplex failed', async () => {
      server.onpost = (post) => post.answer(post.kind === 'destroy' ? 200 : 413);
      const duplex = await open();
      const called = ['one', 'two'].map((text) => new Promise((resolve) => duplex.write(text, resolve)));
      const error = await new Promise((resolve) => duplex.once('error', resolve));
      const [one, two] = await Promise.all(called);
      // A streaming upload may have taken both before the server said no.
      if (mode === 'post') {
        assert.equal(one, error);
        assert.ok(two instanceof Error);
      }
    });

    test('what arrives is a Buffer, or text if an encoding is given', async () => {
      const duplex = await open();
      server.download.write('bytes');
      const [bytes] = await once(duplex, 'data');
      assert.ok(Buffer.isBuffer(bytes));
      duplex.destroy();
      const text = await open({ encoding: 'utf8' });
      server.download.write('text');
      assert.deepEqual(await once(text, 'data'), ['text']);
      text.destroy();
    });

    test('strings are written in their encoding, whatever decodeStrings says', async () => {
      const duplex = await open({ decodeStrings: false });
      duplex.write('c3a9', 'hex');
      duplex.end('ü');
      await once(duplex, 'finish');
      assert.equal(Buffer.concat(server.bodies).toString(), 'éü');
      duplex.destroy();
    });

    test('a reader that does not read stops the server', async () => {
      const duplex = await open();
      let taken = 0;
      const chunk = Buffer.alloc(16_384);
      // What the stream holds, and the windows of HTTP/2: a server that is not stopped would go on for ever.
      while (server.download.write(chunk, () => (taken += chunk.length))) {
        await setImmediate();
      }
      assert.ok(taken < 1_000_000);
      const drained = once(server.download, 'drain');
      duplex.resume();
      await drained;
      duplex.destroy();
    });

    test('async iteration and pipeline work', async () => {
      server.onget = (stream) => {
        server.accept(stream);
        stream.end('iterated');
      };
      const duplex = await open();
      let text = '';
      for await (const chunk of duplex) {
        text += chunk;
      }
      assert.equal(text, 'iterated');
      const echo = await open({ allowHalfOpen: true });
      const done = new Promise((resolve) => pipeline(echo, echo, resolve));
      assert.equal(await done, undefined);
      assert.equal(server.bodies.at(-1)?.toString(), 'iterated');
    });

    test('a listener that throws destroys the duplex with what it has thrown', async () => {
      const duplex = await open();
      const bug = new Error('a bug of the page');
      duplex.on('data', () => {
        throw bug;
      });
      server.download.write('seen once');
      const [error] = await once(duplex, 'error');
      assert.equal(error, bug);
      await server.post('destroy');
    });

    test('finished() tells of the end of both sides', async () => {
      const duplex = await open();
      const over = new Promise((resolve) => finished(duplex, resolve));
      duplex.resume().end();
      await server.post(mode === 'post' ? 'end' : 'single');
      server.download.end();
      assert.equal(await over, undefined);
    });

    test('with allowHalfOpen: false, the end of the server ends this side too', async () => {
      const duplex = await open({ allowHalfOpen: false });
      duplex.resume();
      server.download.end();
      await once(duplex, 'close');
      assert.equal(duplex.writableFinished, true);
      assert.ok(!(await server.kinds()).includes('destroy'));
    });

    test('destroying again, and writing after that, is as on any Node stream', async () => {
      const duplex = await open();
      const events = eventsOf(duplex);
      duplex.destroy();
      duplex.destroy(new Error('late'));
      const error = await failureOf(new Promise((resolve, reject) => duplex.write('late', (e) => e && reject(e))));
      assert.equal(error.code, 'ERR_STREAM_DESTROYED');
      await setImmediate();
      assert.deepEqual(events, ['close']);
    });
  });
}
