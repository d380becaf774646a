// `npm ci`, unless node_modules was made from this very package-lock.json on a machine of this kind.
// `node build/install.js [DIRECTORY]`: in another directory than this package's.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(process.argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url))));
const stampFile = join(root, 'node_modules', '.installed');
const stamp = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(readFileSync(join(root, 'package.json')))
  .update(`${process.platform} ${process.arch}`)
  .digest('hex');

if (stampFound() !== stamp) {
  // On Windows npm is a script, which only a shell runs.
  const { error, status, stderr } = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--no-update-notifier'],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      shell: process.platform === 'win32',
    },
  );
  if (error || status !== 0) {
    console.error(
      error
        ? `npm can't be run (${error.message}): install Node.js 18 or newer with npm from https://nodejs.org`
        : reason(stderr),
    );
    process.exit(1);
  }
  writeFileSync(stampFile, stamp);
}

/**
 * Why npm failed. A folder that it can't make or write to, as below a home that is not ours, is told in one line.
 * @param {string} stderr
 */
function reason(stderr) {
  const told = (/** @type {string} */ name) => stderr.match(new RegExp(`^npm (?:error|ERR!) ${name} (.*)$`, 'm'))?.[1];
  if (told('syscall') === 'mkdir' || ['EACCES', 'EPERM', 'EROFS'].includes(told('code') ?? '')) {
    const cause = `${told('path')} (${told('code')})`;
    return `npm can't write to ${cause}: give it another cache, as with npm_config_cache=/tmp/npm`;
  }
  return `npm ci failed; it needs the package registry that npm is set up with:\n${stderr}`;
}

function stampFound() {
  try {
    return readFileSync(stampFile, 'utf8');
  } catch {
    return 'none';
  }
}
