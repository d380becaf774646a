// Runs every test file below test/, each in a process of its own: `node build/test.js [--rerun COUNT]`. A file whose tests
// fail is run again up to COUNT times, by itself once all have run: what passes then is named under "Flakes:", as by Maven.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const TIME_LIMIT_MILLISECONDS = 1_200_000;
/** More than there are processors: the tests on the wire mostly wait. */
const AT_ONCE = availableParallelism() + 2;
/** They take longest, so they begin first. */
const FIRST = [join('test', 'unit', 'packed.test.js'), join('test', 'simulation', 'schedules.test.js')];

const { values } = parseArgs({ options: { rerun: { type: 'string', default: '0' } } });

/** @typedef {{ file: string, failures: string[][] }} Failing what failed in each run of a file */
/** @type {Failing[]} */
let failing = [];
const queue = [...new Set([...FIRST, ...['wire', 'unit', 'simulation'].flatMap(testsIn)])];
await Promise.all(Array.from({ length: AT_ONCE }, runQueue));

/** @type {Failing[]} */
const flakes = [];
for (let reruns = Number(values.rerun); reruns > 0 && failing.length > 0; reruns--) {
  for (const again of failing) {
    again.failures.push(await run(again.file));
  }
  flakes.push(...failing.filter(hasPassed));
  failing = failing.filter((again) => !hasPassed(again));
}
list('Flakes:', flakes);
list('Failures:', failing);
process.exitCode = failing.length === 0 ? 0 : 1;

/** @param {string} directory */
function testsIn(directory) {
  return readdirSync(join('test', directory))
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => join('test', directory, name));
}

async function runQueue() {
  for (let file = queue.shift(); file; file = queue.shift()) {
    const failures = await run(file);
    if (failures.length > 0) {
      failing.push({ file, failures: [failures] });
    }
  }
}

/**
 * Runs a file, and prints what it said if a test in it failed.
 *
 * @param {string} file
 * @returns {Promise<string[]>} the tests that failed
 */
async function run(file) {
  const startedAt = performance.now();
  const tests = spawn(process.execPath, ['--test-reporter=spec', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: TIME_LIMIT_MILLISECONDS,
  });
  let output = '';
  tests.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  const [status, signal] = await once(tests, 'close');
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  if (status === 0) {
    const counts = [...output.matchAll(/^ℹ (tests|skipped) ([1-9]\d*)$/gm)].map(
      ([, what, count]) => `${count} ${what}`,
    );
    console.log(`✔ ${file}: ${counts.join(', ')}, ${seconds} s`);
    return [];
  }
  console.log(`${output}✖ ${file}: ${seconds} s`);
  const [, failures = ''] = output.split('✖ failing tests:');
  const names = [...failures.matchAll(/^✖ (.+?)(?: \([\d.]+ms\))?$/gm)].map(([, name]) => name);
  return names.length > 0 ? names : [signal ? `did not end within ${TIME_LIMIT_MILLISECONDS} ms` : `exit ${status}`];
}

/** @param {Failing} again */
function hasPassed({ failures }) {
  return failures.at(-1)?.length === 0;
}

/** @param {string} heading @param {Failing[]} files */
function list(heading, files) {
  if (files.length === 0) {
    return;
  }
  console.log(`\n${heading}`);
  for (const { file, failures } of files) {
    console.log(file);
    failures.forEach((names, index) => console.log(`  Run ${index + 1}: ${names.join('; ') || 'PASS'}`));
  }
}
