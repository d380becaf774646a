// Bundles the unmodified client of http2-duplex 6.0.3 for browsers, for end-to-end tests.
//
//     node test/peer/bundle-client.mjs OUTFILE
//
// A page that loads OUTFILE as a classic script has the global `peer_client_bundle`, with `make` and `ResponseError`.
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const [outfile] = process.argv.slice(2);
if (!outfile) {
  console.error('usage: bundle-client.mjs OUTFILE');
  process.exit(2);
}

await build({
  stdin: {
    contents: `export { default as make, ResponseError } from './node_modules/http2-duplex/client.js';`,
    resolveDir: root,
  },
  absWorkingDir: root,
  outfile: resolve(outfile),
  bundle: true,
  minify: true,
  format: 'iife',
  globalName: 'peer_client_bundle',
  platform: 'browser',
  target: 'es2022',
  // What webpack puts in for it: the packages that stand for Node's modules in a browser.
  alias: {
    stream: 'readable-stream',
    buffer: join(root, 'node_modules', 'buffer', 'index.js'),
  },
  define: { global: 'globalThis' },
  logLevel: 'warning',
});
