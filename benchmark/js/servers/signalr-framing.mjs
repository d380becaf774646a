// npm ws with messages as SignalR frames them: JSON records, each ended by a character of its own.
import { createServer } from 'node:https';
import { WebSocketServer } from 'ws';
import { line, listen, tls } from './serving.mjs';

const END = '\x1e';
const server = createServer(tls);
const sockets = new WebSocketServer({ server });
const members = new Set();

const record = (target, argument) => JSON.stringify({ type: 1, target, arguments: [argument] }) + END;

sockets.on('connection', (socket, { url }) => {
  if (url === '/member') {
    members.add(socket);
    socket.on('close', () => members.delete(socket));
    return;
  }
  socket.on('message', (data) => {
    for (const text of data.toString().split(END)) {
      if (text) {
        const {
          target,
          arguments: [argument],
        } = JSON.parse(text);
        socket.send(record(target, argument));
      }
    }
  });
});

let published = 0;
await listen(server, () => {
  const encoded = record('line', line(published++));
  for (const member of members) {
    member.send(encoded);
  }
});
