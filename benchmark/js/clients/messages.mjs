// node messages.mjs ORIGIN PEER: does what each line of its input says with messages of JSON, and prints the figure.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';

const MOST_WAITING = 1_000;
const OPENING = 64;
const END = '\x1e';
const TEXT = 'x'.repeat(128 - JSON.stringify({ number: 1_000_000, from: 'someone', text: '' }).length);
const [, , origin, peer] = process.argv;

/** The message of that number, from 0: JSON of 128 bytes. */
const line = (number) => ({
  number: 1_000_000 + number,
  from: 'someone',
  text: TEXT,
});

/**
 * Each opens a socket, and has what it receives taken.
 *
 * @type {Record<string, (member: boolean, take: (line: object) => void) => Promise<object>>}
 */
const peers = {
  async 'socket.io'(member, take) {
    const options = {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    };
    const socket = io(origin, member ? { ...options, query: { member } } : options);
    socket.on('line', take).on('disconnect', fail).on('connect_error', fail);
    await new Promise((resolve) => socket.on('connect', resolve));
    const close = () => socket.off('disconnect').disconnect();
    return { send: (message) => socket.emit('line', message), close };
  },
  async 'signalr-framing'(member, take) {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/${member ? 'member' : 'echo'}`);
    socket.on('error', fail).on('close', fail);
    socket.on('message', (data) => {
      for (const text of data.toString().split(END)) {
        if (text) {
          take(JSON.parse(text).arguments[0]);
        }
      }
    });
    await once(socket, 'open');
    const close = () => socket.off('close', fail).close();
    return {
      send: (message) => socket.send(JSON.stringify({ type: 1, target: 'line', arguments: [message] }) + END),
      close,
    };
  },
};
const open = peers[peer];

function fail(reason) {
  throw new Error(`A socket has ended: ${reason}`);
}

function check(received, number) {
  if (received.number !== 1_000_000 + number || received.text !== TEXT) {
    throw new Error(`Message ${number} is not as it must be: ${JSON.stringify(received)}`);
  }
}

/** The median, in milliseconds. */
async function roundTrips(count) {
  const times = [];
  let arrived;
  const socket = await open(false, (received) => arrived(received));
  for (let i = 0; i < count; i++) {
    const before = performance.now();
    const echo = new Promise((resolve) => (arrived = resolve));
    socket.send(line(i));
    check(await echo, i);
    times.push(performance.now() - before);
  }
  socket.close();
  return times.sort((a, b) => a - b)[count >> 1];
}

/** Seconds. */
async function echoes(count) {
  let received = 0;
  let more = () => {};
  const socket = await open(false, (message) => {
    check(message, received++);
    more();
  });
  const before = performance.now();
  for (let i = 0; i < count; i++) {
    while (i - received >= MOST_WAITING) {
      await new Promise((resolve) => (more = resolve));
    }
    socket.send(line(i));
  }
  while (received < count) {
    await new Promise((resolve) => (more = resolve));
  }
  const seconds = (performance.now() - before) / 1000;
  socket.close();
  return seconds;
}

/** How many sockets have received how many messages: all have received all those before. */
let members = 0;
let expected = 0;
const arrivals = [];
let all = () => {};

/** Opens so many sockets, which are members of the room. */
async function join(count) {
  const counts = new Uint32Array(count);
  const join = async (member) =>
    open(true, (message) => {
      const number = counts[member]++;
      check(message, number);
      arrivals[number] = (arrivals[number] ?? 0) + 1;
      all();
    });
  for (; members < count; members += OPENING) {
    const some = Array.from({ length: Math.min(OPENING, count - members) }, (_, i) => join(members + i));
    await Promise.all(some);
  }
  members = count;
  return count;
}

/** Returns when every member has the next message. */
async function next() {
  const number = expected++;
  while ((arrivals[number] ?? 0) < members) {
    await new Promise((resolve) => (all = resolve));
  }
  return number;
}

const actions = { roundTrips, echoes, join, next };
for await (const question of createInterface({ input: process.stdin })) {
  const [name, ...numbers] = question.split(' ');
  console.log(JSON.stringify({ figure: await actions[name](...numbers.map(Number)) }));
}
process.exit(0);
