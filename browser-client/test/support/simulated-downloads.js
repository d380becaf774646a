// How a schedule's GETs travel: the opening one, and those that attach the session again.
import assert from 'node:assert/strict';

const HELLO_BYTES = 12;

/** @typedef {import('../../src/dialect2/core/session.js').ResumableSession} ResumableSession */
/** @typedef {import('./server-session.js').ServerDownload} ServerDownload */
/** @typedef {import('./simulated-network.js').Exchange} Exchange */
/** @typedef {import('./simulated-network.js').Side} Side */

export class Downloads {
  #world;
  #client;
  #server;
  #maxPiece;
  #network;
  #polls;
  /** @type {Map<ServerDownload, Exchange>} */
  #downloads = new Map();
  /** The client has the server's HELLO, and so its resume timeout. */
  isGreeted = false;

  /**
   * @param {import('./simulated-network.js').World} world
   * @param {ResumableSession} client
   * @param {import('./server-session.js').ServerSession} server
   * @param {number} maxPiece
   * @param {import('./simulated-uploads.js').Network} network
   * @param {number} polls how probable it is that a GET is a poll
   */
  constructor(world, client, server, maxPiece, network, polls) {
    this.#world = world;
    this.#client = client;
    this.#server = server;
    this.#maxPiece = maxPiece;
    this.#network = network;
    this.#polls = polls;
  }

  /** @param {number} limit */
  open(limit) {
    const isPoll = this.#world.chance(this.#polls);
    const download = this.#client.openDownload(0, isPoll);
    const attached = this.#server.attach({ number: 0, offset: 0, limit, ...(isPoll && { poll: 0 }) }, 0);
    assert.ok(!attached.problem);
    const exchange = this.#network.exchange(
      this.#reading(download, () => unwatch()),
      this.#serving(() => attached.download),
    );
    this.#downloads.set(attached.download, exchange);
    const unwatch = this.#network.watch(exchange, download, () =>
      this.#client.downloadEnded(download, this.#world.now),
    );
  }

  resume() {
    const attempt = this.#client.downloads.attach(this.#world.now);
    /** @type {Side | undefined} */
    let reading;
    /** @type {ServerDownload | undefined} */
    let download;
    const isPoll = this.#world.chance(this.#polls);
    const isRefused = this.#network.breaks() && this.#world.chance(0.3);
    const failed = (/** @type {number} */ retryAfter) =>
      this.#client.downloads.attachFailed(attempt, this.#world.now, retryAfter);
    const exchange = this.#network.exchange(
      {
        received: (item) => {
          if (reading) {
            reading.received(item);
          } else if (item.problem?.status === 410) {
            this.#client.closedByServer(item.problem.number, item.problem.reason);
          } else if (item.problem) {
            failed(item.problem.status === 503 ? 1_000 : 0);
          } else if (this.#client.isWanted(attempt)) {
            const opened = this.#client.openDownload(this.#world.now, isPoll);
            reading = this.#reading(opened, () => unwatch());
            unwatch();
            unwatch = this.#network.watch(exchange, opened, () => this.#client.downloadEnded(opened, this.#world.now));
          }
        },
        ended: () => reading?.ended(),
        lost: () => (reading ? reading.lost() : failed(0)),
      },
      {
        received: () => {
          const answer = isRefused
            ? { problem: { status: 503, type: 'overloaded' } }
            : this.#server.attach({ ...attempt, ...(isPoll && { poll: attempt.wait }) }, this.#world.now);
          exchange.down.send(answer);
          if ('download' in answer && answer.download) {
            download = answer.download;
            this.#downloads.set(download, exchange);
          } else {
            exchange.down.end();
          }
        },
        ended: () => {},
        lost: () => this.#serving(() => download).lost(),
      },
    );
    let unwatch = this.#network.watch(exchange, attempt, () => failed(0));
    exchange.up.send({});
    exchange.up.end();
  }

  /**
   * @param {ReturnType<ResumableSession['openDownload']>} download
   * @param {() => void} unwatch
   * @returns {Side}
   */
  #reading(download, unwatch) {
    const over = (/** @type {boolean} */ isWhole) => {
      unwatch();
      this.#client.downloadEnded(download, this.#world.now, isWhole);
    };
    let count = 0;
    return {
      received: (/** @type {Uint8Array} */ bytes) => {
        count += this.#client.isWanted(download) ? bytes.length : 0;
        this.isGreeted ||= count >= HELLO_BYTES;
        this.#client.received(download, bytes, this.#world.now);
      },
      ended: () => over(true),
      lost: () => over(false),
    };
  }

  /**
   * @param {() => ServerDownload | undefined} download
   * @returns {Side}
   */
  #serving(download) {
    return {
      received: () => {},
      ended: () => {},
      lost: () => {
        const lost = download();
        if (lost) {
          this.#downloads.delete(lost);
          this.#server.downloadLost(lost, this.#world.now);
        }
      },
    };
  }

  /** Sends what the server has, as far as there is room. */
  serve() {
    for (const [download, exchange] of this.#downloads) {
      for (let piece; exchange.down.underWay < 4 && (piece = download.next(this.#maxPiece, this.#world.now));) {
        exchange.down.send(piece);
      }
      if (download.isBroken) {
        this.#downloads.delete(download);
        exchange.breakOff();
      } else if (download.mustEnd && exchange.down.underWay < 4) {
        this.#downloads.delete(download);
        exchange.down.end();
        this.#server.downloadLost(download, this.#world.now);
      }
    }
  }
}
