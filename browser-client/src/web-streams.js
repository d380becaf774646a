import { DuplexError } from './protocol/errors.js';
import { Session } from './transport/session.js';
import { WriteBuffer } from './transport/write-buffer.js';

/**
 * Everything that fetch takes, for every request; and this package's own.
 *
 * @typedef {import('./transport/options.js').SessionOptions & ConnectOwnOptions} ConnectOptions
 */

/**
 * @typedef {object} ConnectOwnOptions
 * @property {number} [highWaterMark] how many written bytes may wait besides those under way; default 64 KiB
 */

/**
 * A duplex with the face of the Web Streams: the shape of a WebTransport bidirectional stream.
 *
 * @typedef {object} WebDuplex
 * @property {string} id of the session
 * @property {'streaming' | 'post'} uploadMode how the upload travels
 * @property {ReadableStream<Uint8Array<ArrayBuffer>>} readable what the server writes; cancelling it destroys the duplex
 * @property {WritableStream<Uint8Array | ArrayBuffer | ArrayBufferView>} writable closing it ends this side, aborting
 *   it destroys the duplex
 * @property {Promise<void>} closed resolves when both sides have ended, rejects with the error that ended the duplex
 */

const DEFAULT_HIGH_WATER_MARK = 64 * 1024;

/**
 * Opens a duplex.
 *
 * @param {string | URL} url
 * @param {ConnectOptions} [options]
 * @returns {Promise<WebDuplex>} rejects with one error that has a `code`
 */
export async function connect(url, { highWaterMark = DEFAULT_HIGH_WATER_MARK, ...options } = {}) {
  if (!(highWaterMark >= 0)) {
    throw new RangeError(`highWaterMark is to be a number of bytes, 0 or more: ${highWaterMark}`);
  }
  const session = await Session.open(url, options);
  return {
    id: session.id,
    get uploadMode() {
      return session.uploadMode;
    },
    readable: readableOf(session),
    writable: writableOf(session, highWaterMark),
    closed: session.closed,
  };
}

/**
 * @param {Session} session
 * @returns {ReadableStream<Uint8Array<ArrayBuffer>>}
 */
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

/**
 * @param {Session} session
 * @param {number} highWaterMark
 * @returns {WritableStream<Uint8Array | ArrayBuffer | ArrayBufferView>}
 */
function writableOf(session, highWaterMark) {
  const buffer = new WriteBuffer((chunks) => session.write(chunks), highWaterMark);
  let closing = false;
  return new WritableStream({
    start(controller) {
      const { signal } = controller;
      // Not the sink's abort(): that waits for the write under way, which may be waiting for the server.
      signal.addEventListener('abort', () => session.destroy(cancelled(signal.reason)));
      session.closed.catch((error) => controller.error(error));
      session.uploadEnded.then(() => {
        if (!closing) {
          controller.error(new DuplexError('UPLOAD_CUT', 'The server had ended the upload'));
        }
      });
    },
    write(chunk) {
      let bytes;
      try {
        bytes = bytesOf(chunk);
      } catch (error) {
        session.destroy(cancelled(error));
        throw error;
      }
      return buffer.write(bytes);
    },
    async close() {
      closing = true;
      await buffer.flush();
      await session.end();
    },
  });
}

/**
 * @param {unknown} reason why the application destroys the duplex
 * @returns {DuplexError}
 */
function cancelled(reason) {
  return reason instanceof DuplexError
    ? reason
    : new DuplexError('CANCELLED', 'The duplex was destroyed', { cause: reason });
}

/**
 * @param {unknown} chunk
 * @returns {Uint8Array} the same memory
 */
function bytesOf(chunk) {
  if (chunk instanceof Uint8Array) {
    return chunk;
  }
  if (ArrayBuffer.isView(chunk)) {
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
  if (chunk instanceof ArrayBuffer) {
    return new Uint8Array(chunk);
  }
  throw new TypeError('Only a Uint8Array, an ArrayBuffer or a view of one can be written');
}
