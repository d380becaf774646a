/**
 * How messages become bytes, and bytes messages; and what is allowed. Its functions may give promises, too: the next message
 * waits for them.
 *
 * @template In, Out
 * @typedef {object} MessageCodec
 * @property {(payload: import('./bytes.js').Bytes) => In | PromiseLike<In>} [decode] default: JSON. The place to validate a
 *   message: what it throws means that the message is unreadable
 * @property {(message: Out) => Uint8Array | PromiseLike<Uint8Array>} [encode] default: JSON
 * @property {number} [max_length] the longest message in bytes, in both directions; default 1 MiB
 * @property {(error: unknown, payload: import('./bytes.js').Bytes) => unknown} [unreadable] is told of messages that `decode`
 *   refuses, which are then skipped. If it throws, the duplex is reset, which is the default
 */

/** JSON in UTF-8, to build codecs on. */
export const json = {
  decode: (/** @type {Uint8Array} */ payload) => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)),
  encode: /** @type {(message: unknown) => import('./bytes.js').Bytes} */ (message) =>
    new TextEncoder().encode(JSON.stringify(message) ?? 'null'),
};

/**
 * What `readable` fails with when a message has reset the duplex (docs/protocol.md, "Messages"). Its `number` is 65280 if
 * it was too long, 65281 if it could not be read, 65282 if it was cut.
 *
 * @typedef {Error & { code: 'APPLICATION', number: number }} MessageError
 */

/**
 * Messages over a duplex of either face, whose streams are then no longer to be used directly. One message is decoded for
 * each read; one message and one chunk are held at most.
 *
 * @template [In=any]
 * @template [Out=In]
 * @param {import('./web-streams.js').WebDuplex | import('./session.js').NodeDuplex} duplex
 * @param {MessageCodec<In, Out>} [codec]
 * @returns {{ readable: ReadableStream<In>, writable: WritableStream<Out> }} cancelling or aborting destroys the duplex
 * @throws {TypeError} if the duplex has survived a reload, which may have cut a message; if it has messages already; or for
 *   what is no codec
 */
export function messages(
  duplex,
  { decode = json.decode, encode = json.encode, max_length = 2 ** 20, unreadable = rethrow } = {},
) {
  const isLength = typeof max_length === 'number' && max_length >= 0;
  if ([decode, encode, unreadable].some((each) => typeof each !== 'function') || !isLength) {
    throw new TypeError('decode, encode and unreadable must be functions, and max_length a number of at least 0');
  }
  if (duplex.resumed) {
    throw new TypeError('A duplex of the page before may go on within a message');
  }
  if (used.has(duplex)) {
    throw new TypeError('messages() was called with this duplex before: use what it gave then');
  }
  const [read, write, end, destroy, over] = typeof duplex.readable === 'object' ? web(duplex) : node(duplex);
  used.add(duplex);
  let chunk = new Uint8Array();
  let at = 0;

  /** @param {number} number @param {string} reason @param {unknown} [cause] @returns {MessageError} */
  const failed = (number, reason, cause) => {
    duplex.reset(number, reason);
    return Object.assign(new Error(reason, { cause }), { code: /** @type {const} */ ('APPLICATION'), number });
  };

  /**
   * @param {number} size
   * @param {boolean} [mayEnd]
   * @returns {Promise<import('./bytes.js').Bytes | void>} that many bytes; nothing at the end
   */
  const take = async (size, mayEnd) => {
    const taken = new Uint8Array(size);
    let count = 0;
    while (count < size) {
      if (at === chunk.length) {
        const { done, value } = await read();
        if (done) {
          if (mayEnd && !count) {
            return;
          }
          throw failed(65282, 'The stream ended in a message');
        }
        chunk = value;
        at = 0;
      }
      const part = chunk.subarray(at, at + size - count);
      taken.set(part, count);
      count += part.length;
      at += part.length;
    }
    return taken;
  };

  /** @param {ReadableStreamDefaultController<In>} controller */
  const pull = async (controller) => {
    for (;;) {
      const head = await take(4, true);
      if (!head) {
        return controller.close();
      }
      const length = viewOf(head).getUint32(0);
      if (length > max_length) {
        throw failed(65280, tooLong(length));
      }
      const payload = /** @type {import('./bytes.js').Bytes} */ (await take(length));
      let message;
      try {
        message = await decode(payload);
      } catch (error) {
        try {
          await unreadable(error, payload);
          continue;
        } catch (cause) {
          throw failed(65281, `A message of ${length} bytes can't be read`, cause);
        }
      }
      return controller.enqueue(message);
    }
  };

  /** @param {unknown} error of the application's codec, or of the duplex @returns {never} */
  const destroyFor = (error) => {
    destroy(error);
    throw error;
  };

  /** @param {Out} message */
  const send = async (message) => {
    const payload = await encode(message);
    if (payload?.BYTES_PER_ELEMENT !== 1) {
      throw new TypeError('encode must give a Uint8Array');
    }
    const { length } = payload;
    if (length > max_length) {
      throw new RangeError(tooLong(length));
    }
    const frame = new Uint8Array(4 + length);
    viewOf(frame).setUint32(0, length);
    frame.set(payload, 4);
    await write(frame);
  };

  /** @param {number} length */
  const tooLong = (length) => `A message of ${length} bytes is over max_length, ${max_length}`;

  return {
    readable: new ReadableStream(
      { pull: (controller) => pull(controller).catch(destroyFor), cancel: destroy },
      { highWaterMark: 0 },
    ),
    writable: new WritableStream({
      start(controller) {
        const { signal } = controller;
        over.catch((error) => controller.error(error));
        // Not the sink's abort(): that waits for the write under way, which may be waiting for the server.
        signal.addEventListener('abort', () => destroy(signal.reason));
      },
      write: (message) => send(message).catch(destroyFor),
      close: end,
    }),
  };
}

