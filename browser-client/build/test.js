// Runs every test below test/: `node --test` of Node 18 takes no patterns.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const TIME_LIMIT_MILLISECONDS = 600_000;

const files = ['unit', 'simulation', 'wire'].flatMap((directory) =>
  readdirSync(join('test', directory))
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => join('test', directory, name)),
);
const { error, status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', ...files], {
  stdio: 'inherit',
  timeout: TIME_LIMIT_MILLISECONDS,
});
if (error) {
  console.error(`The tests did not end: ${error.message}`);
}
process.exitCode = status ?? 1;
