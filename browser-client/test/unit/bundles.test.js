// The bundles that stand beside each other: web-streams.js loads dialect1.js when it meets a server of dialect 1,
// websocket.js when a duplex moves to a socket, and survive-reload.js when a duplex must survive a reload.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Dialect2Server } from '../support/dialect2-server.js';
import { Tab } from '../support/reloadable-page.js';
import { SimulatedWebSockets } from '../support/simulated-web-socket.js';
import { test, until } from '../support/time-limits.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'http2-duplex-'));
const whole = join(directory, 'whole');
const partial = join(directory, 'partial');

before(() => {
  execFileSync(process.execPath, [join(root, 'build', 'build.js'), whole], { stdio: 'pipe' });
  cpSync(join(whole, 'web-streams.js'), join(partial, 'web-streams.js'));
  cpSync(join(root, 'package.json'), join(directory, 'package.json'));
});

after(() => rmSync(directory, { recursive: true }));

/** @returns {Promise<typeof import('../../src/web-streams.js')>} */
const webStreams = (/** @type {string} */ from) => import(pathToFileURL(join(from, 'web-streams.js')).href);

/** A server of dialect 1 that writes "ab" at once and refuses every upload. */
function server() {
  /** @type {AbortSignal[]} */
  const signals = [];
  /** @type {typeof globalThis.fetch} */
  const fetch = async (_url, { method, signal } = {}) => {
    if (method === 'POST') {
      return new Response(null, { status: 413 });
    }
    signals.push(/** @type {AbortSignal} */ (signal));
    return new Response('\0ab', { headers: { 'http2-duplex-id': 'some-id' } });
  };
  return { fetch, signals };
}

test('the sizes in README are those of the bundles', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const rows = [...readme.matchAll(/^\| `([\w-]+\.js)` +\| under ([\d.]+) kB/gm)];
  assert.equal(rows.length, 10);
  for (const [, file, limit] of rows) {
    const size = gzipSync(readFileSync(join(whole, file)), { level: 9 }).length;
    assert.ok(size < 1000 * Number(limit), `${file} has ${size} bytes`);
  }
});

test('what a server of dialect 1 has sent is read when the code for it is loaded', async () => {
  const { connect } = await webStreams(whole);
  const { readable } = await connect('http://localhost/', { fetch: server().fetch });
  const { value } = await readable.getReader().read();
  assert.equal(new TextDecoder().decode(value), 'ab');
});

test('the errors of dialect 1 are of the one class', async () => {
  const { connect, DuplexError, ResponseError } = await webStreams(whole);
  const { fetch } = server();
  const refused = await connect('http://localhost/', { fetch });
  await refused.writable.getWriter().write(Uint8Array.of(1));
  await assert.rejects(refused.closed, ResponseError);
  const destroyed = await connect('http://localhost/', { fetch });
  await destroyed.readable.cancel();
  await assert.rejects(destroyed.closed, DuplexError);
});

test('code that cannot be loaded is one error with a code, and the server sees the duplex go', async () => {
  const { connect, DuplexError } = await webStreams(partial);
  const { fetch, signals } = server();
  await assert.rejects(connect('http://localhost/', { fetch }), (error) => {
    assert.ok(error instanceof DuplexError);
    assert.equal(error.code, 'CONNECTION_LOST');
    assert.match(String(error.cause), /dialect1\.js/);
    return true;
  });
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true],
  );
});

for (const file of ['web-streams.js', 'index.js']) {
  test(`${file}: a duplex moves to a socket, and goes on over fetch when that breaks`, async (t) => {
    const server = new Dialect2Server();
    server.options.webSocket = true;
    await server.listen();
    t.after(() => server.close());
    const sockets = new SimulatedWebSockets(server);
    const global = /** @type {any} */ (globalThis);
    global.WebSocket = sockets.WebSocket;
    t.after(() => delete global.WebSocket);
    /** @type {typeof import('../../src/web-streams.js')} */
    const { connect } = await import(pathToFileURL(join(whole, file)).href);
    const client = await connect(server.url, { fetch: server.fetch, websocket: 'at_once' });
    const duplex = server.duplexOf(client.id);
    await until(() => client.uploadMode === 'websocket');
    const writer = client.writable.getWriter();
    const reader = client.readable.getReader();
    await writer.write(Buffer.from('by the socket, '));
    await duplex.until(() => duplex.text() === 'by the socket, ');
    sockets.last.cut();
    await writer.write(Buffer.from('by fetch'));
    await duplex.until(() => duplex.text() === 'by the socket, by fetch');
    duplex.write('and down');
    assert.equal(Buffer.from((await reader.read()).value ?? []).toString(), 'and down');
    duplex.end();
    await writer.close();
    await reader.read();
    await client.closed;
  });
}

for (const file of ['web-streams.js', 'index.js']) {
  test(`${file}: a duplex survives a reload of its page`, async (t) => {
    const server = await new Dialect2Server().listen();
    t.after(() => server.close());
    const tab = new Tab().show();
    t.after(() => tab.close());
    /** @type {typeof import('../../src/web-streams.js')} */
    const { connect } = await import(pathToFileURL(join(whole, file)).href);
    const open = () => connect(server.url, { fetch: server.fetch, survive_reload: 'terminal' });
    const client = await open();
    const duplex = server.duplexOf(client.id);
    await client.writable.getWriter().write(Buffer.from('before, '));
    duplex.write('12');
    await client.readable.getReader().read();
    duplex.write('3');
    tab.leave();
    const next = await open();
    assert.deepEqual(next.resumed, { read: 2, written: 8, ended: false });
    const reader = next.readable.getReader();
    assert.equal(Buffer.from((await reader.read()).value ?? []).toString(), '3');
    const writer = next.writable.getWriter();
    await writer.write(Buffer.from('after'));
    await writer.close();
    duplex.end();
    await reader.read();
    await next.closed;
    assert.equal(duplex.text(), 'before, after');
    assert.deepEqual(tab.entries, []);
  });
}
