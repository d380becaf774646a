// How the client's POSTs travel in a schedule: several at a time, streamed, or streamed through a proxy that holds them back.
import assert from 'node:assert/strict';

const MAX_POSTS = 4;

/** @typedef {import('../../src/dialect2/core/session.js').ResumableSession} ResumableSession */
/** @typedef {import('./simulated-network.js').Exchange} Exchange */
/** @typedef {import('./simulated-network.js').Side} Side */

/**
 * @typedef {object} Network what a schedule lends for it
 * @property {(client: Side, server: Side) => Exchange} exchange
 * @property {(exchange: Exchange, request: object, lost: () => void) => () => void} watch
 * @property {() => boolean} breaks
 * @property {() => void} serve
 */

export class Uploads {
  #world;
  #client;
  #server;
  #maxBody;
  #network;
  #posts = 0;
  /** @type {{ part: import('../../src/dialect2/core/uploads.js').Part, exchange: Exchange, held: Uint8Array[] } | undefined} */
  #stream;

  /**
   * @param {import('./simulated-network.js').World} world
   * @param {ResumableSession} client
   * @param {import('./server-session.js').ServerSession} server
   * @param {{ mode: 'post' | 'stream' | 'held', maxBody: number }} how
   * @param {Network} network
   */
  constructor(world, client, server, { mode, maxBody }, network) {
    this.#world = world;
    this.#client = client;
    this.#server = server;
    this.#maxBody = maxBody;
    this.#network = network;
    this.mode = mode;
  }

  /** @param {Exchange} exchange @returns {boolean} whether it is the streaming POST */
  isStream(exchange) {
    return this.#stream?.exchange === exchange;
  }

  /** @param {boolean} isBegun whether the application has written */
  send(isBegun) {
    const client = this.#client;
    if (!client.uploads.mayStream) {
      this.mode = 'post';
    }
    if (this.#stream) {
      this.#sendStream();
    } else if (this.mode !== 'post' && client.downloads.isAttached && !client.isClosed && isBegun) {
      this.#openStream();
    }
    if (!this.#stream || client.isClosed) {
      const next = () => client.uploads.nextBody(this.#posts < MAX_POSTS ? this.#maxBody : 0, this.#world.now);
      for (let part; (part = next());) {
        this.#post(part);
      }
    }
  }

  /** @param {import('../../src/dialect2/core/uploads.js').Part} part */
  #post(part) {
    this.#posts++;
    const exchange = this.#upload(part, () => this.#posts--);
    exchange.up.send(part.bytes);
    exchange.up.end();
    if (this.#network.breaks()) {
      this.#duplicate(part.bytes);
    }
  }

  #openStream() {
    const part = this.#client.uploads.openStream(this.#world.now);
    const exchange = this.#upload(part, () => {
      if (this.#stream?.part === part) {
        this.#stream = undefined;
      }
    });
    this.#stream = { part, exchange, held: [] };
    this.#sendStream();
  }

  #sendStream() {
    if (!this.#stream) {
      return;
    }
    const { part, exchange, held } = this.#stream;
    const isHeld = this.mode === 'held';
    for (
      let /** @type {Uint8Array[] | null} */ pieces;
      exchange.up.underWay < 4 && (pieces = this.#client.uploads.nextPieces(part, this.#maxBody, this.#world.now));
    ) {
      if (isHeld) {
        held.push(...pieces);
      } else {
        pieces.forEach((piece) => exchange.up.send(piece));
      }
    }
    if (part.mustEnd && exchange.up.underWay < 4) {
      held.forEach((piece) => exchange.up.send(piece));
      exchange.up.end();
      this.#stream = undefined;
    }
  }

  /**
   * @param {import('../../src/dialect2/core/uploads.js').Part} part
   * @param {() => void} done
   */
  #upload(part, done) {
    const world = this.#world;
    let isDone = false;
    const settle = (/** @type {() => void} */ how) => {
      if (!isDone) {
        isDone = true;
        unwatch();
        done();
        how();
      }
    };
    const lost = () => settle(() => this.#client.uploadLost(part, world.now));
    const isRefused = this.#network.breaks() && world.chance(0.3);
    const upload = this.#server.openUpload();
    let isAnswered = false;
    const answer = (/** @type {import('./server-session.js').Problem | undefined} */ problem) => {
      if (!isAnswered) {
        isAnswered = true;
        exchange.down.send({ problem });
        exchange.down.end();
      }
    };
    const exchange = this.#network.exchange(
      {
        received: ({ problem }) =>
          settle(() => {
            if (!problem) {
              this.#client.uploadTaken(part, world.now);
            } else if (problem.status === 503) {
              this.#client.uploadLost(part, world.now, 1_000);
            } else {
              assert.equal(problem.status, 410, problem.type);
              this.#client.closedByServer(problem.number, problem.reason);
            }
          }),
        ended: () => {},
        lost,
      },
      {
        received: (bytes) => {
          if (isRefused) {
            answer({ status: 503, type: 'overloaded' });
          } else {
            upload.received(bytes, world.now);
            if (upload.problem) {
              answer(upload.problem);
            }
          }
        },
        ended: () => answer(upload.ended()),
        lost: () => {},
      },
    );
    const unwatch = this.#network.watch(exchange, part, lost);
    return exchange;
  }

  /** @param {Uint8Array} bytes of a body that comes once more, whole or in part */
  #duplicate(bytes) {
    const world = this.#world;
    const part = bytes.subarray(0, world.chance(0.5) ? bytes.length : world.between(0, bytes.length));
    world.after(world.between(0, 20_000), () => {
      const upload = this.#server.openUpload();
      upload.received(part, world.now);
      upload.ended();
      this.#network.serve();
    });
  }
}
