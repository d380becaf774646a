// A page that has left its first way down looks at it again when the network changes.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { connect } from '../../src/web-streams.js';
import { loadWays } from '../../src/dialect2/fetch/load-ways.js';
import '../support/unhandled-rejections.js';
import { Dialect2Server } from '../support/dialect2-server.js';
import { awaited, test } from '../support/time-limits.js';

const page = new EventTarget();
const global = /** @type {any} */ (globalThis);

before(async () => {
  global.addEventListener = page.addEventListener.bind(page);
  await loadWays();
});
after(() => {
  delete global.addEventListener;
});

test('a duplex that polls tries the first way on another network, and stays attached where that fails', async () => {
  const server = await new Dialect2Server().listen();
  let holds = true;
  /** @type {any[]} */
  const gets = [];
  const fetch = async (/** @type {any} */ url, /** @type {any} */ init) => {
    const { method, headers } = init;
    gets.push(...(method === 'GET' ? [headers] : []));
    const response = await server.fetch(url, init);
    return holds && headers.accept ? new Response(new ReadableStream(), response) : response;
  };
  try {
    const client = await connect(server.url, { fetch, download_modes: ['typed', 'polling'] });
    assert.equal(client.downloadMode, 'polling');
    /** @type {string[]} */
    const events = [];
    for (const name of /** @type {const} */ (['detached', 'attached'])) {
      client.addEventListener(name, () => events.push(name));
    }
    const duplex = await server.duplex();
    const reader = client.readable.getReader();
    const read = async () => Buffer.from((await awaited(reader.read(), 'bytes')).value ?? '').toString();
    const typed = () => gets.filter(({ accept }) => accept).length;

    duplex.write('a');
    assert.equal(await read(), 'a');
    assert.equal(typed(), 1, 'only the opening');

    page.dispatchEvent(new Event('online'));
    duplex.write('b');
    assert.equal(await read(), 'b');
    duplex.write('c');
    assert.equal(await read(), 'c');
    assert.deepEqual([typed(), client.downloadMode, events], [2, 'polling', []]);

    holds = false;
    page.dispatchEvent(new Event('online'));
    duplex.write('d');
    assert.equal(await read(), 'd');
    duplex.write('e');
    assert.equal(await read(), 'e');
    assert.deepEqual([typed(), client.downloadMode, events], [3, 'typed', []]);
    client.reset(256);
  } finally {
    await server.close();
  }
});
