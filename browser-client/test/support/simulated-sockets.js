// How a schedule moves to sockets, each of which carries both directions, and back to requests.

/** How often the client moves to a socket or leaves it, at most. */
const MOVES = 12;

/** @typedef {import('../../src/dialect2/core/session.js').ResumableSession} ResumableSession */
/** @typedef {import('./simulated-network.js').Exchange} Exchange */
/** @typedef {{ exchange: Exchange, part: import('../../src/dialect2/core/uploads.js').Part, over: (isWhole: boolean) => void }} Socket the one that carries */

export class Sockets {
  #world;
  #client;
  #server;
  #maxBody;
  #mayHold;
  #network;
  #downloads;
  /** The client wants one. */
  #isWanted = false;
  /** @type {Socket | undefined} */
  #socket;

  /**
   * @param {import('./simulated-network.js').World} world
   * @param {ResumableSession} client
   * @param {import('./server-session.js').ServerSession} server
   * @param {{ maxBody: number, mayHold: boolean }} how mayHold: whether one may be held for ever
   * @param {import('./simulated-uploads.js').Network} network
   * @param {import('./simulated-downloads.js').Downloads} downloads
   */
  constructor(world, client, server, { maxBody, mayHold }, network, downloads) {
    this.#world = world;
    this.#client = client;
    this.#server = server;
    this.#maxBody = maxBody;
    this.#mayHold = mayHold;
    this.#network = network;
    this.#downloads = downloads;
  }

  /** The page was reloaded. @param {ResumableSession} client the new page's */
  reload(client) {
    this.#client = client;
  }

  /** @param {(move: () => void) => void} atClient runs a move when the client can make it */
  plan(atClient) {
    const longest = this.#world.oneOf([100, 2_000, 20_000]);
    let at = 0;
    for (let i = this.#world.between(1, MOVES); i > 0; i--) {
      at += this.#world.between(0, longest);
      this.#world.at(at, () => atClient(() => this.#move()));
    }
  }

  #move() {
    if (this.#world.chance(0.3)) {
      this.#isWanted = false;
      this.#client.leaveSocket(this.#world.now);
    } else {
      this.#isWanted = true;
    }
  }

  /** @param {Exchange} exchange @returns {boolean} whether it is the socket that carries */
  isSocket(exchange) {
    return this.#socket?.exchange === exchange;
  }

  attach() {
    if (this.#isWanted && this.#client.downloads.mayMove) {
      this.#isWanted = false;
      this.#open();
    }
  }

  send() {
    if (!this.#socket) {
      return;
    }
    const { part, exchange, over } = this.#socket;
    if (!this.#client.isWanted(part) && !this.#client.isClosed) {
      exchange.abort();
      over(false);
      return;
    }
    while (exchange.up.underWay < 4) {
      const pieces = part.mustEnd ? null : this.#client.uploads.nextPieces(part, this.#maxBody, this.#world.now);
      if (!pieces) {
        break;
      }
      pieces.forEach((piece) => exchange.up.send(piece));
    }
  }

  #open() {
    const world = this.#world;
    const client = this.#client;
    const { ticket } = client.downloads;
    const attempt = client.downloads.attach(world.now, true);
    /** @type {import('../../src/dialect2/core/downloads.js').Download | undefined} */
    let download;
    /** @type {import('../../src/dialect2/core/uploads.js').Part | undefined} */
    let part;
    /** @type {(() => void)[]} */
    let unwatch = [];
    let isOver = false;
    const over = (/** @type {boolean} */ isWhole) => {
      if (isOver) {
        return;
      }
      isOver = true;
      unwatch.forEach((stop) => stop());
      if (this.#socket?.part === part) {
        this.#socket = undefined;
      }
      if (!download || !part) {
        client.downloads.attachFailed(attempt, world.now);
        return;
      }
      client.downloadEnded(download, world.now, isWhole);
      client.uploadLost(part, world.now);
    };
    const watch = (/** @type {object} */ request) => {
      unwatch.push(this.#network.watch(exchange, request, () => over(false)));
    };
    const exchange = this.#network.exchange(
      {
        received: (item) => {
          if (!(item instanceof Uint8Array)) {
            over(false);
          } else if (download) {
            client.received(download, item, world.now);
          } else if (client.isWanted(attempt)) {
            download = client.openDownload(world.now);
            part = client.uploads.openSocket(world.now);
            this.#socket = { exchange, part, over };
            unwatch.forEach((stop) => stop());
            unwatch = [];
            watch(download);
            client.received(download, item, world.now);
          }
        },
        ended: () => over(true),
        lost: () => over(false),
      },
      this.#serving(() => exchange),
      this.#mayHold,
    );
    exchange.begin();
    watch(attempt);
    exchange.up.send({ ...attempt, ticket });
  }

  /** @param {() => Exchange} exchange @returns {import('./simulated-network.js').Side} */
  #serving(exchange) {
    const server = this.#server;
    const world = this.#world;
    const upload = server.openUpload();
    // A server may or may not look at what comes when it has closed the socket.
    const looksOn = world.chance(0.5);
    /** @type {import('./simulated-network.js').Side | undefined} */
    let side;
    return {
      received: (item) => {
        const { down } = exchange();
        if (down.hasEnded && !looksOn) {
          return;
        }
        if (item instanceof Uint8Array) {
          upload.received(item, world.now);
          return;
        }
        const answer = server.attach(item, world.now);
        if (answer.problem) {
          down.send(answer);
          down.end();
        } else {
          side = this.#downloads.carry(answer.download, exchange());
        }
      },
      ended: () => {},
      lost: () => side?.lost(),
    };
  }
}
