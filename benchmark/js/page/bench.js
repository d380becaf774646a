// One run of one system: each phase in turn, and then the report to the driver. What to do is in the address' fragment:
// { driver, client, options, phases: { roundTrip: { count, mark }, writes: { millis }, upload | download | both:
// { bytes, millis }, open: { count, times }, requests: { millis }, cut: { count, times, millis }, idle: { count },
// held: {} } }. Bulk goes on in larger and larger transfers until one takes the millis.
import { clients } from './clients.js';
import { cut, requests } from './connections.js';

const WARM_UP = 10;
const RECORD = 32;
/** How many records may be without an echo: so many fit into what all buffers on the way hold. */
const MAX_UNDER_WAY = 20_000;
const CHUNK = 65_536;
const MAX_BULK = 400_000_000;
/** An opening that takes so many milliseconds is not repeated; others have time to close before the next. */
const LONG_OPENING = 1_000;
const BETWEEN_OPENINGS = 300;
/** How long the server has to forget what was closed, in milliseconds. */
const SETTLING = 2_000;
/** The server's count of the upload's bytes comes last, in decimal digits. */
const COUNT_LENGTH = 20;

const PHASES = {
  roundTrip,
  writes,
  upload: (phase) => bulk('upload', phase, (bytes) => [0, bytes]),
  download: (phase) => bulk('download', phase, (bytes) => [bytes, 0]),
  both: (phase) => bulk('both', phase, (bytes) => [bytes, bytes]),
  open: opening,
  requests: (phase) => requests(phase, open, fail),
  cut: (phase) => cut(phase, open, driver),
  idle,
  held,
};

const { driver, client, options, phases } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const { open, transfer = transferOver } = clients[client](options);

addEventListener('error', (event) => fail(event.error ?? event.message));
addEventListener('unhandledrejection', (event) => fail(event.reason));
run().then(report, fail);

async function run() {
  const figures = {};
  for (const [name, phase] of Object.entries(phases)) {
    Object.assign(figures, await PHASES[name](phase));
  }
  return figures;
}

async function roundTrip({ count, mark: name }) {
  const echo = await openEcho();
  const times = [];
  for (let i = 0; i < count + WARM_UP; i++) {
    if (i === WARM_UP) {
      await mark('roundTrip', 'begin');
    }
    if (name) {
      performance.mark(name);
    }
    const before = performance.now();
    echo.write(record(i));
    await echo.received((i + 1) * RECORD);
    times.push(performance.now() - before);
  }
  await mark('roundTrip', 'end', count / 1000);
  echo.close();
  const sorted = times.slice(WARM_UP).sort((a, b) => a - b);
  const percentile = (p) => sorted[Math.ceil((p / 100) * sorted.length) - 1];
  return { 'roundTrip.p50': percentile(50), 'roundTrip.p99': percentile(99) };
}

async function writes({ millis }) {
  const echo = await openEcho();
  echo.write(record(0));
  await echo.received(RECORD);
  await mark('writes', 'begin');
  const before = performance.now();
  let over = false;
  const end = new Promise((resolve) => setTimeout(resolve, millis)).then(() => (over = true));
  let i = 1;
  for (; !over; i++) {
    const room = echo.write(record(i));
    if (room) {
      await Promise.race([room, end]);
    }
    if (i - echo.count() / RECORD >= MAX_UNDER_WAY) {
      await Promise.race([echo.received((i - MAX_UNDER_WAY / 2) * RECORD), end]);
    }
    // Tasks of the browser, such as the timer's, want their turn.
    if (i % 1000 === 0) {
      await nextTask();
    }
  }
  await echo.received(2 * RECORD);
  const echoed = echo.count() / RECORD - 1;
  const seconds = (performance.now() - before) / 1000;
  await mark('writes', 'end', echoed / 1000);
  // What is still under way would be in the way of the next phase.
  await echo.received(i * RECORD);
  echo.close();
  return { 'writes.perSecond': echoed / seconds };
}

async function bulk(name, { bytes, millis }, directions) {
  for (;;) {
    await mark(name, 'begin');
    const elapsed = await transfer(...directions(bytes));
    await mark(name, 'end', bytes / 1e6);
    if (elapsed >= millis || bytes >= MAX_BULK) {
      return {
        [`${name}.megabytesPerSecond`]: bytes / elapsed / 1000,
        [`${name}.bytes`]: bytes,
        [`${name}.millis`]: elapsed,
      };
    }
    bytes = Math.min(MAX_BULK, bytes * 4);
  }
}

