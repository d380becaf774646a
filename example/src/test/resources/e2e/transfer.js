import { RandomBytes } from './random-bytes.js';

const LARGEST_WRITE = 128 * 1024;
/** Turns of such writes, so many at once, are small: a WebSocket is for them. */
const LARGEST_SMALL_WRITE = 4 * 1024;
const WRITES_AT_ONCE = 4;

/** Random bytes, from some offset on, in writes of random sizes. */
function* writes(seed, from, size) {
  const content = new RandomBytes(seed);
  const sizes = new RandomBytes(seed + 1);
  content.take(from);
  for (let left = size - from; left > 0; ) {
    const chunk = content.take(Math.min(left, sizes.number(LARGEST_WRITE)));
    left -= chunk.length;
    yield chunk;
  }
}

/** Where a duplex goes on that has survived a reload of its page. */
const begin = ({ resumed: { read = 0, written = 0 } = {} }) => [read, written];

/**
 * Writes random bytes to the echo on a Node duplex and reads them back at the same time, each looked at; ends, and waits
 * for the duplex to close. Gives the number of bytes that came back. A duplex of the page before goes on where it was.
 */
export async function transferNode(duplex, seed, size) {
  const expected = new RandomBytes(seed);
  let [received, written] = begin(duplex);
  expected.take(received);
  let failure;
  let ended = false;
  let drained = () => {};
  duplex.on('data', (chunk) => {
    try {
      expected.check(chunk, received);
      received += chunk.length;
    } catch (error) {
      duplex.destroy(error);
    }
  });
  duplex.on('end', () => {
    ended = true;
  });
  duplex.on('error', (error) => {
    failure = error;
  });
  duplex.on('drain', () => drained());
  const closed = new Promise((resolve) => duplex.on('close', resolve));
  for (const chunk of writes(seed, written, size)) {
    if (!duplex.write(chunk)) {
      await Promise.race([closed, new Promise((resolve) => (drained = resolve))]);
    }
  }
  duplex.end();
  await closed;
  if (failure || !ended) {
    throw failure ?? new Error("The duplex closed without 'end'");
  }
  return received;
}

/** The same over the Web Streams face; the other side may write other bytes than an echo. */
export async function transferWeb(duplex, seed, size, otherSeed = seed) {
  const { readable, writable, closed } = duplex;
  const [read, written] = begin(duplex);
  const send = async () => {
    const writer = writable.getWriter();
    for (const chunk of writes(seed, written, size)) {
      await writer.ready;
      writer.write(chunk).catch(() => {}); // `closed` tells of it
    }
    if (!duplex.resumed?.ended) {
      await writer.close();
    }
  };
  const receive = async () => {
    const expected = new RandomBytes(otherSeed);
    const reader = readable.getReader();
    let received = read;
    expected.take(read);
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      expected.check(next.value, received);
      received += next.value.length;
    }
    return received;
  };
  const [, received] = await Promise.all([send(), receive(), closed]);
  return received;
}

/**
 * Writes random bytes to the echo in turns, small ones unless it is told otherwise, and reads them back, each looked at,
 * until there were so many bytes, and so many changes of how the download travels, each told of when it has brought
 * something; ends. Gives both numbers.
 */
export async function transferInTurns(duplex, size, changes, largest = LARGEST_SMALL_WRITE, onchange = () => {}) {
  const writer = duplex.writable.getWriter();
  const reader = duplex.readable.getReader();
  const content = new RandomBytes(1);
  const expected = new RandomBytes(1);
  const sizes = new RandomBytes(2);
  /** Up to which offset the writes go that have not come back. */
  const underWay = [];
  let sent = 0;
  let received = 0;
  let changed = 0;
  let mode = duplex.downloadMode;
  while (received < sent || sent < size || changed < changes) {
    while (underWay.length < WRITES_AT_ONCE && (sent < size || changed < changes)) {
      const chunk = content.take(sizes.number(largest));
      sent += chunk.length;
      underWay.push(sent);
      writer.write(chunk).catch(() => {}); // `closed` tells of it
    }
    const { value } = await reader.read();
    expected.check(value, received);
    received += value.length;
    while (underWay[0] <= received) {
      underWay.shift();
    }
    if (mode !== duplex.downloadMode) {
      mode = duplex.downloadMode;
      changed++;
      onchange(mode);
    }
  }
  await writer.close();
  await Promise.all([reader.read(), duplex.closed]);
  return [received, changed];
}
