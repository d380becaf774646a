// The unmodified server of npm engine.io over HTTP/2, by polling: sockets that echo and that transfer, and the page.
import { createSecureServer } from 'node:http2';
import { Server } from 'engine.io';
import { file, listen, tls, transfer } from './serving.mjs';

const server = createSecureServer(tls, async (request, response) => {
  const { status, headers, content } = await file(request.url);
  response.writeHead(status, headers);
  response.end(content);
});
const sockets = new Server({ transports: ['polling'], httpCompression: false });
sockets.attach(server);

/** In bytes: how much may wait for a poll; engine.io has no bound of its own. */
const BUFFER = 1_000_000;

sockets.on('connection', (socket) => {
  if (socket.request._query.path === '/echo') {
    socket.on('message', (data) => socket.send(data));
    return;
  }
  let waiting = 0;
  const { bytes, drained } = transfer((chunk) => {
    socket.send(chunk);
    waiting += chunk.length;
    return waiting < BUFFER;
  });
  socket.on('message', bytes);
  socket.on('drain', () => {
    waiting = 0;
    drained();
  });
});

await listen(server);
