import { once } from 'node:events';
import { connect, constants } from 'node:http2';

/**
 * A fetch over one HTTP/2 connection, with what a browser's does and undici's (6.x, HTTP/2) does not: a body that was
 * cut is an error, of that request alone, and requests stream both ways at once.
 */
export class Http2Fetch {
  #ca;
  /** @type {import('node:http2').ClientHttp2Session | undefined} */
  #session;
  /** @type {Promise<unknown>} */
  #connected = Promise.resolve();

  /** @param {string} ca */
  constructor(ca) {
    this.#ca = ca;
  }

  /**
   * @param {string | URL | Request} input
   * @param {RequestInit} [init]
   * @returns {Promise<Response>}
   */
  fetch = async (input, { method, headers, body, signal } = {}) => {
    signal?.throwIfAborted();
    const url = new URL(/** @type {string | URL} */ (input));
    let stream;
    try {
      const session = await this.#sessionWith(url.origin);
      signal?.throwIfAborted();
      stream = session.request(
        {
          ...Object.fromEntries(new Headers(headers)),
          ':method': method,
          ':path': url.pathname,
          ...(body instanceof Uint8Array ? { 'content-length': body.byteLength } : {}),
        },
        { endStream: !body },
      );
    } catch (cause) {
      throw signal?.aborted ? signal.reason : new TypeError('fetch failed', { cause });
    }
    return exchange(stream, body, signal ?? undefined);
  };

  close() {
    this.#session?.destroy();
  }

  /** Breaks the connection. */
  cut() {
    this.#session?.destroy(new Error('cut by the test'));
  }

  /** @param {string} origin */
  async #sessionWith(origin) {
    if (!this.#session || this.#session.destroyed) {
      const session = connect(origin, { ca: this.#ca });
      session.on('error', () => {});
      // What is not read of a stream that breaks is lost to Node's window of the connection for good. The event comes even
      // when the session was destroyed meanwhile.
      session.on('connect', () => session.destroyed || session.setLocalWindowSize(2 ** 30));
      this.#session = session;
      this.#connected = once(session, 'connect');
    }
    const session = this.#session;
    await this.#connected;
    return session;
  }
}

/**
 * @param {import('node:http2').ClientHttp2Stream} stream
 * @param {BodyInit | null | undefined} body
 * @param {AbortSignal} [signal]
 * @returns {Promise<Response>}
 */
function exchange(stream, body, signal) {
  const abort = () => stream.close(constants.NGHTTP2_CANCEL);
  signal?.addEventListener('abort', abort);
  /** @type {unknown} */
  let cause;
  stream.on('error', (error) => (cause = error));
  const failure = () => signal?.reason ?? new TypeError('network error', { cause });
  if (body instanceof ReadableStream) {
    sendStream(stream, body);
  } else if (body instanceof Uint8Array) {
    stream.end(body.slice());
  }
  return new Promise((resolve, reject) => {
    stream.on('close', () => {
      signal?.removeEventListener('abort', abort);
      reject(failure());
    });
    stream.on('response', ({ ':status': status, ...fields }) => {
      const headers = Object.entries(fields).map(([name, value]) => [name, String(value)]);
      const responseBody = status === 204 ? null : bodyOf(stream, failure);
      resolve(new Response(responseBody, { status, headers: /** @type {[string, string][]} */ (headers) }));
      if (!responseBody) {
        stream.resume();
      }
    });
  });
}

/**
 * @param {import('node:http2').ClientHttp2Stream} stream
 * @param {ReadableStream<Uint8Array>} body
 */
async function sendStream(stream, body) {
  const reader = body.getReader();
  stream.on('close', () => reader.cancel().catch(() => {}));
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        stream.end();
        return;
      }
      await new Promise((resolve) => stream.write(value, resolve));
    }
  } catch {
    stream.close(constants.NGHTTP2_CANCEL);
  }
}

/**
 * @param {import('node:http2').ClientHttp2Stream} stream
 * @param {() => unknown} failure
 * @returns {ReadableStream<Uint8Array>}
 */
function bodyOf(stream, failure) {
  let over = false;
  return new ReadableStream(
    {
      start(controller) {
        stream.on('data', (chunk) => {
          controller.enqueue(new Uint8Array(chunk));
          stream.pause();
        });
        // 'end' comes after a reset too.
        stream.on('end', () => {
          if (stream.rstCode === constants.NGHTTP2_NO_ERROR && !over) {
            over = true;
            controller.close();
          }
        });
        stream.on('close', () => {
          if (!over) {
            over = true;
            controller.error(failure());
          }
        });
        stream.pause();
      },
      pull() {
        stream.resume();
      },
      cancel() {
        over = true;
        stream.close(constants.NGHTTP2_CANCEL);
      },
    },
    { highWaterMark: 0 },
  );
}
