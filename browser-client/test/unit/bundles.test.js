// The bundles that stand beside each other: web-streams.js loads dialect1.js when it meets a server of dialect 1.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { test } from '../support/time-limits.js';

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
