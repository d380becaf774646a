import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before } from 'node:test';
import { faces, readAll } from '../support/faces.js';
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

before(async () => {
  server.listen(0, 'localhost');
  await once(server, 'listening');
});
after(() => {
  server.closeAllConnections();
  server.close();
});

for (const face of faces) {
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
