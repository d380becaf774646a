import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { faces, readAll, textOf } from '../support/faces.js';
import '../support/unhandled-rejections.js';
import { sendBothWays } from '../support/both-ways.js';
import { Dialect2Server } from '../support/dialect2-server.js';
import { hashOf, randomChunks, randomOf } from '../support/random.js';
import { SimulatedWebSockets } from '../support/simulated-web-socket.js';
import { test, until } from '../support/time-limits.js';

const AT_ONCE = { websocket: 'at_once' };
/** How much faster the timers of a test may go than the clock. */
const SPEED = 5;
const MINUTE = 60_000;
/** Where timers go faster than the clock, the opening must not time out. */
const PATIENCE = 200_000;

const global = /** @type {any} */ (globalThis);
const page = new EventTarget();
const [, webFace] = faces;

before(() => {
  global.addEventListener = page.addEventListener.bind(page);
  global.removeEventListener = page.removeEventListener.bind(page);
});
after(() => {
  delete global.addEventListener;
  delete global.removeEventListener;
  delete global.WebSocket;
});

/** @type {Dialect2Server} */
let server;
/** @type {SimulatedWebSockets} */
let sockets;
/** @type {import('../support/faces.js').Client[]} */
let clients = [];
beforeEach(async () => {
  server = new Dialect2Server();
  server.options.webSocket = true;
  await server.listen();
  sockets = new SimulatedWebSockets(server);
  global.WebSocket = sockets.WebSocket;
});
afterEach(async () => {
  clients.forEach((client) => client.destroy());
  clients = [];
  sockets.opened.forEach((socket) => socket.cut());
  await setImmediate();
  // What failures have to say counts no more.
  page.dispatchEvent(new Event('online'));
  await server.close();
});

/** @param {object} options @param {import('../support/faces.js').Face} [face] */
async function open(options = {}, face = webFace) {
  const client = await face.open(server.url, { fetch: server.fetch, open_timeout: PATIENCE, ...options });
  clients.push(client);
  return { client, duplex: server.duplexOf(client.id) };
}

/** @typedef {Awaited<ReturnType<typeof open>>} Opened */

/** @param {Opened} opened @param {number} turns @param {number} [size] of what goes each way in each of them */
async function talk({ client, duplex }, turns, size = 5) {
  for (let i = 0; i < turns; i++) {
    const before = duplex.received.reduce((sum, { length }) => sum + length, 0);
    await client.write(Buffer.alloc(size));
    await duplex.until(() => duplex.received.reduce((sum, { length }) => sum + length, 0) >= before + size);
    duplex.write(Buffer.alloc(size));
    for (let left = size; left > 0;) {
      left -= (await client.read())?.length ?? size;
    }
  }
}

/** @param {Opened} opened */
const isOnSocket = ({ client }) => client.mode() === 'websocket' && client.downloadMode() === 'websocket';

/** @returns {Promise<Opened>} on a socket */
async function openOnSocket(options = AT_ONCE) {
  const opened = await open(options);
  await until(() => isOnSocket(opened));
  return opened;
}

/** @param {import('node:test').TestContext} t */
function speedUp(t) {
  const { setTimeout } = global;
  t.mock.method(global, 'setTimeout', (/** @type {() => void} */ run, /** @type {number} */ time) =>
    setTimeout(run, time / SPEED),
  );
}

for (const face of faces) {
  describe(`a WebSocket, ${face.name}`, () => {
    test('a duplex that is used in small turns moves to one, and both directions go by it', async () => {
      const opened = await open({}, face);
      const { client, duplex } = opened;
      await talk(opened, 5);
      assert.equal(sockets.opened.length, 0, 'not yet');
      assert.notEqual(client.mode(), 'websocket');
      await talk(opened, 10);
      await until(() => isOnSocket(opened));
      const requests = server.seen.length;
      const { sent } = sockets.last;
      await talk(opened, 20);
      assert.equal(server.seen.length, requests);
      assert.ok(sockets.last.sent > sent);
      assert.equal(sockets.last.url, server.url.replace('https', 'wss'));
      assert.equal(sockets.last.protocol, 'http2-duplex.2');
      await client.end();
      duplex.end();
      assert.deepEqual(await readAll(client), []);
      assert.deepEqual(await client.errors, []);
      await duplex.until(() => duplex.isClosed);
      assert.equal(duplex.error, undefined);
      assert.deepEqual(client.events, []);
      await until(() => sockets.open.length === 0);
    });

    test('nothing is lost when it breaks, and the duplex goes on over fetch', async () => {
      const opened = await open(AT_ONCE, face);
      const { client, duplex } = opened;
      await until(() => isOnSocket(opened));
      const attached = client.next('attached');
      sockets.last.cut();
      duplex.write('down');
      await client.write(Buffer.from('up'));
      assert.equal(await textOf(client), 'down');
      await attached;
      await duplex.until(() => duplex.text() === 'up');
      assert.notEqual(client.mode(), 'websocket');
      assert.notEqual(client.downloadMode(), 'websocket');
      client.reset(300, 'enough');
      await duplex.until(() => duplex.isClosed);
      assert.deepEqual(duplex.error, { number: 300, reason: 'enough' });
    });
  });
}

