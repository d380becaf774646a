// A duplex that survives a reload of its page (option `survive_reload`), over HTTP/2, in simulated tabs.
import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe } from 'node:test';
import { Dialect1Server } from '../support/dialect1-server.js';
import { Dialect2Server } from '../support/dialect2-server.js';
import { faces, failureOf, readAll, textOf } from '../support/faces.js';
import { hashOf, randomChunks, randomOf } from '../support/random.js';
import { SimulatedLocks, Tab } from '../support/reloadable-page.js';
import { test } from '../support/time-limits.js';
import '../support/unhandled-rejections.js';

const MEGABYTE = 1_000_000;
const ENTRY = 'http2-duplex:terminal';

after(() => new Tab().close());

for (const face of faces) {
  describe(`a page that is reloaded, ${face.name}`, () => {
    /** @type {Dialect2Server} */
    let server;
    /** @type {Tab} */
    let tab;
    beforeEach(async () => {
      server = await new Dialect2Server().listen();
      tab = new Tab().show();
    });
    afterEach(() => {
      [tab, ...tab.copies].forEach((one) => one.leave());
      return server.close();
    });

    const open = (/** @type {object} */ more = {}) =>
      face.open(server.url, { fetch: server.fetch, survive_reload: 'terminal', ...more });
    const openFirst = async (/** @type {object} */ more = {}) => {
      const client = await open(more);
      return { client, duplex: await server.duplex() };
    };
    /** @param {object} more */
    const reload = (more = {}) => {
      tab.leave();
      return open(more);
    };
    const gets = () => server.seen.filter(({ method }) => method === 'GET');

    test('goes on where it was, and is told where that is', async () => {
      const { client, duplex } = await openFirst();
      assert.equal(client.resumed, undefined);
      await client.write(Buffer.from('abc'));
      duplex.write('12');
      assert.equal(await textOf(client), '12');
      assert.equal(gets()[0].headers['http2-duplex-limit'], '65536');
      const next = await reload();
      assert.equal(next.id, client.id);
      assert.deepEqual(next.resumed, { read: 2, written: 3, ended: false });
      assert.equal(next.notResumed, undefined);
      assert.deepEqual(tab.entries, []);
      duplex.write('3');
      assert.equal(await textOf(next), '3');
      await next.write(Buffer.from('d'));
      await next.end();
      duplex.end();
      assert.deepEqual(await readAll(next), []);
      assert.deepEqual(await next.errors, []);
      assert.equal(duplex.text(), 'abcd');
      assert.deepEqual(tab.entries, []);
    });

    test('2 MB each way survive several reloads, byte by byte', async () => {
      server.options.maxWindow = 8 * MEGABYTE;
      const { client, duplex } = await openFirst();
      const [up, down] = [1, 2].map((seed) => Buffer.concat(randomChunks(randomOf(seed), 2 * MEGABYTE)));
      duplex.reads = false;
      duplex.write(down);
      duplex.end();
      /** @type {Uint8Array[]} */
      const read = [];
      let page = client;
      let written = 0;
      for (const part of [0.1, 0.4, 0.7, 1]) {
        // What was not taken when the page is left, the next page writes again.
        page.write(up.subarray(written)).catch(() => {});
        while (sizeOf(read) < part * down.length - 1) {
          read.push(/** @type {Uint8Array} */ (await page.read()));
        }
        page = await reload();
        written = page.resumed?.written ?? -1;
        assert.equal(page.resumed?.read, sizeOf(read));
      }
      duplex.reads = true;
      duplex.act();
      await page.write(up.subarray(written));
      await page.end();
      read.push(...(await readAll(page)));
      assert.deepEqual(await page.errors, []);
      assert.equal(hashOf(read), hashOf([down]));
      assert.equal(hashOf(duplex.received), hashOf([up]));
      assert.deepEqual(tab.entries, [], tab.sessionStorage.getItem(ENTRY)?.slice(0, 300));
    });

    test('a page that is left while it is detached goes on as well', async () => {
      const { client, duplex } = await openFirst();
      server.onrequest = (stream) => {
        stream.respond({ ':status': 503 });
        stream.end();
        return true;
      };
      duplex.cutDownload();
      await client.next('detached');
      tab.leave();
      server.onrequest = () => {};
      const next = await open();
      assert.equal(next.id, client.id);
      assert.equal(next.notResumed, undefined);
    });

    test('what the page has not read is not stored, since it was not confirmed', async () => {
      const { client, duplex } = await openFirst();
      const sent = Buffer.alloc(60_000, 'a');
      duplex.write(sent);
      await client.write(Buffer.from('x'));
      await duplex.until(() => duplex.text() === 'x');
      await server.settled();
      const next = await reload();
      assert.equal(Number(gets().at(-1)?.headers['http2-duplex-offset']), 0);
      duplex.end();
      assert.equal(hashOf(await readAll(next)), hashOf([sent]));
    });

    test('what a poll has confirmed and the page has not read is stored', async () => {
      const { client, duplex } = await openFirst({ download_modes: ['polling'] });
      duplex.write('abc');
      await duplex.until(() => gets().some(({ headers }) => Number(headers['http2-duplex-offset']) === 3));
      const next = await reload({ download_modes: ['polling'] });
      assert.equal(Number(gets().at(-1)?.headers['http2-duplex-offset']), 3);
      assert.equal(next.resumed?.read, 0);
      assert.equal(await textOf(next), 'abc');
      assert.equal(next.downloadMode(), 'polling');
      assert.equal(client.id, next.id);
    });

    test('a side that the page before has ended stays ended', async () => {
      const { client, duplex } = await openFirst();
      await client.write(Buffer.from('abc'));
      void client.end().catch(() => {});
      await duplex.until(() => duplex.atEnd);
      const next = await reload();
      assert.equal(next.resumed?.ended, true);
      duplex.write('!');
      duplex.end();
      assert.equal(Buffer.concat(await readAll(next)).toString(), '!');
      assert.deepEqual(await next.errors, []);
    });

    test('a duplex of which both sides have ended gives what was not read, without the server', async () => {
      const { client, duplex } = await openFirst({ download_modes: ['polling'] });
      duplex.write('abc');
      duplex.end();
      await duplex.until(() => gets().some(({ headers }) => Number(headers['http2-duplex-offset']) === 4));
      await client.end();
      server.forget();
      const next = await reload({ download_modes: ['polling'] });
      assert.deepEqual(next.resumed, { read: 0, written: 0, ended: true });
      assert.equal(Buffer.concat(await readAll(next)).toString(), 'abc');
      assert.deepEqual(await next.errors, []);
    });

    test('a duplex of which both sides have ended, as only the server knows', async () => {
      const { client, duplex } = await openFirst({ download_modes: ['polling'], disable_request_streaming: true });
      duplex.write('abc');
      duplex.end();
      await duplex.until(() => gets().some(({ headers }) => Number(headers['http2-duplex-offset']) === 4));
      server.onrequest = (_stream, headers) => headers[':method'] === 'GET';
      duplex.cutsAnswers = 100;
      void client.end().catch(() => {});
      await duplex.until(() => duplex.isClosed);
      tab.leave();
      server.onrequest = () => {};
      const next = await open();
      assert.deepEqual(next.resumed, { read: 0, written: 0, ended: true });
      assert.equal(Buffer.concat(await readAll(next)).toString(), 'abc');
      assert.deepEqual(await next.errors, []);
    });

    test('bytes whose POST the reload has cut go again, and come once', async () => {
      const { client, duplex } = await openFirst({ disable_request_streaming: true });
      duplex.cutsAnswers = 1;
      void client.write(Buffer.from('abc'));
      await duplex.until(() => duplex.text() === 'abc' && duplex.cutsAnswers === 0);
      const next = await reload();
      await next.write(Buffer.from('d'));
      await next.end();
      assert.equal(duplex.text(), 'abcd');
    });

    for (const [what, happens, code] of /** @type {[string, (first: any) => unknown, string][]} */ ([
      ['has lost', () => server.forget(), 'UNKNOWN_SESSION'],
      ['has reset', ({ duplex }) => duplex.reset(300, 'enough'), 'UNKNOWN_SESSION'],
    ])) {
      test(`a duplex that the server ${what} meanwhile: another is opened, and the page is told why`, async () => {
        const first = await openFirst();
        tab.leave();
        await happens(first);
        const next = await open();
        assert.notEqual(next.id, first.client.id);
        assert.equal(next.resumed, undefined);
        assert.equal(next.notResumed?.code, code);
        assert.deepEqual(tab.entries, []);
        await next.write(Buffer.from('new'));
        await next.end();
        assert.equal(server.duplexOf(next.id).text(), 'new');
      });
    }

    test('an entry of another address, that can’t be read, or is too old: another duplex, and it is removed', async (t) => {
      for (const [what, spoils] of /** @type {[RegExp, () => object | void][]} */ ([
        [/another address/, () => ({ url: `${server.url}?other` })],
        [/can’t be read/, () => tab.sessionStorage.setItem(ENTRY, 'nonsense')],
        [/too long/, () => void t.mock.method(Date, 'now', () => Number(performance.timeOrigin) + 10_000_000)],
      ])) {
        const client = await open();
        tab.leave();
        assert.deepEqual(tab.entries, [ENTRY]);
        const { url = server.url } = /** @type {{ url?: string }} */ (spoils() ?? {});
        const next = await face.open(url, { fetch: server.fetch, survive_reload: 'terminal' });
        assert.notEqual(next.id, client.id);
        assert.equal(next.resumed, undefined);
        assert.equal(next.notResumed?.code, 'UNKNOWN_SESSION');
        assert.match(next.notResumed?.message, what);
        assert.deepEqual(tab.entries, []);
        next.destroy();
        await next.errors;
      }
    });

    test('what nobody came back to is removed when it is too old', async (t) => {
      await openFirst({ survive_reload: 'forgotten' });
      tab.leave();
      tab.sessionStorage.setItem('of the application', 'stays');
      await open();
      assert.deepEqual(tab.entries, ['http2-duplex:forgotten', 'of the application']);
      t.mock.method(Date, 'now', () => Number(performance.timeOrigin) + 10_000_000);
      await open({ survive_reload: 'another' });
      assert.deepEqual(tab.entries, ['of the application']);
    });

    for (const locks of [new SimulatedLocks(), undefined]) {
      describe(locks ? 'with locks' : 'without locks', () => {
        beforeEach(() => tab.show(locks));

        test('a duplicated tab opens a duplex of its own, and the first is not disturbed', async () => {
          const { client, duplex } = await openFirst();
          tab.leave();
          const copy = tab.duplicate();
          // In this process both pages have one set of names.
          copy.sessionStorage.setItem('http2-duplex:copy', copy.sessionStorage.getItem(ENTRY));
          tab.show(locks);
          const first = await open();
          assert.equal(first.id, client.id);
          const { attachments } = duplex;
          copy.show(locks);
          const second = await open({ survive_reload: 'copy' });
          assert.notEqual(second.id, client.id);
          assert.equal(second.resumed, undefined);
          assert.equal(second.notResumed?.code, locks ? 'UNKNOWN_SESSION' : 'REFUSED');
          await second.write(Buffer.from('second'));
          await first.write(Buffer.from('first'));
          await duplex.until(() => duplex.text() === 'first');
          assert.equal(duplex.attachments, attachments);
        });

        test('a copy is refused even when another page has used the original and left again', async () => {
          const { client, duplex } = await openFirst();
          tab.leave();
          const copy = tab.duplicate();
          copy.sessionStorage.setItem('http2-duplex:copy', copy.sessionStorage.getItem(ENTRY));
          tab.show(locks);
          const first = await open();
          await first.write(Buffer.from('first'));
          await duplex.until(() => duplex.text() === 'first');
          tab.leave();
          copy.show(locks);
          const second = await open({ survive_reload: 'copy' });
          assert.equal(second.notResumed?.code, 'REFUSED');
          tab.show(locks);
          const third = await open();
          assert.equal(third.id, client.id);
          assert.equal(third.resumed?.written, 5);
        });

        test('a page that is reloaded once more before there was an answer', async () => {
          const { client, duplex } = await openFirst();
          let gone = (/** @type {Error} */ _error) => {};
          const answer = new Promise((_resolve, reject) => (gone = reject));
          tab.leave();
          const left = failureOf(open({ fetch: () => answer }));
          // The loaded module, and the lock.
          while (tab.entries.length > 0) {
            await server.settled();
          }
          await server.settled();
          const next = await reload();
          assert.equal(next.id, client.id);
          assert.equal(next.resumed?.read, 0);
          duplex.write('here');
          assert.equal(await textOf(next), 'here');
          // Unlike a browser's, the page that was left goes on: what it still stores is not for a later test.
          gone(new TypeError('no network'));
          await left;
        });
      });
    }

    test('a GET that was not answered in time is sent again by the next opening, which goes on', async () => {
      const { client } = await openFirst();
      tab.leave();
      const never = new Promise(() => {});
      const error = await failureOf(open({ fetch: () => never, open_timeout: 100 }));
      assert.equal(error.code, 'TIMED_OUT');
      assert.deepEqual(tab.entries, [ENTRY]);
      const lost = await failureOf(open({ fetch: () => Promise.reject(new TypeError('no network')) }));
      assert.equal(lost.code, 'CONNECTION_LOST');
      const next = await open();
      assert.equal(next.id, client.id);
      assert.deepEqual(tab.entries, []);
    });

    test('an answer of something on the way, or one that passes, leaves what is kept', async () => {
      const { client } = await openFirst();
      tab.leave();
      for (const [type, status] of /** @type {const} */ ([
        ['text/html', 502],
        ['text/html', 404],
        ['application/problem+json', 503],
      ])) {
        server.onrequest = (stream) => {
          stream.respond({ ':status': status, 'content-type': type });
          stream.end('{"type":"urn:http2-duplex:problem:overloaded"}');
          return true;
        };
        const error = await failureOf(open());
        assert.equal(error.response.status, status);
      }
      server.onrequest = () => {};
      const next = await open();
      assert.equal(next.id, client.id);
    });

    test('an AbortSignal that is triggered while it resumes destroys the duplex', async () => {
      const { duplex } = await openFirst();
      tab.leave();
      const abort = new AbortController();
      const opening = failureOf(
        open({
          signal: abort.signal,
          fetch: (/** @type {any} */ url, /** @type {any} */ init) => (abort.abort(), server.fetch(url, init)),
        }),
      );
      assert.equal((await opening).code, 'ABORTED');
      await duplex.until(() => duplex.isClosed);
      assert.equal(duplex.error?.number, 12);
      assert.deepEqual(tab.entries, []);
    });

    test('what does not fit is reset, as without the option', async () => {
      const { duplex } = await openFirst();
      tab.sessionStorage.setItem('of the application', 'a'.repeat(5 * 1024 * 1024 - 100));
      tab.leave();
      await duplex.until(() => duplex.isClosed);
      assert.equal(duplex.error?.number, 1);
      assert.deepEqual(tab.entries, ['of the application']);
      const next = await open();
      assert.deepEqual([next.resumed, next.notResumed], [undefined, undefined]);
    });

    test('a page in the back/forward cache keeps its duplex, and stores nothing', async () => {
      const { client, duplex } = await openFirst();
      tab.leave(true);
      await duplex.until(() => !duplex.attached);
      assert.deepEqual(tab.entries, []);
      tab.dispatchEvent(new Event('pageshow'));
      await client.next('attached');
      await client.write(Buffer.from('on'));
      await duplex.until(() => duplex.text() === 'on');
    });

    test('nothing is kept of a duplex that has ended, was reset or has failed, and its name is free', async () => {
      const ways = /** @type {((client: any, duplex: any) => unknown)[]} */ ([
        async (client, duplex) => (duplex.end(), await client.end(), await readAll(client)),
        (client) => client.destroy(),
        (client) => client.reset(300, 'enough'),
        (_client, duplex) => duplex.reset(300, 'enough'),
      ]);
      for (const ends of ways) {
        const client = await open();
        await ends(client, server.duplexOf(client.id));
        await client.errors;
        tab.leave();
        assert.deepEqual(tab.entries, []);
      }
    });

    test('two duplexes of a page with one name are refused', async () => {
      await openFirst();
      assert.match((await failureOf(open())).message, /another duplex of this page has the name terminal/);
      const other = await open({ survive_reload: 'other' });
      tab.leave();
      assert.deepEqual(tab.entries, [ENTRY, 'http2-duplex:other']);
      assert.equal((await open({ survive_reload: 'other' })).id, other.id);
    });

    test('a name that is none is refused', async () => {
      for (const survive_reload of ['', 3, true]) {
        assert.match((await failureOf(open({ survive_reload }))).message, /survive_reload must be a name/);
      }
    });

    test('a server without resuming, or dialect 1: the page is reset as without the option', async () => {
      server.options.resumeTimeout = 0;
      const { client: first, duplex } = await openFirst();
      duplex.write('behind HELLO');
      await textOf(first);
      tab.leave();
      await duplex.until(() => duplex.isClosed);
      assert.deepEqual(tab.entries, []);
      const dialect1 = await new Dialect1Server().listen();
      try {
        const client = await face.open(dialect1.url, { fetch: dialect1.fetch, survive_reload: 'terminal' });
        tab.leave();
        assert.deepEqual(tab.entries, []);
        client.destroy();
        await client.errors;
      } finally {
        await dialect1.close();
      }
    });

    test('where the browser allows no storage, a page is reset as without the option', async () => {
      Object.defineProperty(globalThis, 'sessionStorage', {
        get: () => assert.fail('SecurityError'),
        configurable: true,
      });
      const { duplex } = await openFirst();
      tab.leave();
      await duplex.until(() => duplex.isClosed);
    });
  });
}

/** @param {Uint8Array[]} chunks */
const sizeOf = (chunks) => chunks.reduce((sum, { length }) => sum + length, 0);
