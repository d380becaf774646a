// The unmodified server of http2-duplex 6.0.3 as an echo over TLS, for end-to-end tests.
//
//     node test/peer/echo-server.mjs --cert chain.pem --key key.pem --root DIRECTORY
//
// Duplexes are at /example, the files of DIRECTORY at their names. It listens on a free port of localhost, prints one
// line of JSON, {"port":N}, and exits when its standard input is closed.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createSecureServer } from 'node:http2';
import { extname, join, normalize } from 'node:path';
import { parseArgs } from 'node:util';
import { Http2DuplexServer } from 'http2-duplex';

const TYPES = /** @type {Record<string, string>} */ ({
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.map': 'application/json',
});

const { values } = parseArgs({
  options: { cert: { type: 'string' }, key: { type: 'string' }, root: { type: 'string' } },
});
const { cert, key, root } = values;
if (!cert || !key || !root) {
  console.error('usage: echo-server.mjs --cert FILE --key FILE --root DIRECTORY');
  process.exit(2);
}

const server = createSecureServer({ cert: await readFile(cert), key: await readFile(key) });
const duplexes = new Http2DuplexServer(server, '/example');
duplexes.on('duplex', (duplex) => duplex.on('error', logged).pipe(duplex));
duplexes.on('unhandled_stream', serveFile);
server.on('sessionError', logged);
server.listen(0, 'localhost');
await once(server, 'listening');
console.log(JSON.stringify({ port: /** @type {import('node:net').AddressInfo} */ (server.address()).port }));

process.stdin.resume().on('end', () => process.exit(0));

/**
 * @param {import('node:http2').ServerHttp2Stream} stream
 * @param {import('node:http2').IncomingHttpHeaders} headers
 */
async function serveFile(stream, headers) {
  stream.on('error', logged);
  const { pathname } = new URL(headers[':path'] ?? '/', 'https://localhost');
  const file = join(/** @type {string} */ (root), normalize(decodeURIComponent(pathname)));
  try {
    const content = await readFile(file);
    stream.respond({ ':status': 200, 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    stream.end(content);
  } catch {
    stream.respond({ ':status': 404 }, { endStream: true });
  }
}

/** @param {Error} error of one duplex or connection: the server lives on */
function logged(error) {
  console.error(`echo-server: ${error.message}`);
}
