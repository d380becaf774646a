// Puts the pages, the bundles of this project, and the clients of the peers into one folder.
//
//     node js/build.mjs DIRECTORY
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The client's constant: with more bytes than that beyond small turns, a duplex leaves its WebSocket. */
const BULK_BYTES = 4_194_304;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [directory] = process.argv.slice(2);
if (!directory) {
  console.error('usage: build.mjs DIRECTORY');
  process.exit(2);
}
const out = resolve(directory);

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await cp(join(root, 'js', 'page'), out, { recursive: true });
const bundles = join(root, '..', 'browser-client', 'target', 'classes', 'META-INF', 'resources', 'http2-duplex');
const alone = join(out, 'websocket-alone');
for (const file of ['web-streams.js', 'index.js', 'dialect1.js', 'websocket.js', 'ways.js']) {
  await cp(join(bundles, file), join(out, file));
  await cp(join(bundles, file), join(alone, file));
}
// The face of Node streams has that code in its own file.
await stayOnWebSockets(join(alone, 'websocket.js'));
await stayOnWebSockets(join(alone, 'index.js'));

for (const [name, contents] of [
  ['http2-duplex', `export { default as make } from 'http2-duplex/client.js';`],
  ['engine.io', `export { Socket } from 'engine.io-client';`],
  ['atmosphere', `export { default } from 'atmosphere.js';`],
]) {
  await build({
    stdin: { contents, resolveDir: root },
    outfile: join(out, `${name}.js`),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    // What stands for Node's modules in a browser.
    alias: { stream: 'readable-stream', buffer: join(root, 'node_modules', 'buffer', 'index.js') },
    define: { global: 'globalThis' },
    logLevel: 'warning',
  });
}
// A script, as Apache publishes it.
const guacamole = await readFile(join(root, 'target', 'guacamole-common-js', 'all.min.js'), 'utf8');
await writeFile(join(out, 'guacamole.js'), `${guacamole}\nexport { Guacamole };\n`);

/** Makes a file's code for WebSockets never leave them for bulk. Nothing else of it changes. */
async function stayOnWebSockets(file) {
  const pieces = (await readFile(file, 'utf8')).split(`${BULK_BYTES}`);
  if (pieces.length !== 2) {
    throw new Error(`${file} should have ${BULK_BYTES}, its BULK_BYTES, once`);
  }
  await writeFile(file, pieces.join('1/0'));
}
