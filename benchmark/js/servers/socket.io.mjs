// The unmodified server of npm socket.io, by WebSocket: sockets that echo, and a room.
import { createServer } from 'node:https';
import { Server } from 'socket.io';
import { line, listen, tls } from './serving.mjs';

const server = createServer(tls);
const sockets = new Server(server, { transports: ['websocket'] });

sockets.on('connection', (socket) => {
  if (socket.handshake.query.member) {
    socket.join('room');
  } else {
    socket.on('line', (echoed) => socket.emit('line', echoed));
  }
});

let published = 0;
await listen(server, () => sockets.to('room').emit('line', line(published++)));
