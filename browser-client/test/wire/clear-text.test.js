import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before } from 'node:test';
import * as FrameType from '../../src/dialect2/core/frame-types.js';
import { frame } from '../../src/dialect2/core/frames.js';
import { faces, failureOf, readAll } from '../support/faces.js';
import '../support/unhandled-rejections.js';
import { test } from '../support/time-limits.js';

/** An echo that speaks dialect 1 over HTTP/1.1. */
const server = createServer(async (request, response) => {
  if (request.method === 'GET') {
    download = response;
    response.writeHead(200, { 'http2-duplex-id': 'id' });
    response.write('a');
    return;
  }
  for await (const chunk of request) {
    download.write(chunk);
  }
  if (request.headers['http2-duplex-end']) {
    download.end();
  }
  response.end();
});
/** @type {import('node:http').ServerResponse} */
let download;

/** Answers POSTs of dialect 2 as a proxy does whose server is gone. */
const proxied = createServer((request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'http2-duplex-id': 'id', 'http2-duplex-version': '2' });
    response.write(Buffer.concat([frame(FrameType.HELLO, [15_000, 2_000]), frame(FrameType.WINDOW, [0, 65_536])]));
    return;
  }
  request.resume();
  response.writeHead(502, { 'content-type': 'text/html' });
  response.end('x'.repeat(100_000));
  proxied.emit('answered');
});

/** Answers as the login page of a network does: whole, or without an end, or with its head alone. */
const portal = createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'text/html' });
  response.flushHeaders();
  if (request.url !== '/head') {
    response.write('<title>Sign in</title>');
  }
  if (request.url === '/whole') {
    response.end();
  }
});

const servers = [server, proxied, portal];

before(async () => {
  for (const each of servers) {
    each.listen(0, 'localhost');
    await once(each, 'listening');
  }
});
after(() => {
  for (const each of servers) {
    each.closeAllConnections();
    each.close();
  }
});

for (const face of faces) {
  for (const { path, code, patience } of [
    { path: 'whole', code: 'PROTOCOL_ERROR', patience: 20_000 },
    { path: 'endless', code: 'PROTOCOL_ERROR', patience: 20_000 },
    { path: 'head', code: 'TIMED_OUT', patience: 200 },
  ]) {
    test(`a login page (${path}) in answer to the opening fails it, and no promise that nobody has, ${face.name}`, async () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (portal.address());
      const opening = face.open(`http://localhost:${port}/${path}`, { open_timeout: patience });
      assert.equal((await failureOf(opening)).code, code);
    });
  }

  test(`a proxy's page in answer to POSTs fails a duplex, and no promise that nobody has, ${face.name}`, async () => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (proxied.address());
    const client = await face.open(`http://localhost:${port}/`, {});
    const again = once(proxied, 'answered').then(() => once(proxied, 'answered'));
    await client.write(Buffer.from('a'));
    await again;
    client.destroy();
  });

  test(`over HTTP/1.1 in clear text, with the fetch of the platform, what is written comes back, ${face.name}`, async () => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const client = await face.open(`http://localhost:${port}/`, {});
    assert.equal(client.mode(), 'post');
    const reading = readAll(client);
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i);
    for (let offset = 0; offset < bytes.length; offset += 1000) {
      await client.write(bytes.subarray(offset, offset + 1000));
    }
    await client.end();
    assert.deepEqual(Buffer.concat(await reading), Buffer.from(bytes));
    assert.deepEqual(await client.errors, []);
  });
}