test('a reset reaches the other side, whichever side it comes from', async () => {
  const { client, duplex } = await openOnSocket();
  client.reset(300, 'enough');
  await duplex.until(() => duplex.isClosed);
  assert.deepEqual(duplex.error, { number: 300, reason: 'enough' });
  await until(() => sockets.open.length === 0);
  const other = await openOnSocket();
  other.duplex.reset(301, 'too much');
  const [error] = /** @type {any[]} */ (await other.client.errors);
  assert.deepEqual([error.code, error.number, error.reason], ['APPLICATION', 301, 'too much']);
  await until(() => sockets.open.length === 0);
});

test('a page that asks for it has it at once, and one that forbids it never', async () => {
  const opened = await open({ websocket: 'never' });
  // The ticket of the other one is still good: each socket must find its own session.
  const onSocket = await openOnSocket();
  await talk(onSocket, 3);
  await talk(opened, 20);
  assert.equal(sockets.opened.length, 1);
});

test('without a ticket, and for a session that must resume fast, nothing is opened', async () => {
  server.options.resumeTimeout = 5_000;
  const opened = await open(AT_ONCE);
  await talk(opened, 20);
  server.options = { ...server.options, webSocket: false, resumeTimeout: 30_000 };
  const other = await open(AT_ONCE);
  await talk(other, 20);
  assert.deepEqual(sockets.opened, []);
  opened.client.destroy();
});

test('large turns stay with fetch, and bulk goes back to it', async () => {
  const opened = await open();
  await talk(opened, 12, 40_000);
  assert.equal(sockets.opened.length, 0);
  opened.client.destroy();
  const { client, duplex } = await openOnSocket();
  const bytes = Buffer.alloc(6_000_000, 7);
  await client.write(bytes);
  await until(() => client.mode() !== 'websocket' && client.downloadMode() !== 'websocket');
  await client.end();
  assert.equal(hashOf(duplex.received), hashOf([bytes]));
  assert.equal(sockets.opened.length, 1);
  assert.deepEqual(client.events, []);
});

test('a server that wants its downloads replaced gets a request in place of the socket', async () => {
  const { client, duplex } = await openOnSocket();
  duplex.rotate();
  await until(() => client.downloadMode() !== 'websocket');
  await client.write(Buffer.from('goes on'));
  await duplex.until(() => duplex.text() === 'goes on');
  assert.deepEqual(client.events, []);
});

test('a duplex keeps the socket that it has just got, though others are used first', async () => {
  /** @type {Opened[]} */
  const all = [];
  for (let i = 0; i < 6; i++) {
    all.push(await open(AT_ONCE));
  }
  await until(() => all.filter(isOnSocket).length === 4);
  const onSocket = all.filter(isOnSocket);
  await Promise.all(all.filter((opened) => !isOnSocket(opened)).map((opened) => talk(opened, 3)));
  await Promise.all(onSocket.map((opened) => talk(opened, 3)));
  assert.ok(onSocket.every(isOnSocket));
  assert.equal(sockets.opened.length, 4);
  all.forEach(({ client }) => client.destroy());
});

test('four duplexes have one, and one of them makes room for a busier one', async (t) => {
  /** @type {Opened[]} */
  const all = [];
  for (let i = 0; i < 6; i++) {
    all.push(await open(AT_ONCE));
  }
  await until(() => all.filter(isOnSocket).length === 4);
  await Promise.all(all.map((opened) => talk(opened, 3)));
  assert.equal(sockets.opened.length, 4);
  const { now } = performance;
  t.mock.method(performance, 'now', () => now.call(performance) + 11_000);
  const late = all.find((opened) => !isOnSocket(opened));
  assert.ok(late);
  // Only its next turns ask for the socket that the other has left.
  await until(
    () => isOnSocket(late),
    () => talk(late, 1),
  );
  assert.equal(all.filter(isOnSocket).length, 4);
  assert.equal(sockets.open.length, 4);
  await Promise.all(all.map((opened) => talk(opened, 3)));
  assert.ok(all.every(({ client }) => client.events.length === 0));
  all.forEach(({ client }) => client.destroy());
});

for (const [line, pause, most] of /** @type {const} */ ([
  ['', 501, 1_048_576],
  [', and on a fast line the bound grows', 0, 2_097_152],
])) {
  test(`what waits in the browser is bounded${line}`, async (t) => {
    server.options.initialWindow = server.options.maxWindow = 16_777_216;
    const { client, duplex } = await openOnSocket();
    sockets.holds = true;
    const bytes = Buffer.alloc(3_900_000, 7);
    const writing = client.write(bytes);
    await until(() => sockets.last.bufferedAmount > 1_000_000);
    const { now } = performance;
    t.mock.method(performance, 'now', () => now.call(performance) + pause);
    sockets.last.releaseAtOnce();
    await until(() => sockets.last.bufferedAmount > 1_000_000);
    const { mostBuffered } = sockets.last;
    assert.ok(mostBuffered >= most && mostBuffered <= most + 262_144 + 1_000, `${mostBuffered} bytes`);
    sockets.holds = false;
    sockets.last.release();
    await writing;
    await client.end();
    duplex.end();
    assert.deepEqual(await readAll(client), []);
    assert.equal(hashOf(duplex.received), hashOf([bytes]));
  });
}

