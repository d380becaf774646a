import { setImmediate } from 'node:timers/promises';
import { TestServer } from './test-server.js';
import { awaited } from './time-limits.js';

/** @typedef {import('node:http2').ServerHttp2Stream} Stream */
/** @typedef {'chunk' | 'single' | 'end' | 'destroy'} Kind */

/**
 * @typedef {object} Post
 * @property {Kind} kind
 * @property {Stream} stream
 * @property {import('node:http2').IncomingHttpHeaders} headers
 * @property {() => Promise<Buffer>} body
 * @property {() => void} cut breaks it
 * @property {(status?: number, body?: string) => void} answer
 */

export const SESSION_ID = 'the-session';

/** A server that keeps to dialect 1, save for what a test tells it to do otherwise. */
export class Dialect1Server extends TestServer {
  /** @type {Buffer[]} what was uploaded, POST by POST */
  bodies = [];
  /** @type {Stream | undefined} */
  #download;
  /** @type {((post: Post) => boolean)[]} */
  #waiting = [];
  /** @type {Post[]} */
  #posts = [];

  /** @type {(stream: Stream) => void} what to do with the GET */
  onget = (stream) => this.accept(stream);

  /** @type {(post: Post) => unknown} what to do with a POST */
  onpost = (post) => this.take(post);

  constructor() {
    super();
    this.http2.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      switch (headers[':method']) {
        case 'GET':
          this.#download = stream;
          this.onget(stream);
          break;
        case 'POST':
          void this.#note(postOf(stream, headers));
          break;
        default:
          stream.respond({ ':status': 200 }, { endStream: true });
      }
    });
  }

  /** Opens a session with that GET. @param {Stream} stream */
  accept(stream) {
    stream.respond({ ':status': 200, 'http2-duplex-id': SESSION_ID, 'content-type': 'application/octet-stream' });
    stream.write('a');
  }

  /** Reads the POST, notes its body and answers. @param {Post} post */
  async take(post) {
    const body = await post.body();
    if (post.kind === 'chunk' || post.kind === 'single') {
      this.bodies.push(body);
    }
    post.answer();
    if (post.kind === 'destroy') {
      this.#download?.close();
    }
  }

  get download() {
    if (!this.#download) {
      throw new Error('no GET has come');
    }
    return this.#download;
  }

  /** Breaks the download without ending it. Not to be called within an event of the server, see Post.cut. */
  cutDownload() {
    this.download.destroy(new Error('cut by the test'));
  }

  /** @param {Kind} kind @returns {Promise<Post>} the first of that kind, as soon as it is here */
  async post(kind) {
    let post = this.#posts.find((candidate) => candidate.kind === kind);
    post ??= await awaited(
      new Promise((resolve) => {
        this.#waiting.push((candidate) => candidate.kind === kind && (resolve(candidate), true));
      }),
      `a POST of the kind ${kind}`,
    );
    await setImmediate();
    return /** @type {Post} */ (post);
  }

  /** The kinds of POST that came, in order, after everything that the client had to send has been sent. */
  async kinds() {
    await setImmediate();
    await this.fetch(this.url, { method: 'OPTIONS' });
    return this.#posts.map(({ kind }) => kind);
  }

  /** @param {Post} post */
  async #note(post) {
    this.#posts.push(post);
    this.#waiting = this.#waiting.filter((waiting) => !waiting(post));
    try {
      await this.onpost(post);
    } catch (error) {
      // The client, or the test, has cut the POST. Anything else is for the guard.
      if (/** @type {any} */ (error).code !== 'ERR_STREAM_PREMATURE_CLOSE') {
        throw error;
      }
    }
  }
}

/**
 * @param {Stream} stream
 * @param {import('node:http2').IncomingHttpHeaders} headers
 * @returns {Post}
 */
function postOf(stream, headers) {
  const is = (/** @type {string} */ name) => headers[`http2-duplex-${name}`] === 'true';
  return {
    kind: is('destroyed') ? 'destroy' : is('end') ? 'end' : is('single') ? 'single' : 'chunk',
    stream,
    headers,
    body: async () => {
      const chunks = [];
      for await (const chunk of stream) {
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    },
    // Not within an event of the server: Node's HTTP/2 was seen to spin, destroyed while it reads.
    cut: () => void setImmediate().then(() => stream.destroy(new Error('cut by the test'))),
    answer: (status = 200, body = '') => {
      if (!stream.destroyed) {
        stream.respond({ ':status': status });
        stream.end(body);
      }
    },
  };
}
