// The package as npm packs it, and as applications with older and newer TypeScript, and every resolution, see it.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { test } from '../support/time-limits.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'http2-duplex-packed-'));
const modules = join(directory, 'node_modules');
const minutes = { timeout: 240_000 };

const webPage = `
import { connect } from '@http2-duplex/browser-client/web-streams';
import { keepOpen } from '@http2-duplex/browser-client/keep-open';
import { messages } from '@http2-duplex/browser-client/messages';

export async function page(): Promise<void> {
  const duplex = await connect('/chat', { credentials: 'include', survive_reload: 'chat' });
  const offsets: number[] = duplex.resumed ? [duplex.resumed.read, duplex.resumed.written] : [];
  console.log(offsets, duplex.resumed?.ended === true, duplex.notResumed?.message);
  // @ts-expect-error it is a name
  await connect('/chat', { survive_reload: true });
  const { readable, writable } = messages<{ text: string }, { from: string }>(duplex);
  await writable.getWriter().write({ from: 'me' });
  const { value } = await readable.getReader().read();
  console.log(value?.text.length, duplex.uploadMode === 'post');
  // @ts-expect-error there is no such mode
  console.log(duplex.uploadMode === 'pots');
  keepOpen('/chat', {}, async (fresh) => fresh.closed).stop();
}
`;
const nodeFace = `
import make from '@http2-duplex/browser-client';
import { messages } from '@http2-duplex/browser-client/messages';

export async function application(): Promise<void> {
  const duplex = await make('https://localhost/chat', { survive_reload: 'chat' });
  console.log(duplex.resumed?.read, duplex.notResumed?.message);
  duplex.end('Hello');
  messages(duplex);
}
`;

before(() => {
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.types.json'], root);
  run(process.execPath, [join(root, 'build', 'build.js'), 'dist/bundles'], root);
  run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', directory], root);
  const installed = join(modules, '@http2-duplex', 'browser-client');
  mkdirSync(installed, { recursive: true });
  const packed = readdirSync(directory).find((name) => name.endsWith('.tgz')) ?? assert.fail('nothing was packed');
  run('tar', ['xzf', join(directory, packed), '-C', installed, '--strip-components', '1'], directory);
  for (const name of ['readable-stream', '@types/readable-stream', '@types/node', 'undici-types']) {
    cpSync(join(root, 'node_modules', name), join(modules, name), { recursive: true });
  }
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(directory, 'web.ts'), webPage);
  writeFileSync(join(directory, 'node.ts'), nodeFace);
}, minutes);

after(() => rmSync(directory, { recursive: true }));

/** @param {string} command @param {string[]} args @param {string} cwd */
function run(command, args, cwd) {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

for (const [compiler, file] of [
  ['typescript-5.0', 'web.ts'],
  ['typescript', 'web.ts'],
  // The declarations of readable-stream need a newer one than 5.0.
  ['typescript', 'node.ts'],
]) {
  for (const [moduleResolution, module] of [
    ['node10', 'commonjs'],
    ['node16', 'node16'],
    ['bundler', 'esnext'],
  ]) {
    test(`${file} compiles with ${compiler} and ${moduleResolution}`, minutes, () => {
      const compilerOptions = {
        ...{ noEmit: true, strict: true, skipLibCheck: false, target: 'es2022', moduleResolution, module },
        ...{ lib: ['es2022', 'dom', 'dom.iterable'], types: file === 'node.ts' ? ['node'] : [] },
        esModuleInterop: true,
      };
      writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
      const tsc = join(root, 'node_modules', compiler, 'bin', 'tsc');
      const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', '.'], { cwd: directory, encoding: 'utf8' });
      assert.equal(status, 0, stdout);
    });
  }
}

test('publint finds nothing', minutes, () => {
  run(process.execPath, [join(root, 'node_modules', 'publint', 'src', 'cli.js'), '--pack', 'npm', '--strict'], root);
});

test('every kind of import finds its types', minutes, () => {
  const attw = join(root, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');
  const packed = readdirSync(directory).find((name) => name.endsWith('.tgz')) ?? assert.fail('nothing was packed');
  // It is ESM alone: require() gets it by import().
  run(process.execPath, [attw, join(directory, packed), '--ignore-rules', 'cjs-resolves-to-esm'], root);
});
