// WebSockets to a Dialect2Server in the same process, without a network: what src/dialect2/websocket/ uses of them.
import { Writable } from 'node:stream';
import * as FrameType from '../../src/dialect2/core/frame-types.js';
import { frame } from '../../src/dialect2/core/frames.js';

const HEAD_BYTES = 4;

/** @typedef {import('./dialect2-server.js').Dialect2Server} Dialect2Server */

/** The sockets of a test, and what something on the way does to them. */
export class SimulatedWebSockets {
  /** @type {SimulatedWebSocket[]} every one that was opened */
  opened = [];
  /** The upgrade is refused. */
  refuses = false;
  /** The constructor throws, as where the page's policy forbids it. */
  throws = false;
  /** What is sent arrives nowhere, in both directions. */
  drops = false;
  /** A socket that does not attach stays open, as if something on the way had lost its ATTACH. */
  keepsRefused = false;
  /** What is sent waits in the browser. */
  holds = false;
  /** @type {Dialect2Server} */
  server;

  /** @param {Dialect2Server} server */
  constructor(server) {
    this.server = server;
    const world = this;
    this.WebSocket = class extends SimulatedWebSocket {
      /** @param {string} url @param {string} protocol */
      constructor(url, protocol) {
        super(world, url, protocol);
      }
    };
  }

  get open() {
    return this.opened.filter((socket) => !socket.isClosed);
  }

  /** @returns {SimulatedWebSocket} */
  get last() {
    return this.opened[this.opened.length - 1];
  }
}

class SimulatedWebSocket {
  bufferedAmount = 0;
  binaryType = 'blob';
  /** @type {(() => void) | null} */
  onopen = null;
  /** @type {((event: { data: unknown }) => void) | null} */
  onmessage = null;
  /** @type {((event: { code: number, wasClean: boolean }) => void) | null} */
  onclose = null;
  isClosed = false;
  /** How many bytes have gone each way. */
  sent = 0;
  received = 0;
  /** The most that has waited. */
  mostBuffered = 0;
  #world;
  #waiting = Buffer.alloc(0);
  /** @type {import('./dialect2-server.js').ServerDuplex | undefined} */
  #duplex;
  /** @type {import('./server-session.js').ServerUpload | undefined} */
  #upload;
  /** @type {Buffer[]} */
  #held = [];

  /** @param {SimulatedWebSockets} world @param {string} url @param {string} protocol */
  constructor(world, url, protocol) {
    if (world.throws) {
      throw new Error('forbidden by the test');
    }
    this.url = url;
    this.protocol = protocol;
    this.#world = world;
    world.opened.push(this);
    this.down = new Writable({
      write: (/** @type {Buffer} */ bytes, _encoding, callback) => {
        setImmediate(() => {
          this.#deliver(bytes);
          callback();
        });
      },
    });
    this.down.on('error', () => {});
    this.down.on('close', () => setImmediate(() => this.#over()));
    setImmediate(() => (world.refuses ? this.#over() : !this.isClosed && this.onopen?.()));
  }

  /** @param {Uint8Array} bytes */
  send(bytes) {
    const copy = Buffer.from(bytes);
    this.sent += copy.length;
    this.bufferedAmount += copy.length;
    this.mostBuffered = Math.max(this.mostBuffered, this.bufferedAmount);
    this.#held.push(copy);
    if (!this.#world.holds) {
      this.release();
    }
  }

  /** What waits in the browser goes. */
  release() {
    for (const bytes of this.#held.splice(0)) {
      setImmediate(() => {
        this.bufferedAmount -= bytes.length;
        this.#take(bytes);
      });
    }
  }

  /** The same, on a fast line: nothing waits any more before the first of it has arrived. */
  releaseAtOnce() {
    for (const bytes of this.#held.splice(0)) {
      this.bufferedAmount -= bytes.length;
      setImmediate(() => this.#take(bytes));
    }
  }

  close() {
    this.isClosed = true;
    setImmediate(() => this.down.destroy());
  }

  /** It breaks: what is under way may be lost. */
  cut() {
    this.isClosed = true;
    this.down.destroy();
  }

  #over() {
    this.isClosed = true;
    const { onclose } = this;
    this.onopen = this.onmessage = this.onclose = null;
    const wasClean = this.down.writableFinished && !this.#world.drops;
    onclose?.({ wasClean, code: wasClean ? 1_000 : 1_006 });
  }

  /** @param {Buffer} bytes */
  #deliver(bytes) {
    if (this.isClosed || this.#world.drops) {
      return;
    }
    this.received += bytes.length;
    this.onmessage?.({ data: Uint8Array.from(bytes).buffer });
  }

  /** At the server. @param {Buffer} bytes */
  #take(bytes) {
    if (this.isClosed || this.#world.drops) {
      return;
    }
    if (this.#upload) {
      this.#upload.received(Uint8Array.from(bytes), performance.now());
      this.#duplex?.act();
      return;
    }
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    while (!this.#upload && this.#waiting.length >= HEAD_BYTES) {
      const type = this.#waiting[0];
      const end = HEAD_BYTES + this.#waiting.readUIntBE(1, 3);
      if (this.#waiting.length < end) {
        return;
      }
      const payload = this.#waiting.subarray(HEAD_BYTES, end);
      this.#waiting = this.#waiting.subarray(end);
      if (type === FrameType.PING) {
        this.down.write(frame(FrameType.PONG, [payload.readUInt32BE()]));
      } else if (type === FrameType.ATTACH) {
        this.#attach(payload);
      } else if (type < FrameType.ATTACH) {
        this.down.destroy();
      }
    }
  }

  /** @param {Buffer} payload */
  #attach(payload) {
    const [number, offset, limit] = [0, 8, 16].map((at) => Number(payload.readBigUInt64BE(at)));
    const request = { number, offset, limit, ticket: Uint8Array.from(payload.subarray(24)) };
    this.#duplex = this.#world.server.attachSocket(request, this.down);
    if (this.#duplex) {
      this.#upload = this.#duplex.openUpload();
      this.#take(this.#waiting);
    } else if (!this.#world.keepsRefused) {
      this.down.destroy();
    }
  }
}
