// Runs every test below test/: `node --test` of Node 18 takes no patterns. The tests on the wire mostly wait, so the
// others run beside them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const TIME_LIMIT_MILLISECONDS = 600_000;

const results = await Promise.all([run('wire'), run('unit', 'simulation')]);
for (const { output } of results) {
  process.stdout.write(output);
}
process.exitCode = results.every(({ status }) => status === 0) ? 0 : 1;

/** @param {string[]} directories */
async function run(...directories) {
  const files = directories.flatMap((directory) =>
    readdirSync(join('test', directory))
      .filter((name) => name.endsWith('.test.js'))
      .map((name) => join('test', directory, name)),
  );
  const tests = spawn(process.execPath, ['--test', '--test-reporter=spec', ...files], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: TIME_LIMIT_MILLISECONDS,
  });
  let output = '';
  tests.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  const [status, signal] = await once(tests, 'close');
  if (signal) {
    output += `The tests of ${directories.join(' and ')} did not end within ${TIME_LIMIT_MILLISECONDS} ms.\n`;
  }
  return { output, status };
}
