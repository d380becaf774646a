// Carriers without fetch, over a server in the same process: what src/dialect2/carrier.js asks of a carrier, and no more.
import { ServerSession } from './server-session.js';

/** @typedef {import('../../src/dialect2/carrier.js').CarrierContext} CarrierContext */
/** @typedef {import('../../src/dialect2/carrier.js').DownloadCarrier} DownloadCarrier */
/** @typedef {import('../../src/dialect2/carrier.js').UploadCarrier} UploadCarrier */

const PIECE_BYTES = 10_000;

/** A server whose application writes what it reads, and ends when the client has ended. */
export class EchoServer {
  session = new ServerSession(
    { heartbeat: 0, resumeTimeout: 30_000, initialWindow: 65_536, maxWindow: 65_536 },
    performance.now(),
  );
  /** @type {Set<() => void>} each sends what the server has for one download */
  downloads = new Set();
  /** @type {Uint8Array} */
  #unwritten = new Uint8Array(0);

  /** Something has come. */
  act() {
    for (let bytes; this.#unwritten.length === 0 && (bytes = this.session.read());) {
      this.#write(bytes);
    }
    this.#write(this.#unwritten);
    if (this.session.isAtEnd && this.#unwritten.length === 0) {
      this.session.end();
    }
    this.downloads.forEach((send) => send());
  }

  /** @param {Uint8Array} bytes */
  #write(bytes) {
    this.#unwritten = bytes.subarray(this.session.write(bytes));
  }
}

/**
 * One socket for both directions.
 *
 * @implements {DownloadCarrier}
 * @implements {UploadCarrier}
 */
export class SocketCarrier {
  #context;
  #server;
  uploadMode = /** @type {const} */ ('streaming');
  downloadMode = /** @type {const} */ ('streaming');
  /** How many times it has connected. */
  connections = 0;
  /** @type {{ request: object, close: () => void }[]} the halves of the open socket: download and upload */
  #halves = [];
  /** @type {(() => void) | undefined} sends what there is on the open upload */
  #feed;

  /** @param {CarrierContext} context @param {EchoServer} server */
  constructor(context, server) {
    this.#context = context;
    this.#server = server;
  }

  get isIdle() {
    return this.#halves.length === 0;
  }

  /** @param {(request: object) => boolean} [which] */
  abort(which = () => true) {
    if (this.#halves.some(({ request }) => which(request))) {
      this.cut();
    }
  }

  /** The socket breaks: both halves are lost. */
  cut() {
    const halves = this.#halves;
    this.#halves = [];
    this.#feed = undefined;
    halves.forEach(({ close }) => close());
  }

  attach() {
    const { core } = this.#context;
    const now = performance.now();
    if (!core.downloads.mustAttach(now)) {
      return;
    }
    const attempt = core.downloads.attach(now);
    this.cut();
    this.connections++;
    const answer = this.#server.session.attach(attempt, now);
    if (answer.problem) {
      const { number = 0, reason } = answer.problem;
      this.#context.event(() => core.closedByServer(number, reason));
      return;
    }
    const served = answer.download;
    const download = core.openDownload(now);
    const send = () => {
      for (let piece; (piece = served.next(PIECE_BYTES, performance.now()));) {
        const bytes = Uint8Array.from(piece);
        queueMicrotask(() => this.#context.event((at) => core.received(download, bytes, at)));
      }
    };
    const close = () => {
      this.#server.downloads.delete(send);
      this.#server.session.downloadLost(served, performance.now());
      queueMicrotask(() => this.#context.event((at) => core.downloadEnded(download, at)));
    };
    this.#server.downloads.add(send);
    this.#halves.push({ request: download, close });
    this.#context.event();
    send();
  }

  send() {
    const { uploads } = this.#context.core;
    if (!this.#feed && !this.isIdle && uploads.wantsStream(performance.now())) {
      this.#stream();
    }
    this.#feed?.();
  }

  #stream() {
    const { core } = this.#context;
    const part = core.uploads.openStream(performance.now());
    const upload = this.#server.session.openUpload();
    const close = () => queueMicrotask(() => this.#context.event((at) => core.uploadLost(part, at)));
    this.#halves.push({ request: part, close });
    this.#feed = () => {
      for (let pieces; (pieces = core.uploads.nextPieces(part, PIECE_BYTES, performance.now()));) {
        pieces.forEach((piece) => upload.received(Uint8Array.from(piece), performance.now()));
        queueMicrotask(() => this.#server.act());
      }
      if (part.mustEnd) {
        this.#feed = undefined;
        this.#halves = this.#halves.filter(({ request }) => request !== part);
        queueMicrotask(() => this.#context.event(() => core.uploadTaken(part)));
      }
    };
  }
}

/**
 * Uploads alone, one body at a time.
 *
 * @implements {UploadCarrier}
 */
export class BodyCarrier {
  #context;
  #server;
  uploadMode = /** @type {const} */ ('post');
  isIdle = true;

  /** @param {CarrierContext} context @param {EchoServer} server */
  constructor(context, server) {
    this.#context = context;
    this.#server = server;
  }

  abort() {}

  send() {
    const { core } = this.#context;
    const part = this.isIdle && core.uploads.nextBody(PIECE_BYTES, performance.now());
    if (part) {
      this.isIdle = false;
      queueMicrotask(() => {
        const upload = this.#server.session.openUpload();
        upload.received(part.bytes, performance.now());
        this.#server.act();
        this.isIdle = true;
        this.#context.event(() => core.uploadTaken(part));
      });
    }
  }
}
