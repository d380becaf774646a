import { applicationReset, DuplexError } from './errors.js';
import { openSession } from './open.js';

export { DuplexError, ErrorCode, ResponseError } from './errors.js';

/** @typedef {import('./session.js').Session} Session */

/**
 * Everything that fetch takes, for every request; and this package's own.
 * @typedef {import('./options.js').SessionOptions & ConnectOwnOptions} ConnectOptions
 */

/**
 * @typedef {object} ConnectOwnOptions
 * @property {number} [highWaterMark] dialect 1: how many written bytes may wait besides those under way; default 64 KiB
 */

const DEFAULT_HIGH_WATER_MARK = 64 * 1024;

/**
 * Opens a duplex.
 * @param {string | URL} url
 * @param {ConnectOptions} [options]
 * @returns {Promise<WebDuplex>} rejects with an error that has a `code`
 */
export async function connect(url, { highWaterMark = DEFAULT_HIGH_WATER_MARK, ...options } = {}) {
  return new WebDuplex(await openSession(url, options, highWaterMark));
}

/**
 * A duplex as Web Streams, with the shape of a WebTransport bidirectional stream. {@link connect} opens it. It
 * dispatches `detached` when its connection is lost, `attached` when it goes on over another, and `draining` when its
 * server is about to stop.
 */
export class WebDuplex extends EventTarget {
  #session;

  /** @param {Session} session */
  constructor(session) {
    super();
    this.#session = session;
    /** The id of the session. */
    this.id = session.id;
    /**
     * The bytes that the server writes. Cancelling it destroys the duplex.
     * @type {ReadableStream<import('./bytes.js').Bytes>}
     */
    this.readable = readableOf(session);
    /**
     * Closing it ends this side, aborting it destroys the duplex.
     * @type {WritableStream<ArrayBuffer | ArrayBufferView>}
     */
    this.writable = writableOf(session);
    /** Resolves when both sides have ended, rejects with the error that ended the duplex. */
    this.closed = session.closed;
    /** Where it goes on, if it is that of the page before (option `survive_reload`). */
    this.resumed = session.resumed;
    /** Why the duplex of the page before could not go on, if there was one. */
    this.notResumed = session.notResumed;
    if (this.resumed?.ended) {
      this.writable.close().catch(() => {});
    }
    session.onstatus = (event) => this.dispatchEvent(new Event(event));
  }

  /** How the upload travels. */
  get uploadMode() {
    return this.#session.uploadMode;
  }

  /** How the download travels. */
  get downloadMode() {
    return this.#session.downloadMode;
  }

  /**
   * Destroys the duplex with a number for the server's application (dialect 2; in dialect 1 it only sees it destroyed).
   * Does nothing if the duplex is closed.
   * @param {number} number from 256 to 65535
   * @param {string} [reason] a short text for the server's application
   * @throws {RangeError} if the number is out of that range
   */
  reset(number, reason = '') {
    this.#session.destroy(applicationReset(number, reason));
  }
}

/** @param {Session} session @returns {ReadableStream<import('./bytes.js').Bytes>} */
function readableOf(session) {
  return new ReadableStream(
    {
      start(controller) {
        session.closed.catch((error) => controller.error(error));
      },
      async pull(controller) {
        const bytes = await session.read();
        if (bytes) {
          controller.enqueue(bytes);
        } else {
          controller.close();
        }
      },
      cancel(reason) {
        session.destroy(cancelled(reason));
      },
    },
    // The session itself reads one chunk ahead.
    { highWaterMark: 0 },
  );
}

/** @param {Session} session @returns {WritableStream<Uint8Array | ArrayBuffer | ArrayBufferView>} */
function writableOf(session) {
  return new WritableStream({
    start(controller) {
      const { signal } = controller;
      // Not the sink's abort(): that waits for the write under way, which may be waiting for the server.
      signal.addEventListener('abort', () => session.destroy(cancelled(signal.reason)));
      session.closed.catch((error) => controller.error(error));
      session.onuploadcut = () => controller.error(new DuplexError('UPLOAD_CUT', 'The server had ended the upload'));
    },
    write(chunk) {
      let bytes;
      try {
        bytes = bytesOf(chunk);
      } catch (error) {
        session.destroy(cancelled(error));
        throw error;
      }
      return session.write([bytes]);
    },
    close: () => session.end(),
  });
}

/** @param {unknown} reason why the application destroys the duplex */
function cancelled(reason) {
  return reason instanceof DuplexError
    ? reason
    : new DuplexError('CANCELLED', 'The duplex was destroyed', { cause: reason });
}

/** @param {unknown} chunk @returns {Uint8Array} the same memory */
function bytesOf(chunk) {
  if (ArrayBuffer.isView(chunk)) {
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
  if (chunk instanceof ArrayBuffer) {
    return new Uint8Array(chunk);
  }
  throw new TypeError('A chunk must be an ArrayBuffer or a view of one');
}