/** The duplexes that have messages. Those of the Node face can't be locked. @type {WeakSet<object>} */
const used = new WeakSet();

/** @param {unknown} error */
const rethrow = (error) => {
  throw error;
};

/** @param {Uint8Array} bytes */
const viewOf = (bytes) => new DataView(bytes.buffer);

/**
 * What messages need of a duplex: read, write, end, destroy, and a promise that rejects when it fails.
 *
 * @typedef {[() => Promise<{ done?: boolean, value?: any }>, (bytes: Uint8Array) => Promise<void>, () => Promise<void>,
 *   (reason: unknown) => void, Promise<unknown>]} Parts
 */

/**
 * @param {any} duplex
 * @returns {Parts}
 */
function web({ readable, writable }) {
  const reader = readable.getReader();
  const writer = writable.getWriter();
  return [
    () => reader.read(),
    (bytes) => writer.write(bytes),
    () => writer.close(),
    // When this side has ended, abort() does nothing.
    (reason) =>
      void writer
        .abort(reason)
        .then(() => reader.cancel(reason))
        .catch(() => {}),
    writer.closed,
  ];
}

/**
 * @param {any} duplex
 * @returns {Parts}
 */
function node(duplex) {
  // The plain iterator destroys the duplex when the server has ended its side.
  const iterator = duplex.iterator({ destroyOnReturn: false });
  /** @param {(callback: (error?: unknown) => void) => void} call @returns {Promise<void>} */
  const called = (call) => new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())));
  return [
    () => iterator.next(),
    (bytes) => called((callback) => duplex.write(bytes, callback)),
    () => called((callback) => duplex.end(callback)),
    // An abort() without a reason gets one of that name: as a plain destroy(), it is no error.
    (reason) => void duplex.destroy(/** @type {any} */ (reason)?.name === 'AbortError' ? null : reason),
    called((callback) =>
      duplex.on('error', callback).on('close', () => {
        // A plain destroy() is no error.
        if (!duplex.writableFinished) {
          callback(Object.assign(new Error('The duplex was destroyed'), { code: 'CANCELLED' }));
        }
      }),
    ),
  ];
}
