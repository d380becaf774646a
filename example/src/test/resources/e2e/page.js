// What the tests' scripts use, as global variables.
import { make } from './index.js';
import { RandomBytes } from './random-bytes.js';
import { transferInTurns, transferNode, transferWeb } from './transfer.js';
import { connect } from './web-streams.js';

const PATIENCE_MILLISECONDS = 20_000;
const STEADY_MILLISECONDS = 500;
const turn = (milliseconds = 0) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until a condition holds. */
async function until(condition, what = condition) {
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  while (!condition()) {
    if (performance.now() > deadline) {
      throw new Error(`In vain waited for: ${what}`);
    }
    await turn(5);
  }
}

/** Waits until a value is above 0 and has not changed for a while; gives the value. */
async function steady(value) {
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  let last = value();
  let since = performance.now();
  while (last === 0 || performance.now() - since < STEADY_MILLISECONDS) {
    await turn(5);
    if (value() !== last) {
      last = value();
      since = performance.now();
    }
    if (performance.now() > deadline) {
      throw new Error(`A value that should have stopped to change is now ${last}`);
    }
  }
  return last;
}

/** Notes the events of a Node duplex in its property `events`: an error with its code. Gives the duplex back. */
function watched(duplex) {
  duplex.events = [];
  for (const event of ['end', 'finish', 'close']) {
    duplex.on(event, () => duplex.events.push(event));
  }
  duplex.on('error', (error) => duplex.events.push(`error ${error.code}`));
  return duplex;
}

/** Waits until a watched duplex has closed, and for what might yet come. Gives its events. */
async function eventsOf(duplex) {
  await until(() => duplex.events.includes('close'), `'close' after ${duplex.events}`);
  await turn(20);
  return duplex.events;
}

/** The code that a promise rejects with; 'none' if it resolves. */
function codeOf(promise) {
  return promise.then(
    () => 'none',
    (error) => error.code ?? String(error),
  );
}

/** Everything that a Node duplex gives until its end, as text. */
async function textOf(duplex) {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of duplex.iterator({ destroyOnReturn: false })) {
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

/** The options of a duplex that speaks a dialect, 1 or 2, and uploads in a mode, 'streaming' or 'post'. */
const optionsOf = ([dialect, mode]) => ({ dialect, disable_request_streaming: mode === 'post' });

const FACES = { make: [make, transferNode], connect: [connect, transferWeb] };

/** Opens so many duplexes to an echo, with one face, and counts in `window.losses` how often they are detached. */
function openEchoes(face, count, options, path = '/echo') {
  window.losses = 0;
  return Promise.all(
    Array.from({ length: count }, async () => {
      const duplex = await FACES[face][0](path, options);
      const onDetached = () => (window.losses += 1);
      (duplex.addEventListener ?? duplex.on).call(duplex, 'detached', onDetached);
      return duplex;
    }),
  );
}

/** Transfers so many bytes over each of them, both ways at once. Gives what came back of each, and how it was sent. */
function transferAll(face, duplexes, size) {
  return Promise.all(
    duplexes.map(async (duplex, i) => {
      const received = await FACES[face][1](duplex, 1 + i, size);
      return `${received} bytes, ${duplex.uploadMode}`;
    }),
  );
}

/** Writes so many single bytes to the echo, each when the last has come back. Gives the median of the times in ms. */
async function typed({ readable, writable }, count) {
  const writer = writable.getWriter();
  const reader = readable.getReader();
  const times = [];
  for (let i = 0; i < count; i++) {
    const begun = performance.now();
    writer.write(Uint8Array.of(i));
    const { value } = await reader.read();
    if (value?.length !== 1 || value[0] !== i) {
      throw new Error(`Byte ${i} came back as ${value}`);
    }
    times.push(performance.now() - begun);
  }
  writer.releaseLock();
  reader.releaseLock();
  return times.sort((a, b) => a - b)[Math.floor(count / 2)];
}

/** Types until a condition holds. Gives the longest time that a byte took, in ms. */
async function typedUntil(duplex, isOver) {
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  let longest = 0;
  while (!isOver()) {
    longest = Math.max(longest, await typed(duplex, 1));
    if (performance.now() > deadline) {
      throw new Error(`In vain typed until: ${isOver}`);
    }
    await turn(5);
  }
  return longest;
}

const isOnSocket = ({ uploadMode, downloadMode }) => uploadMode === 'websocket' && downloadMode === 'websocket';

Object.assign(window, {
  make,
  connect,
  optionsOf,
  openEchoes,
  transferAll,
  typed,
  typedUntil,
  isOnSocket,
  RandomBytes,
  transferNode,
  transferWeb,
  transferInTurns,
  until,
  steady,
  watched,
  eventsOf,
  codeOf,
  textOf,
  ready: true,
});