describe('a WebSocket that is of no use', () => {
  test('is tried again after 1, 5 and 25 minutes, and at once when the network changes', async (t) => {
    sockets.refuses = true;
    const { now } = performance;
    let passed = 0;
    t.mock.method(performance, 'now', () => now.call(performance) + passed);
    const opened = await open({ ...AT_ONCE, disable_request_streaming: true });
    const expectTries = async (/** @type {number} */ tries, /** @type {number} */ minutesLater) => {
      passed += minutesLater * MINUTE;
      await talk(opened, 2);
      await server.settled();
      await until(() => sockets.opened.length >= tries);
      assert.equal(sockets.opened.length, tries);
    };
    await expectTries(1, 0);
    await expectTries(1, 0.9);
    await expectTries(2, 0.2);
    await expectTries(2, 4.8);
    await expectTries(3, 0.3);
    await expectTries(3, 24);
    page.dispatchEvent(new Event('online'));
    await expectTries(4, 0);
    assert.deepEqual(opened.client.events, []);
  });

  test('where the constructor throws, the duplex stays with fetch', async () => {
    sockets.throws = true;
    const opened = await open(AT_ONCE);
    await talk(opened, 12);
    assert.ok(!isOnSocket(opened));
  });

  test('one that lets nothing through is given up, and the duplex never notices', async (t) => {
    speedUp(t);
    sockets.drops = true;
    const opened = await open(AT_ONCE);
    await talk(opened, 3);
    await until(() => sockets.opened.length === 1 && sockets.open.length === 0);
    await talk(opened, 3);
    assert.deepEqual(opened.client.events, []);
  });

  test('one that passes the probe but never attaches is given up, and none is tried at once', async () => {
    server.attachSocket = () => undefined;
    sockets.keepsRefused = true;
    const { client, duplex } = await open(AT_ONCE);
    await until(() => sockets.opened.length === 1 && sockets.open.length === 0);
    await duplex.until(() => duplex.attachments === 2);
    await client.write(Buffer.from('goes on'));
    await duplex.until(() => duplex.text() === 'goes on');
    await server.settled();
    assert.equal(sockets.opened.length, 1);
    assert.deepEqual(client.events, []);
  });

  test('one that goes silent later is left within seconds, and nothing is lost', async (t) => {
    speedUp(t);
    const opened = await openOnSocket();
    const { client, duplex } = opened;
    await client.write(Buffer.from('before '));
    await duplex.until(() => duplex.text() === 'before ');
    sockets.drops = true;
    await client.write(Buffer.from('after'));
    await duplex.until(() => duplex.text() === 'before after');
    duplex.write('down');
    assert.equal(await textOf(client), 'down');
    assert.ok(!isOnSocket(opened));
    assert.deepEqual(client.events, [], 'the socket was replaced, not lost');
  });

  test('an idle one that is well stays, however long', async (t) => {
    speedUp(t);
    const opened = await openOnSocket();
    await talk(opened, 3);
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    assert.ok(isOnSocket(opened));
    await talk(opened, 3);
    assert.equal(sockets.opened.length, 1);
  });
});

test('a page that goes into the back/forward cache closes it, and goes on over fetch', async () => {
  const { client, duplex } = await openOnSocket();
  page.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: true }));
  await duplex.until(() => !duplex.attached);
  assert.deepEqual(sockets.open, []);
  const attached = client.next('attached');
  page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  await attached;
  await client.write(Buffer.from('back'));
  await duplex.until(() => duplex.text() === 'back');
});

test('a page that is left for good resets the session', async () => {
  const { duplex } = await openOnSocket();
  page.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: false }));
  await duplex.until(() => duplex.isClosed);
  assert.equal(duplex.error?.number, 1);
});

for (const seed of [1, 2, 3]) {
  test(`random chunks arrive whole and in order while the duplex changes its carrier (seed ${seed})`, async () => {
    const random = randomOf(seed);
    const up = randomChunks(random, 1_500_000);
    const down = randomChunks(random, 1_500_000);
    const { client, duplex } = await openOnSocket();
    let moves = 0;
    let untilMove = random() * 100_000;
    const mover = (/** @type {Uint8Array} */ bytes) => {
      untilMove -= bytes.length;
      if (untilMove < 0) {
        untilMove = random() * 200_000;
        moves++;
        // The next socket may come at once.
        page.dispatchEvent(new Event('online'));
        void setImmediate().then(() =>
          [() => sockets.last.cut(), () => duplex.rotate(), () => server.cut()][moves % 3](),
        );
      }
    };
    await sendBothWays({ client, duplex }, up, down, mover);
    assert.ok(sockets.opened.length > 2, `${sockets.opened.length} sockets`);
  });
}
