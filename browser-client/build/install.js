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
  const { error, status } = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    },
  );
  if (error || status !== 0) {
    console.error(
      error
        ? `npm can't be run (${error.message}): install Node.js 18 or newer with npm from https://nodejs.org`
        : 'npm ci failed: see above; it needs the package registry that npm is set up with',
    );
    process.exit(1);
  }
  writeFileSync(stampFile, stamp);
}

function stampFound() {
  try {
    return readFileSync(stampFile, 'utf8');
  } catch {
    return 'none';
  }
}
