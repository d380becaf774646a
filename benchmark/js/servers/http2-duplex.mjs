// The unmodified server of npm http2-duplex: duplexes that echo and that transfer, and the page.
import { createSecureServer, createServer } from 'node:http2';
import { Http2DuplexServer } from 'http2-duplex';
import { clear, file, listen, tls, transfer } from './serving.mjs';

const settings = { maxConcurrentStreams: 250 };
const server = clear ? createServer({ settings }) : createSecureServer({ ...tls, settings });
// A page that closes a duplex breaks its streams off.
const ignored = () => {};

const echoes = new Http2DuplexServer(server, '/echo');
echoes.on('duplex', (duplex) => duplex.on('error', ignored).pipe(duplex));

const transfers = new Http2DuplexServer(server, '/transfer');
transfers.on('duplex', (duplex) => {
  const { bytes, drained } = transfer((chunk) => duplex.write(chunk));
  duplex.on('error', ignored).on('data', bytes).on('drain', drained);
});
transfers.on('unhandled_stream', async (stream, headers) => {
  const path = headers[':path'];
  if (path !== '/echo') {
    const { status, headers: fields, content } = await file(path);
    stream.on('error', ignored);
    stream.respond({ ':status': status, ...fields });
    stream.end(content);
  }
});

await listen(server);
