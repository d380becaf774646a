// keepOpen over real duplexes of both faces: what a restart, a drain and a refusal do.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, beforeEach, describe } from 'node:test';
import { connect, make } from '../../src/index.js';
import { keepOpen } from '../../src/keep-open.js';
import { Dialect2Server } from '../support/dialect2-server.js';
import '../support/unhandled-rejections.js';
import { test } from '../support/time-limits.js';

for (const [face, open] of /** @type {const} */ ([
  ['Node Duplex', make],
  ['Web Streams', connect],
])) {
  describe(`keepOpen, ${face}`, () => {
    /** @type {Dialect2Server} */
    let server;
    beforeEach(async () => {
      server = await new Dialect2Server().listen();
    });
    afterEach(() => server.close());

    /** Keeps a duplex open for as long as it lives. */
    function kept() {
      /** @type {any[]} */
      const duplexes = [];
      const options = { connect: /** @type {any} */ (open), fetch: server.fetch, min_pause: 1, max_pause: 20 };
      const page = keepOpen(server.url, options, (duplex, { signal }) => {
        duplexes.push(duplex);
        return once(signal, 'abort');
      });
      const reached = async (/** @type {string} */ state) => {
        while (page.state !== state) {
          await once(page, 'state');
        }
      };
      return { page, duplexes, reached };
    }

    test('a server that has forgotten the session gives another one', async () => {
      const { page, duplexes, reached } = kept();
      await reached('open');
      server.forget();
      server.cut();
      await reached('waiting');
      assert.equal(page.error.code, 'UNKNOWN_SESSION');
      assert.equal(page.message, 'The server was restarted. Trying again soon.');
      await reached('open');
      assert.equal(duplexes.length, 2);
      assert.notEqual(duplexes[0].id, duplexes[1].id);
      page.stop();
      await page.closed;
    });

    test('a lost connection is told, and gives no other session', async () => {
      const { page, duplexes, reached } = kept();
      await reached('open');
      server.cut();
      await reached('detached');
      await reached('open');
      assert.equal(duplexes.length, 1);
      page.stop();
      await page.closed;
    });

    test('a server that is overloaded is asked again', async () => {
      let refusals = 2;
      server.onrequest = (stream) => {
        if (refusals-- > 0) {
          stream.respond({ ':status': 503 }, { endStream: true });
          return true;
        }
      };
      const { page, reached } = kept();
      await reached('waiting');
      assert.equal(page.error.code, 'OVERLOADED');
      await reached('open');
      page.stop();
      await page.closed;
    });

    test('a page that is not signed in is told so, once', async () => {
      server.onrequest = (stream) => {
        stream.respond({ ':status': 401 }, { endStream: true });
        return true;
      };
      const { page, duplexes } = kept();
      await assert.rejects(page.closed, ({ response }) => response.status === 401);
      assert.equal(page.message, 'Please sign in again.');
      assert.equal(duplexes.length, 0);
      assert.equal(server.seen.length, 1);
    });
  });
}
