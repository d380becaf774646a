// Environments that lack what browsers have, such as those in which pages are tested.
import assert from 'node:assert/strict';
import { connect } from '../../src/web-streams.js';
import { Dialect2Server } from '../support/dialect2-server.js';
import '../support/unhandled-rejections.js';
import { test } from '../support/time-limits.js';

// Before anything has used them. As jsdom 26, with a fetch and streams that were added.
Reflect.deleteProperty(globalThis, 'MessageChannel');
Object.defineProperty(performance, 'getEntries', { value: undefined });

test('a duplex needs neither MessageChannel nor performance.getEntries', async () => {
  const server = await new Dialect2Server().listen();
  const { readable, writable, closed } = await connect(server.url, { fetch: server.fetch });
  const duplex = await server.duplex();
  const writer = writable.getWriter();
  await writer.write(Buffer.from('hello'));
  const ended = writer.close();
  await duplex.until(() => duplex.atEnd);
  assert.equal(duplex.text(), 'hello');
  duplex.write('answer');
  duplex.end();
  const reader = readable.getReader();
  assert.equal(Buffer.from((await reader.read()).value ?? []).toString(), 'answer');
  assert.ok((await reader.read()).done);
  await Promise.all([ended, closed]);
  await server.close();
});

test('where there is no fetch, the opening asks for one: the server is not at fault', async () => {
  const { fetch } = globalThis;
  Reflect.deleteProperty(globalThis, 'fetch');
  try {
    await assert.rejects(
      connect('https://localhost/'),
      /^RangeError: The option fetch must be a function, not undefined$/,
    );
  } finally {
    globalThis.fetch = fetch;
  }
});
