// node signalr.mjs ORIGIN BUFFER: does what each line of its input says over SignalR's client with stateful reconnect, which
// keeps BUFFER bytes at most that are not confirmed, and prints the figure.
import { createInterface } from 'node:readline';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';

const COUNT_LENGTH = 20;
/** In bytes: Microsoft's server takes no larger ones, by its default, than 32 KiB of text. */
const PIECE = 16_384;

const [, , origin, buffer] = process.argv;

/** Seconds. */
async function transfer(down, up) {
  const connection = new HubConnectionBuilder()
    .withUrl(`${origin}/transfer?buffer=${buffer}`)
    .withStatefulReconnect({ bufferSize: Number(buffer) })
    .configureLogging(LogLevel.Warning)
    .build();
  let received = 0;
  let count = '';
  const all = new Promise((resolve, reject) => {
    connection.onclose(reject);
    connection.on('bytes', (argument) => {
      const bytes = Buffer.from(argument, 'base64');
      const data = Math.min(bytes.length, Math.max(0, down - received));
      received += data;
      count += bytes.subarray(data).toString('latin1');
      if (count.length === COUNT_LENGTH) {
        resolve();
      }
    });
  });
  await connection.start();
  const send = (bytes) => connection.send('bytes', bytes.toString('base64'));
  const before = performance.now();
  await send(Buffer.from(`${down} ${up}\n`));
  for (let left = up; left > 0; left -= PIECE) {
    await send(Buffer.alloc(Math.min(PIECE, left)));
  }
  await all;
  const took = (performance.now() - before) / 1000;
  if (Number(count) !== up) {
    throw new Error(`Of ${up} bytes the server has counted ${count}`);
  }
  all.catch(() => {});
  await connection.stop();
  return took;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...numbers] = line.split(' ');
  if (name !== 'transfer') {
    throw new Error(line);
  }
  console.log(JSON.stringify({ figure: await transfer(...numbers.map(Number)) }));
}
