import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from '../support/time-limits.js';

const root = new URL('../../', import.meta.url);
const read = (/** @type {string} */ file) => readFileSync(fileURLToPath(new URL(file, root)), 'utf8');

test('packing builds the types that the package names', () => {
  const { exports, files, scripts } = JSON.parse(read('package.json'));
  for (const { types } of Object.values(exports)) {
    assert.ok(files.some((/** @type {string} */ folder) => types.startsWith(`./${folder}/`)));
  }
  assert.equal(scripts.prepack, 'npm run build');
  assert.doesNotMatch(read('.npmrc'), /ignore-scripts/, 'npm would not run prepack');
});

test('readable can be piped through a decoder, as far as its type goes', async () => {
  /** @type {import('../../src/web-streams.js').WebDuplex['readable']} */
  const readable = new ReadableStream({ start: (controller) => controller.close() });
  const decoded = readable.pipeThrough(new TextDecoderStream());
  assert.deepEqual(await decoded.getReader().read(), { done: true, value: undefined });
});
