// How a schedule's GETs travel: the opening one, and those that attach the session again.
import assert from 'node:assert/strict';

/** With a ticket. */
const HELLO_BYTES = 28;

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
  /** Whether a download may be held for ever: both sides find out only by heartbeats. */
  #mayHold;
  /** @type {Set<ServerDownload>} those that are written for nobody */
  #unread = new Set();
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
   * @param {{ polls: number, mayHold: boolean }} how polls: how probable it is that a GET is a poll
   */
  constructor(world, client, server, maxPiece, network, { polls, mayHold }) {
    this.#world = world;
    this.#client = client;
    this.#server = server;
    this.#maxPiece = maxPiece;
    this.#network = network;
    this.#polls = polls;
    this.#mayHold = mayHold;
  }

  /** The page was reloaded. @param {ResumableSession} client the new page's */
  reload(client) {
    this.#client = client;
    this.isGreeted = false;
  }

  /** @param {number} limit */
  open(limit) {
    const isPoll = this.#world.chance(this.#polls);
    const download = this.#client.openDownload(0, isPoll);
    const attached = this.#server.attach({ number: 0, offset: 0, limit, ...(isPoll && { poll: 0 }) }, 0);
    assert.ok(!attached.problem);
    const reading = this.#reading(download, () => unwatch());
    const exchange = this.#exchange(
      reading,
      this.#serving(() => attached.download),
    );
    this.#downloads.set(attached.download, exchange);
    const unwatch = this.#network.watch(exchange, download, reading.lost);
    this.#network.begin(exchange);
  }

  /** @param {Side} client @param {Side} server */
  #exchange(client, server) {
    const exchange = this.#network.exchange(client, server, this.#mayHold);
    exchange.down.holdsBack = this.#network.way.buffersResponses ? this.#world.oneOf(['body', 'all']) : 'nothing';
    return exchange;
  }

  resume() {
    const { downloads } = this.#client;
    const attempt = downloads.attach(this.#world.now, false, downloads.mayTry && this.#world.chance(0.2));
    /** @type {Side | undefined} */
    let reading;
    /** @type {ServerDownload | undefined} */
    let download;
    const isPoll = this.#world.chance(this.#polls);
    const fate = this.#network.fate();
    const failed = (/** @type {number} */ retryAfter) => {
      unwatch();
      this.#network.leave(exchange);
      this.#client.downloads.attachFailed(attempt, this.#world.now, retryAfter);
      this.#fallBack();
    };
    const exchange = this.#exchange(
      {
        received: (item) => {
          if (reading) {
            reading.received(item);
          } else if (item.isForeign) {
            failed(this.#world.oneOf([0, 1_000]));
          } else if (item.problem?.status === 410) {
            this.#client.closedByServer(item.problem.number, item.problem.reason);
          } else if (item.problem) {
            failed(item.problem.status === 503 ? 1_000 : 0);
          } else if (this.#client.isWanted(attempt)) {
            const opened = this.#client.openDownload(this.#world.now, isPoll);
            reading = this.#reading(opened, () => unwatch());
            unwatch();
            unwatch = this.#network.watch(exchange, opened, reading.lost);
          }
        },
        ended: () => reading?.ended(),
        lost: () => (reading ? reading.lost() : failed(0)),
      },
      {
        received: () => {
          if (fate === 'foreign') {
            exchange.down.send({ isForeign: true });
            exchange.down.end();
            return;
          }
          const arrives = () =>
            this.#server.attach({ ...attempt, ...(isPoll && { poll: attempt.wait }) }, this.#world.now);
          const first = fate === 'refused' ? { problem: { status: 503, type: 'overloaded' } } : arrives();
          if ('download' in first && first.download) {
            download = first.download;
            this.#downloads.set(download, exchange);
          }
          // What is sent again brings the answer of its last copy; the server's first answer goes nowhere.
          const answer = fate === 'repeated' ? arrives() : first;
          exchange.down.send(fate === 'replaced' ? { isForeign: true } : answer);
          if ((fate === 'replaced' || answer !== first) && download) {
            this.#abandon(download);
          }
          if (!this.#downloads.has(/** @type {ServerDownload} */ (download))) {
            exchange.down.end();
          }
        },
        ended: () => {},
        lost: () => this.#serving(() => download).lost(),
      },
    );
    let unwatch = this.#network.watch(exchange, attempt, () => failed(0));
    this.#network.begin(exchange);
    exchange.up.send({});
    exchange.up.end();
  }

  /** Nobody reads a download: the server learns of it soon, or only by its heartbeat. @param {ServerDownload} download */
  #abandon(download) {
    this.#downloads.delete(download);
    if (this.#mayHold && this.#world.chance(0.5)) {
      this.#unread.add(download);
    } else {
      this.#world.after(this.#world.between(0, 2_000), () => {
        this.#server.downloadLost(download, this.#world.now);
        this.#network.serve();
      });
    }
  }

  /** Where whole bodies are held back, only polls bring something. */
  #fallBack() {
    if (this.#network.way.buffersResponses) {
      this.#polls = 1;
    }
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
      if (count === 0) {
        this.#fallBack();
      }
    };
    let count = 0;
    return {
      received: (/** @type {Uint8Array} */ bytes) => {
        count += this.#client.isWanted(download) ? bytes.length : 0;
        this.isGreeted ||= count >= HELLO_BYTES && !this.#client.isClosed;
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

  /** @param {ServerDownload} download @param {Exchange} exchange a socket that carries it */
  carry(download, exchange) {
    this.#downloads.set(download, exchange);
    return this.#serving(() => download);
  }

  /** Sends what the server has, as far as there is room. */
  serve() {
    for (const download of this.#unread) {
      while (download.next(this.#maxPiece, this.#world.now));
      if (download.isBroken || download.mustEnd) {
        this.#unread.delete(download);
        this.#server.downloadLost(download, this.#world.now);
      }
    }
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
