// Node's own duplex of HTTP/2, a stream whose two bodies are used at once: one that echoes, and one that transfers.
import { createSecureServer } from 'node:http2';
import { listen, tls, transfer } from './serving.mjs';

const server = createSecureServer(tls);
server.on('stream', (stream, { ':path': path }) => {
  stream.on('error', () => {}).respond({ ':status': 200 });
  if (path === '/echo') {
    stream.pipe(stream);
    return;
  }
  const { bytes, drained } = transfer((chunk) => stream.write(chunk));
  stream.on('data', bytes).on('drain', drained).on('end', () => stream.end());
});

await listen(server);
