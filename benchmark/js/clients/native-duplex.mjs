// node native-duplex.mjs ORIGIN: does what each line of its input says over a stream of HTTP/2, and prints the figure.
import { once } from 'node:events';
import { connect } from 'node:http2';
import { createInterface } from 'node:readline';

const SMALL = 32;
const MOST_WAITING = 20_000;
const COUNT_LENGTH = 20;
const CHUNK = Buffer.alloc(65_536);
/** Each is filled with its number. */
const NUMBERED = Array.from({ length: 16 }, (_, number) => Buffer.alloc(CHUNK.length, number));

/** What goes at this place of the bytes that are echoed. */
const numbered = (at) => NUMBERED[Math.floor(at / CHUNK.length) % NUMBERED.length];

const session = connect(process.argv[2]);

async function open(path) {
  const stream = session.request({ ':method': 'PUT', ':path': path });
  const [{ ':status': status }] = await once(stream, 'response');
  if (status !== 200) {
    throw new Error(`PUT ${path} was answered with ${status}`);
  }
  return stream;
}

const seconds = (since) => (performance.now() - since) / 1000;

async function close(stream) {
  stream.end();
  stream.resume();
  await once(stream, 'close');
}

/** The median, in milliseconds. */
async function roundTrips(count) {
  const stream = await open('/echo');
  const bytes = Buffer.alloc(SMALL);
  const times = [];
  for (let i = 0; i < count; i++) {
    const before = performance.now();
    stream.write(bytes);
    for (let left = SMALL; left > 0; ) {
      const [chunk] = await once(stream, 'data');
      left -= chunk.length;
    }
    times.push(performance.now() - before);
  }
  await close(stream);
  return times.sort((a, b) => a - b)[count >> 1];
}

/** Seconds. */
async function writes(count) {
  const stream = await open('/echo');
  const before = performance.now();
  let received = 0;
  let rest = Buffer.alloc(0);
  let more = () => {};
  const all = new Promise((resolve, reject) => {
    stream.on('error', reject).on('data', (chunk) => {
      rest = rest.length ? Buffer.concat([rest, chunk]) : chunk;
      let at = 0;
      for (; at + SMALL <= rest.length; at += SMALL) {
        if (rest.readUInt32BE(at) !== received++) {
          reject(new Error(`The echo of small write ${received - 1} is not what was sent`));
        }
      }
      rest = rest.subarray(at);
      more();
      if (received === count) {
        resolve();
      }
    });
  });
  for (let i = 0; i < count; i++) {
    while (i - received >= MOST_WAITING) {
      await new Promise((resolve) => (more = resolve));
    }
    const bytes = Buffer.alloc(SMALL);
    bytes.writeUInt32BE(i);
    if (!stream.write(bytes)) {
      await once(stream, 'drain');
    }
  }
  await all;
  const took = seconds(before);
  await close(stream);
  return took;
}

/** Seconds. */
async function transfer(down, up) {
  const stream = await open('/transfer');
  const before = performance.now();
  let received = 0;
  let count = '';
  const all = new Promise((resolve, reject) => {
    stream.on('error', reject).on('data', (chunk) => {
      const data = Math.min(chunk.length, Math.max(0, down - received));
      received += data;
      count += chunk.subarray(data).toString('latin1');
      if (count.length === COUNT_LENGTH) {
        resolve();
      }
    });
  });
  stream.write(`${down} ${up}\n`);
  for (let left = up; left > 0; left -= CHUNK.length) {
    if (!stream.write(left < CHUNK.length ? CHUNK.subarray(0, left) : CHUNK)) {
      await once(stream, 'drain');
    }
  }
  await all;
  const took = seconds(before);
  if (Number(count) !== up) {
    throw new Error(`Of ${up} bytes the server has counted ${count}`);
  }
  await close(stream);
  return took;
}

/** Sends so many bytes and takes as many back. Seconds. */
async function echo(count) {
  const stream = await open('/echo');
  const before = performance.now();
  let received = 0;
  const all = new Promise((resolve, reject) => {
    stream.on('error', reject).on('data', (chunk) => {
      for (const at of [0, chunk.length - 1]) {
        if (chunk[at] !== numbered(received + at)[0]) {
          reject(new Error(`Byte ${received + at} of the echo is not what was sent`));
        }
      }
      received += chunk.length;
      if (received === count) {
        resolve();
      }
    });
  });
  for (let sent = 0; sent < count; sent += CHUNK.length) {
    if (!stream.write(numbered(sent).subarray(0, count - sent))) {
      await once(stream, 'drain');
    }
  }
  await all;
  const took = seconds(before);
  await close(stream);
  return took;
}

const actions = { roundTrips, writes, transfer, echo };
for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...numbers] = line.split(' ');
  console.log(JSON.stringify({ figure: await actions[name](...numbers.map(Number)) }));
}
session.close();
