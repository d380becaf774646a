import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe } from 'node:test';
import { faces, readAll } from '../support/faces.js';
import '../support/unhandled-rejections.js';
import { Dialect2Server } from '../support/dialect2-server.js';
import { test } from '../support/time-limits.js';

/** A simulated window of a page, which counts its listeners. */
class Page extends EventTarget {
  listeners = 0;

  /** @type {EventTarget['addEventListener']} */
  addEventListener(...parameters) {
    this.listeners++;
    super.addEventListener(...parameters);
  }

  /** @type {EventTarget['removeEventListener']} */
  removeEventListener(...parameters) {
    this.listeners--;
    super.removeEventListener(...parameters);
  }

  /** @param {'online' | 'pageshow' | 'pagehide'} name @param {boolean} [persisted] */
  happens(name, persisted) {
    this.dispatchEvent(Object.assign(new Event(name), { persisted }));
  }
}

const page = new Page();
const global = /** @type {any} */ (globalThis);

before(() => {
  global.addEventListener = page.addEventListener.bind(page);
  global.removeEventListener = page.removeEventListener.bind(page);
});
after(() => {
  delete global.addEventListener;
  delete global.removeEventListener;
});

for (const face of faces) {
  describe(`page life, ${face.name}`, () => {
    /** @type {Dialect2Server} */
    let server;
    /** @type {Awaited<ReturnType<typeof face.open>> | undefined} */
    let client;
    beforeEach(async () => {
      server = await new Dialect2Server().listen();
    });
    afterEach(async () => {
      client?.destroy();
      await server.close();
    });

    const open = async () => {
      client = await face.open(server.url, { fetch: server.fetch });
      return { client, duplex: await server.duplex() };
    };

    for (const event of /** @type {const} */ (['online', 'pageshow'])) {
      test(`${event}: a session that waits before it resumes does so at once`, async (t) => {
        const { client, duplex } = await open();
        let refused = () => {};
        const waits = new Promise((resolve) => (refused = () => resolve(undefined)));
        const now = performance.now();
        t.mock.method(performance, 'now', () => now);
        server.onrequest = (stream) => {
          stream.respond({ ':status': 503, 'retry-after': '20' });
          stream.end();
          refused();
          return true;
        };
        duplex.cutDownload();
        await waits;
        server.onrequest = () => {};
        const attached = client.next('attached');
        // The clock stands still: no pause ends. The event comes again until the session has read the answer and waits.
        const happening = setInterval(() => page.happens(event), 10);
        await attached.finally(() => clearInterval(happening));
      });
    }

    test('a page that is left for good resets the session at once, without an error', async () => {
      const { client, duplex } = await open();
      /** @type {unknown[]} */
      const errors = [];
      client.errors.then(
        (error) => errors.push(error),
        () => {}, // they never come
      );
      page.happens('pagehide', false);
      await duplex.until(() => duplex.isClosed);
      assert.equal(duplex.error?.number, 1);
      await server.settled();
      assert.deepEqual(errors, []);
      assert.equal(page.listeners, 0);
    });

    test('a page in the back/forward cache has no requests, and resumes when it is back', async () => {
      const { client, duplex } = await open();
      await client.write(Buffer.from('before '));
      await duplex.until(() => duplex.text() === 'before ');
      page.happens('pagehide', true);
      await duplex.until(() => !duplex.attached);
      const requests = server.seen.length;
      const writing = client.write(Buffer.from('after'));
      await server.settled();
      assert.ok(server.seen.slice(requests).every(({ headers }) => headers['http2-duplex-id'] === undefined));
      const attached = client.next('attached');
      page.happens('pageshow', true);
      await attached;
      await writing;
      await client.end();
      assert.equal(duplex.text(), 'before after');
      duplex.end();
      assert.deepEqual(await readAll(client), []);
      assert.deepEqual(await client.errors, []);
    });

    test('no listener is left when the session is closed', async () => {
      const { client } = await open();
      assert.equal(page.listeners, 3);
      client.destroy();
      await client.errors;
      assert.equal(page.listeners, 0);
    });
  });
}
