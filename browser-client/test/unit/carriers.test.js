// The seam for carriers: a session of dialect 2 works without fetch, over whatever implements src/dialect2/carrier.js.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { Dialect2Session } from '../../src/dialect2/session.js';
import { settingsOf } from '../../src/options.js';
import { BodyCarrier, EchoServer, SocketCarrier } from '../support/simulated-carriers.js';
import '../support/unhandled-rejections.js';
import { test } from '../support/time-limits.js';

const SIZE = 200_000;
const TIME_LIMIT = { timeout: 10_000 };

// Nothing else keeps the process alive: no socket is open, and the session's next task does not.
/** @type {ReturnType<typeof setInterval>} */
let alive;
before(() => void (alive = setInterval(() => {}, 1_000)));
after(() => clearInterval(alive));

/** @param {(context: import('../../src/dialect2/carrier.js').CarrierContext, server: EchoServer) => import('../../src/dialect2/carrier.js').Carriers} carriersWith */
function open(carriersWith) {
  const server = new EchoServer();
  const settings = settingsOf('http://localhost/', { fetch: () => assert.fail('fetch was called') }, 0);
  return new Dialect2Session(settings, 'some-id', (context) => carriersWith(context, server));
}

/** @param {Dialect2Session} session @param {number} total */
async function readBytes(session, total) {
  /** @type {Uint8Array[]} */
  const chunks = [];
  for (let size = 0; size < total;) {
    const bytes = await session.read();
    assert.ok(bytes, 'it ended early');
    chunks.push(bytes);
    size += bytes.length;
  }
  return Buffer.concat(chunks);
}

const bytes = Uint8Array.from({ length: SIZE }, (_, i) => (i * 7 + (i >> 8)) & 255);

test('one socket carries both directions, is replaced when it breaks, and ends cleanly', TIME_LIMIT, async () => {
  /** @type {SocketCarrier | undefined} */
  let socket;
  const session = open((context, server) => {
    socket = new SocketCarrier(context, server);
    return { downloads: socket, uploads: socket };
  });
  /** @type {string[]} */
  const events = [];
  session.onstatus = (event) => events.push(event);
  const written = session.write([bytes, bytes]);
  const first = await readBytes(session, SIZE / 2);
  assert.ok(socket);
  socket.cut();
  const rest = await readBytes(session, 2 * SIZE - first.length);
  await written;
  assert.deepEqual(Buffer.concat([first, rest]), Buffer.concat([bytes, bytes]));
  assert.equal(socket.connections, 2);
  assert.deepEqual(events, ['detached', 'attached']);
  assert.equal(session.uploadMode, 'streaming');
  await session.end();
  assert.equal(await session.read(), null);
  await session.closed;
});

test('downloads and uploads may have different carriers', TIME_LIMIT, async () => {
  const session = open((context, server) => ({
    downloads: new SocketCarrier(context, server),
    uploads: new BodyCarrier(context, server),
  }));
  const written = session.write([bytes]);
  assert.deepEqual(await readBytes(session, SIZE), Buffer.from(bytes));
  await written;
  assert.equal(session.uploadMode, 'post');
  await session.end();
  assert.equal(await session.read(), null);
  await session.closed;
});

test('a destroyed session sends its RESET over any carrier', TIME_LIMIT, async () => {
  /** @type {EchoServer | undefined} */
  let reset;
  const session = open((context, server) => {
    reset = server;
    return { downloads: new SocketCarrier(context, server), uploads: new BodyCarrier(context, server) };
  });
  session.destroy(new Error('enough'));
  await assert.rejects(session.closed, { message: 'enough' });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(reset?.session.failure?.number, 1);
});

test('nothing is told behind the end, though the server said before that it is about to stop', TIME_LIMIT, async () => {
  const session = open((context, server) => {
    const { event } = context;
    let isTold = false;
    context.event = (tell) => {
      event.call(context, tell);
      if (context.core.isDraining) {
        session.destroy(new Error('enough'));
      } else if (context.core.downloads.isAttached && !isTold) {
        isTold = true;
        server.session.drain();
        server.act();
      }
    };
    return { downloads: new SocketCarrier(context, server), uploads: new BodyCarrier(context, server) };
  });
  /** @type {string[]} */
  const events = [];
  session.onstatus = (event) => events.push(event);
  await assert.rejects(session.closed, { message: 'enough' });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(events, []);
});
