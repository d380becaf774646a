// A server that speaks SignalR's protocol, in JSON over WebSockets with stateful reconnect, for its unmodified client: a hub
// that transfers. As Microsoft's server it confirms what has come once a second, and keeps what is not confirmed, up to a
// bound, beyond which it sends nothing.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:https';
import { WebSocketServer } from 'ws';
import { listen, tls, transfer } from './serving.mjs';

const Type = { INVOCATION: 1, PING: 6, ACK: 8, SEQUENCE: 9 };
const RECORD_END = '\x1e';
const ACK_MILLIS = 1_000;
const PING_MILLIS = 15_000;
/** In bytes: with larger ones Microsoft's server would close, its bound for a message is 32 KiB. */
const PIECE = 16_384;

/** By their tokens. */
const connections = new Map();
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });

/** What outlives a WebSocket. */
class Connection {
  #socket;
  #isOpen = false;
  /** What is not confirmed: the numbers and the texts. */
  #kept = [];
  #keptBytes = 0;
  #maxKept;
  #sent = 0;
  /** The number of the last message that was used, and that of the next one that comes. */
  #used = 0;
  #next = 1;
  #acked = 0;
  #waitsForSequence = false;

  constructor(maxKept) {
    this.#maxKept = maxKept;
    this.transfer = transfer((bytes) => this.#send(bytes));
    setInterval(() => this.#tell({ type: Type.PING }), PING_MILLIS).unref();
    setInterval(() => this.#ack(), ACK_MILLIS).unref();
  }

  attach(socket) {
    this.#socket = socket;
    if (this.#isOpen) {
      this.#waitsForSequence = true;
      this.#tell({ type: Type.SEQUENCE, sequenceId: this.#kept[0]?.id ?? this.#sent + 1 });
      this.#kept.forEach(({ text }) => socket.send(text));
    }
    socket.on('error', () => {});
    socket.on('message', (data) => {
      for (const record of String(data).split(RECORD_END).slice(0, -1)) {
        this.#receive(JSON.parse(record));
      }
    });
  }

  #receive(message) {
    if (!this.#isOpen) {
      this.#isOpen = true;
      this.#tell({});
    } else if (message.type === Type.SEQUENCE) {
      this.#waitsForSequence = false;
      this.#next = message.sequenceId;
    } else if (message.type === Type.ACK) {
      this.#confirmed(message.sequenceId);
    } else if (message.type === Type.INVOCATION && !this.#waitsForSequence) {
      const id = this.#next++;
      if (id > this.#used) {
        this.#used = id;
        this.transfer.bytes(Buffer.from(message.arguments[0], 'base64'));
      }
    }
  }

  #confirmed(id) {
    while (this.#kept[0]?.id <= id) {
      this.#keptBytes -= this.#kept.shift().text.length;
    }
    if (this.#keptBytes < this.#maxKept) {
      this.transfer.drained();
    }
  }

  #ack() {
    if (this.#acked < this.#used) {
      this.#acked = this.#used;
      this.#tell({ type: Type.ACK, sequenceId: this.#used });
    }
  }

  #send(bytes) {
    for (let at = 0; at < bytes.length; at += PIECE) {
      const argument = bytes.subarray(at, at + PIECE).toString('base64');
      const text = JSON.stringify({ type: Type.INVOCATION, target: 'bytes', arguments: [argument] }) + RECORD_END;
      this.#kept.push({ id: ++this.#sent, text });
      this.#keptBytes += text.length;
      if (!this.#waitsForSequence) {
        this.#socket.send(text);
      }
    }
    return this.#keptBytes < this.#maxKept;
  }

  #tell(message) {
    this.#socket?.send(JSON.stringify(message) + RECORD_END);
  }
}

const server = createServer(tls, (request, response) => {
  const connectionToken = randomUUID();
  const maxKept = Number(new URL(request.url, 'https://localhost').searchParams.get('buffer'));
  connections.set(connectionToken, new Connection(maxKept));
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({
      connectionId: connectionToken,
      connectionToken,
      negotiateVersion: 1,
      useStatefulReconnect: true,
      availableTransports: [{ transport: 'WebSockets', transferFormats: ['Text', 'Binary'] }],
    }),
  );
});
server.on('upgrade', (request, socket, head) => {
  const connection = connections.get(new URL(request.url, 'https://localhost').searchParams.get('id'));
  sockets.handleUpgrade(request, socket, head, (webSocket) => connection.attach(webSocket));
});

await listen(server);