/** Over a duplex of the client's. Resolves with the time that it took, in milliseconds. */
async function transferOver(down, up) {
  let received = 0;
  let tail = '';
  let complete;
  const whole = new Promise((resolve) => (complete = resolve));
  const stream = await open(
    '/transfer',
    (bytes) => {
      received += bytes.length;
      if (received > down) {
        tail += new TextDecoder().decode(bytes.subarray(Math.max(0, bytes.length - (received - down))));
      }
      if (received >= down + COUNT_LENGTH) {
        complete();
      }
    },
    fail,
  );
  await stream.carried?.();
  const before = performance.now();
  await stream.write(new TextEncoder().encode(`${down} ${up}\n`));
  for (let sent = 0; sent < up; sent += CHUNK) {
    await stream.write(new Uint8Array(Math.min(CHUNK, up - sent)));
  }
  await whole;
  const elapsed = performance.now() - before;
  stream.close();
  if (tail !== String(up).padStart(COUNT_LENGTH)) {
    throw new Error(`of ${up} bytes up and ${down} down, ${received} came, the last of which are "${tail}"`);
  }
  return elapsed;
}

/** The median of a few times, unless one takes long: a single time depends on what else the browser does. */
async function opening({ count, times: most }) {
  const times = [];
  while (times.length < most && (times.at(-1) ?? 0) < LONG_OPENING) {
    const before = performance.now();
    const streams = await Promise.all(Array.from({ length: count }, () => open('/echo', () => {}, fail)));
    times.push(performance.now() - before);
    streams.forEach((stream) => stream.close());
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_OPENINGS));
  }
  return { 'open.millis': times.sort((a, b) => a - b)[times.length >> 1] };
}

/** Streams that are open, and do nothing. The first ones only warm the server up. */
async function idle({ count }) {
  await openIdle(count);
  await new Promise((resolve) => setTimeout(resolve, SETTLING));
  await mark('idle', 'begin', 0, 'heap');
  await openIdle(count, () => mark('idle', 'end', count, 'heap'));
  return {};
}

async function openIdle(count, whenOpen = () => {}) {
  const streams = [];
  for (let i = 0; i < count; i++) {
    const stream = await open('/echo', () => {}, fail);
    await stream.carried?.();
    streams.push(stream);
  }
  await whenOpen();
  streams.forEach((stream) => stream.close());
}

/** Opening on a path that holds back what has not ended: the first time, and when the page knows it. */
async function held() {
  const times = [];
  for (let i = 0; i < 2; i++) {
    const before = performance.now();
    const stream = await open('/echo', () => {}, fail);
    times.push((performance.now() - before) / 1000);
    stream.close();
  }
  return { 'held.first': times[0], 'held.remembered': times[1] };
}

/** An echo that is checked: each record has its number, and comes in its place. */
async function openEcho() {
  let count = 0;
  let wanted = 0;
  let resume = () => {};
  const stream = await open('/echo', receive, fail);
  await stream.carried?.();

  function receive(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = (RECORD - (count % RECORD)) % RECORD; at + 4 <= bytes.length; at += RECORD) {
      if (view.getUint32(at) !== (count + at) / RECORD) {
        fail(new Error(`record ${(count + at) / RECORD} was echoed as ${view.getUint32(at)}`));
      }
    }
    count += bytes.length;
    if (count >= wanted) {
      resume();
    }
  }

  return {
    write: stream.write,
    close: stream.close,
    count: () => count,
    /** @param {number} bytes resolves when so many have come */
    received(bytes) {
      wanted = bytes;
      return count >= bytes ? undefined : new Promise((resolve) => (resume = resolve));
    },
  };
}

function record(number) {
  const bytes = new Uint8Array(RECORD);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

function nextTask() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = resolve;
    port2.postMessage(0);
  });
}

/** Has the driver read meters, those of CPU time or another; at the end of a phase with how much was done in it. */
async function mark(phase, at, amount = 0, meters = 'cpu') {
  await fetch(`${driver}/mark?phase=${phase}&at=${at}&amount=${amount}&meters=${meters}`);
}

async function report(figures) {
  await fetch(`${driver}/report`, { method: 'POST', body: JSON.stringify(figures) });
}

async function fail(error) {
  await fetch(`${driver}/failed`, { method: 'POST', body: `${error?.stack ?? error} ${JSON.stringify(error)}` });
}
