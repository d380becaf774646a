import assert from 'node:assert/strict';
import { hashOf } from './random.js';

/**
 * Sends chunks both ways at once until both directions have ended: all of them must arrive, in order.
 *
 * @param {{ client: import('./faces.js').Client, duplex: import('./dialect2-server.js').ServerDuplex }} opened
 * @param {Uint8Array[]} up
 * @param {Uint8Array[]} down
 * @param {(bytes: Uint8Array) => void} onread sees what either side has read
 */
export async function sendBothWays({ client, duplex }, up, down, onread) {
  duplex.onread = onread;
  const send = async () => {
    for (const chunk of up) {
      await client.write(chunk);
    }
    await client.end();
  };
  const receive = async () => {
    const chunks = [];
    for (let bytes = await client.read(); bytes; bytes = await client.read()) {
      onread(bytes);
      chunks.push(bytes);
    }
    return chunks;
  };
  down.forEach((chunk) => duplex.write(chunk));
  duplex.end();
  const [received] = await Promise.all([receive(), send()]);
  assert.equal(hashOf(received), hashOf(down));
  await duplex.until(() => duplex.isClosed);
  assert.equal(hashOf(duplex.received), hashOf(up));
  assert.deepEqual(await client.errors, []);
}
