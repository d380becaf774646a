// A process of mutation.js: runs one mutant after the other, against the tests that reach it.
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { Worker } from 'node:worker_threads';

const SCHEDULES = Number(process.env.SCHEDULES ?? 300);
/** What a mutant may take of the processor, however busy the machine is. */
const CPU_SECONDS = 8;
/** How often a test may come to a mutant: more often it loops. */
const MOST_HITS = 2_000_000;
const TESTS = ['back-off', 'buffers', 'session', 'downloads', 'uploads'].map((name) => `dialect2-${name}`);

register('./mutation-loader.js', import.meta.url);
/** @type {any} */
const global = globalThis;
const active = process.env.__STRYKER_ACTIVE_MUTANT__;
for (const name of [...TESTS, 'protocol-vectors']) {
  await import(`../test/unit/${name}.test.js`);
}
const { Schedule } = await import('../test/support/schedule.js');

/** @type {{ name: string, run: () => unknown }[]} */
const tests = global.listedTests.map((/** @type {{ name: string, body: () => unknown }} */ { name, body }) => ({
  name,
  run: body,
}));
for (let seed = 1; seed <= SCHEDULES; seed++) {
  tests.push({ name: `seed ${seed}`, run: () => new Schedule(seed).run() });
}

const began = new Float64Array(new SharedArrayBuffer(8));
began[0] = seconds();
new Worker(
  `const { workerData: began } = require('node:worker_threads');
  setInterval(() => {
    const { user, system } = process.cpuUsage();
    if ((user + system) / 1e6 - began[0] > ${CPU_SECONDS}) process.kill(process.pid, 'SIGKILL');
  }, 200);`,
  { eval: true, workerData: began },
).unref();

function seconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** @type {Record<string, number[]>} by the mutant: the tests that reach it */
let reaching = {};
const mutation = (global.__stryker__ ??= {});
if (process.env.MUTATION_REACHING) {
  reaching = JSON.parse(readFileSync(process.env.MUTATION_REACHING, 'utf8'));
} else if (active === undefined) {
  tests.forEach(({ run }, index) => {
    began[0] = seconds();
    mutation.currentTestId = String(index);
    run();
  });
  for (const [index, counts] of Object.entries(mutation.mutantCoverage.perTest)) {
    for (const id of Object.keys(counts)) {
      (reaching[id] ??= []).push(Number(index));
    }
  }
}

process.on('message', (/** @type {string} */ id) => {
  began[0] = seconds();
  mutation.activeMutant = id;
  process.send?.({ id, ...outcome(active === id ? tests.map((_test, index) => index) : reaching[id]) });
});
process.send?.({ reaching, atLoad: Object.keys(mutation.mutantCoverage?.static ?? {}) });

/** @param {number[]} [indices] */
function outcome(indices = []) {
  let ended = 0;
  for (const index of indices.sort((a, b) => a - b)) {
    mutation.hitCount = 0;
    mutation.hitLimit = MOST_HITS;
    try {
      ended += tests[index].run() === 'ended' ? 1 : 0;
    } catch {
      return { outcome: 'caught', by: tests[index].name };
    }
  }
  if (indices.length === tests.length && ended < SCHEDULES / 2) {
    return { outcome: 'caught', by: 'most schedules should end cleanly' };
  }
  return { outcome: indices.length === 0 ? 'not reached' : 'survived' };
}
