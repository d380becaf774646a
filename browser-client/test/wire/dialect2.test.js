import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { faces, modes, readAll, textOf } from '../support/faces.js';
import '../support/unhandled-rejections.js';
import { sendBothWays } from '../support/both-ways.js';
import { randomChunks, randomOf } from '../support/random.js';
import { Dialect2Server } from '../support/dialect2-server.js';
import { test } from '../support/time-limits.js';

for (const face of faces) {
  for (const { mode, options } of modes) {
    describe(`dialect 2, ${face.name}, ${mode}`, () => {
      /** @type {Dialect2Server} */
      let server;
      beforeEach(async () => {
        server = await new Dialect2Server().listen();
      });
      afterEach(() => server.close());

      const open = (/** @type {object} */ more = {}) => server.connect(face, { ...options, ...more });

      test('bytes go both ways, and each side ends for itself', async () => {
        const { client, duplex } = await open();
        await client.write(Buffer.from('there'));
        await duplex.until(() => duplex.text() === 'there');
        duplex.write('and back');
        assert.equal(await textOf(client), 'and back');
        await client.end();
        assert.ok(duplex.atEnd);
        duplex.write('still here');
        assert.equal(await textOf(client), 'still here');
        duplex.end();
        assert.deepEqual(await readAll(client), []);
        assert.deepEqual(await client.errors, []);
        await duplex.until(() => duplex.isClosed);
        assert.equal(duplex.error, undefined);
        assert.deepEqual(client.events, []);
        assert.equal(client.mode(), mode);
      });

      test('when the server ends first, this side can still write', async () => {
        const { client, duplex } = await open();
        duplex.end();
        assert.equal(await client.read(), null);
        await client.write(Buffer.from('last words'));
        await client.end();
        await duplex.until(() => duplex.isClosed);
        assert.equal(duplex.text(), 'last words');
        assert.deepEqual(await client.errors, []);
      });

      test('every request of the session names its dialect and its id', async () => {
        const { client, duplex } = await open();
        await client.write(Buffer.from('x'));
        await duplex.until(() => duplex.text() === 'x');
        client.destroy();
        await duplex.until(() => duplex.isClosed);
        const [opening, ...later] = server.seen.map(({ headers }) => headers);
        assert.equal(opening['http2-duplex-limit'], '4000000');
        assert.equal(opening['http2-duplex-id'], undefined);
        assert.ok(server.seen.every(({ headers }) => headers['http2-duplex-version'] === '2'));
        assert.ok(later.every((headers) => headers['http2-duplex-id'] === duplex.id));
      });

      test('a download that is cut is opened anew, and nothing is lost', async () => {
        const { client, duplex } = await open();
        duplex.write('before');
        assert.equal(await textOf(client), 'before');
        const attached = client.next('attached');
        duplex.cutDownload();
        duplex.write('meanwhile');
        assert.equal(await textOf(client), 'meanwhile');
        await attached;
        assert.deepEqual(client.events, ['detached', 'attached']);
        await client.write(Buffer.from('and up'));
        await duplex.until(() => duplex.text() === 'and up');
        client.destroy();
      });

      test('a server that is about to stop is reported once, and the duplex goes on', async () => {
        const { client, duplex } = await open();
        const draining = client.next('draining');
        duplex.drain();
        duplex.drain();
        await draining;
        const attached = client.next('attached');
        duplex.cutDownload();
        await attached;
        duplex.drain();
        duplex.write('bye');
        assert.equal(await textOf(client), 'bye');
        assert.deepEqual(client.events, ['draining', 'detached', 'attached']);
        client.destroy();
      });

      test('an application that waits for a duplex to open learns that the server was about to stop even then', async () => {
        server.duplex().then((duplex) => duplex.drain());
        const { client } = await open();
        if (!client.events.includes('draining')) {
          await client.next('draining');
        }
        client.destroy();
      });

      for (const seed of [1, 2, 3]) {
        test(`random chunks arrive whole and in order while connections are cut (seed ${seed})`, async () => {
          const random = randomOf(seed);
          const up = randomChunks(random, 3_000_000);
          const down = randomChunks(random, 3_000_000);
          const { client, duplex } = await open();
          let cuts = 0;
          let untilCut = random() * 400_000;
          const cutter = (/** @type {Uint8Array} */ bytes) => {
            untilCut -= bytes.length;
            if (untilCut < 0) {
              untilCut = random() * 400_000;
              cuts++;
              void setImmediate().then(() => (random() < 0.5 ? server.cut() : duplex.cutDownload()));
            }
          };
          await sendBothWays({ client, duplex }, up, down, cutter);
          assert.ok(cuts >= 10, `${cuts} cuts`);
          assert.equal(client.mode(), mode);
        });
      }
    });
  }
}
