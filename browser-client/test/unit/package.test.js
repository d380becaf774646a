import assert from 'node:assert/strict';
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

test('readable can be piped through a decoder, as far as its type goes', async () => {
  /** @type {import('../../src/web-streams.js').WebDuplex['readable']} */
  const readable = new ReadableStream({ start: (controller) => controller.close() });
  const decoded = readable.pipeThrough(new TextDecoderStream());
  assert.deepEqual(await decoded.getReader().read(), { done: true, value: undefined });
});
