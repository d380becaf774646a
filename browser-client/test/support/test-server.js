import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import { setImmediate } from 'node:timers/promises';
import { certificate } from './certificate.js';
import { Http2Fetch } from './http2-fetch.js';

/**
 * @typedef {object} Seen one request that has come
 * @property {string} method
 * @property {import('node:http2').IncomingHttpHeaders} headers
 */

/** An HTTP/2 server on a free port, which notes every request, and a fetch that speaks to it over one connection. */
export class TestServer {
  /** @type {Seen[]} */
  seen = [];
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set();
  #client = new Http2Fetch(certificate.cert);
  fetch = this.#client.fetch;

  constructor() {
    this.http2 = createSecureServer({ key: certificate.private, cert: certificate.cert });
    this.http2.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.http2.on('stream', (_stream, headers) => this.seen.push({ method: headers[':method'] ?? '', headers }));
  }

  async listen() {
    this.http2.listen(0, 'localhost');
    await once(this.http2, 'listening');
    return this;
  }

  get url() {
    const { port } = /** @type {import('node:net').AddressInfo} */ (this.http2.address());
    return `https://localhost:${port}/duplex`;
  }

  /**
   * Cuts every connection, without an end: closing an HTTP/2 session cleanly would end its streams. At both ends, since
   * Node's HTTP/2 does not always see a connection break while it writes.
   */
  cut() {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    this.#client.cut();
  }

  async close() {
    // Node's HTTP/2 was seen to spin when it is destroyed within one of its events.
    await setImmediate();
    this.http2.close();
    this.cut();
    this.#client.close();
  }

  posts() {
    return this.seen.filter(({ method }) => method === 'POST');
  }
}
