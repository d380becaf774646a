import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from '../support/time-limits.js';

const root = new URL('../../', import.meta.url);
const read = (/** @type {string} */ file) => readFileSync(fileURLToPath(new URL(file, root)), 'utf8');

test('packing builds the types that the package names', () => {
  const { exports, scripts } = JSON.parse(read('package.json'));
  const named = Object.values(exports).filter((entry) => typeof entry === 'object');
  assert.ok(named.length > 0);
  for (const { types } of named) {
    assert.match(types, /^\.\/dist\//);
  }
  assert.match(scripts.prepack, /^npm run build\b/);
  assert.doesNotMatch(read('.npmrc'), /ignore-scripts/, 'npm would not run prepack');
});

test('the scripts that the documents name are there', () => {
  const { scripts } = JSON.parse(read('package.json'));
  for (const document of ['README.md', '../CONTRIBUTING.md']) {
    const names = [...read(document).matchAll(/`npm run ([\w:-]+)/g)].map(([, name]) => name);
    assert.ok(names.length > 0, document);
    assert.deepEqual(
      names.filter((name) => !(name in scripts)),
      [],
      document,
    );
  }
});

/** @param {string} file @param {string} typedef @returns {string[]} the optional properties that it declares */
function optionsIn(file, typedef) {
  const text = read(file);
  const begin = text.indexOf(`} ${typedef}\n`);
  assert.ok(begin > 0, typedef);
  const declared = text.slice(begin, text.indexOf('*/', begin));
  return [...declared.matchAll(/@property \{.*?\} \[(\w+)\]/g)].map(([, name]) => name);
}

/** @param {string} document @param {string} section @returns {string[]} the names that rows of its tables begin with */
function rowsIn(document, section) {
  const text = read(document);
  const begin = text.indexOf(`\n## ${section}\n`);
  assert.ok(begin > 0, section);
  const rows = text.slice(begin, text.indexOf('\n## ', begin + 1));
  return [...rows.matchAll(/^\| `(\w+)(?:\(.*\))?` +\|/gm)].map(([, name]) => name);
}

test('the documents have every option once, and no other', () => {
  const options = [
    ...optionsIn('src/options.js', 'OwnOptions'),
    ...optionsIn('src/web-streams.js', 'ConnectOwnOptions'),
  ];
  assert.deepEqual(rowsIn('README.md', 'Options').sort(), options.sort());
  const properties = ['state', 'message', 'error', 'retryAt', 'closed'];
  const kept = [...optionsIn('src/keep-open.js', 'KeepOpenOwnOptions'), ...properties];
  assert.deepEqual(rowsIn('README.md', 'Kept open').sort(), kept.sort());
  const codec = optionsIn('src/messages.js', 'MessageCodec');
  assert.deepEqual(rowsIn('../docs/messages.md', 'In the page').sort(), codec.sort());
});

test('it can be imported where there is nothing of the web but events, as where pages are tested', () => {
  const missing = [
    'MessageChannel',
    'ReadableStream',
    'WritableStream',
    'TextEncoder',
    'TextDecoder',
    'Headers',
    'fetch',
  ];
  const code = `${missing.map((name) => `delete globalThis.${name};`).join('')}
    for (const file of ['web-streams', 'messages', 'keep-open']) await import(process.argv[1] + file + '.js');`;
  execFileSync(process.execPath, ['--input-type=module', '-e', code, new URL('src/', root).href]);
});

test('readable can be piped through a decoder, as far as its type goes', async () => {
  /** @type {import('../../src/web-streams.js').WebDuplex['readable']} */
  const readable = new ReadableStream({ start: (controller) => controller.close() });
  const decoded = readable.pipeThrough(new TextDecoderStream());
  assert.deepEqual(await decoded.getReader().read(), { done: true, value: undefined });
});
