import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import * as FrameType from '../../src/dialect2/core/frame-types.js';
import { FrameDecoder } from '../../src/dialect2/core/frames.js';
import { ServerSession } from './server-session.js';
import { TestServer } from './test-server.js';
import { awaited } from './time-limits.js';

/** @typedef {import('node:http2').ServerHttp2Stream} Stream */
/** @typedef {import('node:http2').IncomingHttpHeaders} Headers */

const PIECE_BYTES = 64 * 1024;

/** A server of dialect 2 that does what a test tells it, and otherwise takes every session and what it is sent. */
export class Dialect2Server extends TestServer {
  /** @type {Map<string, ServerDuplex>} */
  #duplexes = new Map();
  /** @type {Map<unknown, ServerDuplex>} by the secret of their opening */
  #openings = new Map();
  /** @type {((duplex: ServerDuplex) => void)[]} */
  #waiting = [];

  options = { heartbeat: 0, resumeTimeout: 30_000, initialWindow: 65_536, maxWindow: 1_048_576, webSocket: false };

  /**
   * Sees each request first.
   *
   * @type {(stream: Stream, headers: Headers) => boolean | void} true: it was seen to
   */
  onrequest = () => {};

  constructor() {
    super();
    this.http2.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      if (this.onrequest(stream, headers)) {
        return;
      }
      const duplex = this.#duplexes.get(String(headers['http2-duplex-id']));
      if (headers['http2-duplex-id'] === undefined && headers[':method'] === 'GET') {
        this.#open(stream, headers);
      } else if (!duplex) {
        refuse(stream, { status: 404, type: 'unknown-session' });
      } else if (headers[':method'] === 'GET') {
        duplex.attach(stream, headers);
      } else {
        void duplex.upload(stream);
      }
    });
  }

  /**
   * @param {import('./faces.js').Face} face
   * @param {import('../../src/duplex.js').MakeOptions} options
   */
  async connect(face, options) {
    const client = await face.open(this.url, { fetch: this.fetch, ...options });
    return { client, duplex: await this.duplex() };
  }

  /** @param {string} id */
  duplexOf(id) {
    return /** @type {ServerDuplex} */ (this.#duplexes.get(id));
  }

  /** @returns {Promise<ServerDuplex>} the first one that was opened */
  async duplex() {
    const [duplex] = this.#duplexes.values();
    return duplex ?? awaited(new Promise((resolve) => this.#waiting.push(resolve)), 'a duplex at the server');
  }

  /**
   * @param {{ number: number, offset: number, limit: number, ticket: Uint8Array }} request that has come by a socket
   * @param {import('node:stream').Writable} socket
   * @returns {ServerDuplex | undefined} the one that has given the ticket, with the socket as its download
   */
  attachSocket(request, socket) {
    return [...this.#duplexes.values()].find((duplex) => duplex.attachSocket(request, socket));
  }

  /** Settles when everything was sent that can be sent without a further event. */
  async settled() {
    for (let i = 0; i < 5; i++) {
      await setImmediate();
      await this.fetch(this.url, { method: 'POST' });
    }
  }

  /** Forgets every session, like a server that was restarted. */
  forget() {
    this.#duplexes.forEach((duplex) => duplex.stop());
    this.#duplexes.clear();
  }

  async close() {
    this.#duplexes.forEach((duplex) => duplex.stop());
    await super.close();
  }

  /** @param {Stream} stream @param {Headers} headers */
  #open(stream, headers) {
    const secret = headers['http2-duplex-opening'];
    const opened = this.#openings.get(secret);
    if (opened && secret !== undefined) {
      opened.attach(stream, headers);
      return;
    }
    const id = randomUUID();
    const duplex = new ServerDuplex(id, this.options);
    this.#duplexes.set(id, duplex);
    this.#openings.set(secret, duplex);
    duplex.attach(stream, headers);
    this.#waiting.forEach((resolve) => resolve(duplex));
    this.#waiting = [];
  }
}

/** One duplex at the server: its application, and what connects its core with the streams. */
export class ServerDuplex {
  #core;
  /** @type {Uint8Array[]} */
  #toWrite = [];
  #mustEnd = false;
  /** @type {Map<import('./server-session.js').ServerDownload, import('node:stream').Writable>} */
  #downloads = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {{ is: () => boolean, resolve: () => void }[]} */
  #waiting = [];
  /** @type {Uint8Array[]} what was read */
  received = [];
  /** Whether the application reads. */
  reads = true;
  /** How many answers to POSTs it still cuts off, instead of giving them. */
  cutsAnswers = 0;
  /** How many of the application's bytes it has sent. */
  sent = 0;
  /** How many downloads there have been. */
  attachments = 0;
  /** Whether nothing is sent, although the streams are open. */
  silent = false;
  /** @type {(bytes: Uint8Array) => void} */
  onread = () => {};

  /**
   * @param {string} id
   * @param {Dialect2Server['options']} options
   */
  constructor(id, options) {
    this.id = id;
    this.#core = new ServerSession(options, performance.now());
  }

  get attached() {
    return this.#core.isAttached;
  }

  get error() {
    return this.#core.failure;
  }

  get isClosed() {
    return this.#core.isClosed;
  }

  get atEnd() {
    return this.#core.isAtEnd;
  }

  text() {
    return Buffer.concat(this.received).toString();
  }

  /** Settles when that holds. @param {() => boolean} is @returns {Promise<void>} */
  async until(is) {
    if (!is()) {
      await awaited(
        new Promise((resolve) => this.#waiting.push({ is, resolve: () => resolve(undefined) })),
        `${is}, at the server`,
      );
    }
  }

  /** @param {Uint8Array | string} bytes */
  write(bytes) {
    this.#toWrite.push(Buffer.from(bytes));
    this.act();
  }

  end() {
    this.#mustEnd = true;
    this.act();
  }

  /** @param {number} number @param {string} reason */
  reset(number, reason) {
    this.#core.reset(number, reason);
    this.act();
  }

  rotate() {
    this.#core.rotate(performance.now());
    this.act();
  }

  drain() {
    this.#core.drain();
    this.act();
  }

  /** Breaks its downloads off. Not to be called within an event of the server. */
  cutDownload() {
    this.#downloads.forEach((stream) => stream.destroy(new Error('cut by the test')));
  }

  /** @param {Stream} stream @param {Headers} headers */
  attach(stream, headers) {
    const field = (/** @type {string} */ name, fallback = 0) => Number(headers[`http2-duplex-${name}`] ?? fallback);
    const poll = 'http2-duplex-poll' in headers && { poll: field('poll') };
    const request = { number: field('attach'), offset: field('offset'), limit: field('limit', 65_536), ...poll };
    const answer = this.#core.attach(request, performance.now());
    if (answer.problem) {
      refuse(stream, answer.problem);
      return;
    }
    const { download } = answer;
    this.attachments++;
    const type = headers.accept === 'text/event-stream' && { 'content-type': headers.accept };
    stream.respond({
      ...{ ':status': 200, 'http2-duplex-id': this.id, 'http2-duplex-version': '2' },
      ...(poll ? { 'http2-duplex-poll': '1' } : type),
    });
    this.#carry(download, stream);
  }

  /**
   * @param {{ number: number, offset: number, limit: number, ticket: Uint8Array }} request
   * @param {import('node:stream').Writable} socket
   * @returns {boolean} whether the ticket is one of this duplex
   */
  attachSocket(request, socket) {
    const answer = this.#core.attach(request, performance.now());
    if (answer.problem) {
      return false;
    }
    this.attachments++;
    this.#carry(answer.download, socket);
    return true;
  }

  openUpload() {
    return this.#core.openUpload();
  }

  /** @param {import('./server-session.js').ServerDownload} download @param {import('node:stream').Writable} stream */
  #carry(download, stream) {
    this.#downloads.set(download, stream);
    stream.on('drain', () => this.act());
    stream.on('close', () => {
      this.#downloads.delete(download);
      this.#core.downloadLost(download, performance.now());
      this.act();
    });
    this.act();
  }

  /** @param {Stream} stream */
  async upload(stream) {
    const upload = this.#core.openUpload();
    try {
      for await (const bytes of stream) {
        upload.received(bytes, performance.now());
        this.act();
      }
    } catch {
      // It was cut: what has come of it counts.
      return;
    }
    const problem = upload.ended();
    this.act();
    if (this.cutsAnswers > 0) {
      this.cutsAnswers--;
      await setImmediate();
      stream.destroy(new Error('cut by the test'));
      return;
    }
    refuse(stream, problem ?? { status: 204, type: '' });
  }

  act() {
    this.#apply();
    for (const [download, stream] of this.#downloads) {
      for (
        let piece;
        !this.silent && !stream.writableNeedDrain && (piece = download.next(PIECE_BYTES, performance.now()));
      ) {
        this.sent += sizeOfData(piece);
        stream.write(piece);
        this.#apply();
      }
      if (download.isBroken) {
        void setImmediate().then(() => stream.destroy(new Error('the client is silent')));
      } else if (download.mustEnd && !stream.writableNeedDrain) {
        stream.end();
      }
    }
    this.#waiting = this.#waiting.filter(({ is, resolve }) => !is() || resolve());
    this.#setTimer();
  }

  stop() {
    clearTimeout(this.#timer);
    this.act = () => {};
  }

  #apply() {
    for (let bytes; this.reads && (bytes = this.#core.read());) {
      this.received.push(bytes);
      this.onread(bytes);
    }
    for (let bytes; (bytes = this.#toWrite[0]); this.#toWrite.shift()) {
      const written = this.#core.write(bytes);
      if (written < bytes.byteLength) {
        this.#toWrite[0] = bytes.subarray(written);
        return;
      }
    }
    if (this.#mustEnd) {
      this.#core.end();
    }
  }

  #setTimer() {
    clearTimeout(this.#timer);
    const { deadline } = this.#core;
    if (deadline !== undefined) {
      this.#timer = setTimeout(
        () => {
          this.#core.timeIs(performance.now());
          this.act();
        },
        Math.ceil(deadline - performance.now()),
      );
    }
  }
}

/** @param {Uint8Array} piece @returns {number} how many of the application's bytes are in it */
function sizeOfData(piece) {
  let size = 0;
  for (const { type, bytes } of new FrameDecoder().decode(piece)) {
    size += type === FrameType.DATA ? bytes.length : 0;
  }
  return size;
}

/** @param {Stream} stream @param {import('./server-session.js').Problem} problem */
function refuse(stream, { status, type, ...members }) {
  if (!stream.destroyed) {
    stream.respond({ ':status': status, ...(status !== 204 && { 'content-type': 'application/problem+json' }) });
    stream.end(status === 204 ? undefined : JSON.stringify({ type: `urn:http2-duplex:problem:${type}`, ...members }));
  }
}
