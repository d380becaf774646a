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
  if (socket.request._query.path === '/numbered') {
    socket.on('message', (data) => numbered(socket, Number(data)));
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

/** Sends so many messages of 32 bytes, one each millisecond, which begin with their numbers. */
function numbered(socket, count) {
  const begun = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    for (; sent < count && sent <= performance.now() - begun; sent++) {
      const message = Buffer.alloc(32);
      message.writeUInt32BE(sent);
      socket.send(message);
    }
    if (sent === count) {
      clearInterval(timer);
    }
  }, 5);
}

await listen(server);
