// How the client's POSTs travel in a schedule: several at a time, or streamed, and what a network does to them.
import assert from 'node:assert/strict';

/** As in src/dialect2/fetch/upload.js. */
const MAX_POSTS = 4;
const MAX_FULL_POSTS = 12;
/** As there: POSTs are not made smaller when something on the way refuses them as too large. */
const SMALLEST_LIMIT = 1_000;
const STREAM_PAUSE_MILLISECONDS = 250;
/** How many heartbeats after the last confirmation the bytes of a POST that is held must have gone another way. */
const HEARTBEATS_TO_REPLACE = 4;
const DEFAULT_HEARTBEAT_MILLISECONDS = 15_000;

/** @typedef {import('../../src/dialect2/core/session.js').ResumableSession} ResumableSession */
/** @typedef {import('./simulated-network.js').Exchange} Exchange */
/** @typedef {import('./simulated-network.js').Side} Side */
/** @typedef {import('../../src/dialect2/core/uploads.js').Part} Part */

/**
 * What becomes of a request besides cuts and delays. `refused`: the server is overloaded. `foreign`: something on the way
 * answers, and the server does not learn of it. `replaced`: something on the way answers in the server's place.
 * `repeated`: something on the way sends it once more.
 * @typedef {'served' | 'refused' | 'foreign' | 'replaced' | 'repeated'} Fate
 */

/**
 * What something on the way does to every body.
 * @typedef {object} Way
 * @property {boolean} buffersRequests holds a request's body back until it has all of it
 * @property {boolean} buffersResponses
 * @property {number} streamsLate how long each piece of a streaming POST takes besides, in milliseconds
 * @property {number} maxBody larger ones are cut, and answered with 413
 */

/**
 * @typedef {object} Network what a schedule lends for it
 * @property {Way} way
 * @property {(client: Side, server: Side, mayHold: boolean) => Exchange} exchange not yet begun
 * @property {(exchange: Exchange) => void} begin when there is room on the connection
 * @property {(exchange: Exchange) => void} leave when the client has done with it
 * @property {() => Fate} fate
 * @property {(exchange: Exchange, request: object, lost: () => void) => () => void} watch
 * @property {() => void} serve
 */

export class Uploads {
  #world;
  #client;
  #server;
  #maxBody;
  #network;
  /** @type {{ part: Part, exchange: Exchange, sent: number } | undefined} */
  #stream;
  /** Which POST is held for ever although nothing else happens; Infinity: none. */
  #holds;
  /** From when on no POST arrives, whatever else does; Infinity: never. */
  #passesUntil;
  /**
   * When the server must have everything before an offset, and up to where the client knew that it has.
   * @type {{ at: number, to: number, arrived: number } | undefined}
   */
  due;

  /**
   * @param {import('./simulated-network.js').World} world
   * @param {ResumableSession} client
   * @param {import('./server-session.js').ServerSession} server
   * @param {{ mode: 'post' | 'stream', maxBody: number, holds: number, passesUntil: number }} how
   * @param {Network} network
   */
  constructor(world, client, server, { mode, maxBody, holds, passesUntil }, network) {
    this.#world = world;
    this.#client = client;
    this.#server = server;
    this.#maxBody = maxBody;
    this.#holds = holds;
    this.#passesUntil = passesUntil;
    this.#network = network;
    this.mode = mode;
  }

  /** @param {Exchange} exchange @returns {boolean} whether it is the streaming POST */
  isStream(exchange) {
    return this.#stream?.exchange === exchange;
  }

  /** The page was reloaded. @param {ResumableSession} client the new page's */
  reload(client) {
    this.#client = client;
  }

  send() {
    const { uploads, isClosed } = this.#client;
    const { now } = this.#world;
    if (this.due && this.#arrived > this.due.arrived) {
      // Such as what an earlier POST has brought that was lost.
      this.#mustArrive(this.due.to);
    }
    if (this.#stream) {
      this.#sendStream();
    } else if (this.mode !== 'post' && uploads.wantsStream(now)) {
      this.#openStream();
    }
    if (!uploads.mayStream) {
      this.mode = 'post';
    }
    if (!this.#stream || isClosed || uploads.wantsPost) {
      const most = () => (uploads.sendable < this.#maxBody ? MAX_POSTS : MAX_FULL_POSTS);
      const mayCarry = () => !this.#stream && uploads.carrying < most();
      const next = () => uploads.nextBody(mayCarry() ? this.#maxBody : 0, now);
      for (let part; (part = next());) {
        this.#post(part);
      }
    }
  }

  /** @param {Part} part */
  #post(part) {
    const { bytes } = part;
    const isCut = bytes.length > this.#network.way.maxBody;
    const exchange = this.#upload(part, () => {}, isCut ? 'cut' : undefined);
    exchange.up.send(bytes);
    exchange.up.end();
    if (this.#network.fate() === 'repeated') {
      this.#repeat(bytes);
    }
  }

  #openStream() {
    const part = this.#client.uploads.openStream(this.#world.now);
    const exchange = this.#upload(part, () => {
      if (this.#stream?.part === part) {
        this.#stream = undefined;
      }
    });
    this.#stream = { part, exchange, sent: 0 };
    this.#sendStream();
  }

  #sendStream() {
    const stream = this.#stream;
    if (!stream) {
      return;
    }
    const { part, exchange } = stream;
    for (
      let /** @type {Uint8Array[] | null} */ pieces;
      exchange.up.underWay < 4 && (pieces = this.#client.uploads.nextPieces(part, this.#maxBody, this.#world.now));
    ) {
      for (const piece of pieces) {
        exchange.up.send(piece);
        stream.sent += piece.length;
      }
      if (stream.sent > this.#network.way.maxBody) {
        exchange.cut();
      }
    }
    if (part.mustEnd && exchange.up.underWay < 4) {
      exchange.up.end();
      this.#stream = undefined;
    }
  }

  /**
   * @param {Part} part
   * @param {() => void} done
   * @param {'cut'} [limit] something on the way finds it too large: only its beginning arrives
   */
  #upload(part, done, limit) {
    const world = this.#world;
    const network = this.#network;
    let isDone = false;
    const settle = (/** @type {() => void} */ how) => {
      if (!isDone) {
        isDone = true;
        unwatch();
        network.leave(exchange);
        done();
        how();
      }
    };
    const lost = (/** @type {number} */ retryAfter) =>
      settle(() =>
        this.#client.uploadLost(part, world.now, retryAfter || (part.isStream ? STREAM_PAUSE_MILLISECONDS : 0)),
      );
    const fate = network.fate();
    const upload = this.#server.openUpload();
    let isAnswered = false;
    const answer = (/** @type {import('./server-session.js').Problem | undefined} */ problem, isForeign = false) => {
      if (!isAnswered) {
        isAnswered = true;
        exchange.down.send({ problem, isForeign: isForeign || fate === 'replaced' });
        exchange.down.end();
      }
    };
    const exchange = network.exchange(
      {
        received: ({ problem, isForeign }) => {
          if (isForeign) {
            this.#refusedByAnother(part);
            lost(world.oneOf([0, 1_000]));
          } else if (!problem) {
            settle(() => this.#client.uploadTaken(part, world.now));
          } else if (problem.status === 503) {
            lost(1_000);
          } else {
            assert.equal(problem.status, 410, problem.type);
            settle(() => this.#client.closedByServer(problem.number, problem.reason));
          }
        },
        ended: () => {},
        lost: () => lost(0),
      },
      {
        received: (bytes) => {
          if (fate === 'refused') {
            answer({ status: 503, type: 'overloaded' });
          } else if (fate === 'foreign') {
            answer(undefined, true);
          } else if (!isAnswered) {
            upload.received(limit ? bytes.subarray(0, network.way.maxBody) : bytes, world.now);
            if (limit) {
              answer(undefined, true);
            } else if (upload.problem) {
              answer(upload.problem);
            }
          }
        },
        ended: () => answer(upload.ended()),
        lost: () => {},
      },
      true,
    );
    const unwatch = network.watch(exchange, part, () => lost(0));
    if (network.way.buffersRequests) {
      exchange.up.holdsBack = 'all';
    }
    exchange.up.late = part.isStream ? network.way.streamsLate : 0;
    network.begin(exchange);
    if (this.#passesUntil < Infinity) {
      world.at(this.#passesUntil, () => exchange.hold());
    }
    if (--this.#holds === 0) {
      world.after(world.between(0, 100), () => this.#hold(part, exchange));
    }
    return exchange;
  }

  /** @param {Part} part that something on the way has refused as too large, or as one without a length */
  #refusedByAnother(part) {
    if (part.isStream) {
      this.mode = 'post';
    } else if (part.bytes.length > this.#network.way.maxBody) {
      this.#maxBody = Math.max(SMALLEST_LIMIT, Math.min(this.#maxBody, part.bytes.length >> 1));
    }
  }

  /** @param {Part} part @param {Exchange} exchange */
  #hold(part, exchange) {
    const client = this.#client;
    if (client.isWanted(part)) {
      exchange.hold();
      this.#mustArrive(part.ranges.at(-1)?.to ?? 0);
    }
  }

  /** @param {number} to */
  #mustArrive(to) {
    const heartbeat = this.#client.downloads.heartbeat || DEFAULT_HEARTBEAT_MILLISECONDS;
    this.due = { at: this.#world.now + HEARTBEATS_TO_REPLACE * heartbeat, to, arrived: this.#arrived };
  }

  get #arrived() {
    return this.#client.suspend().sending.arrived;
  }

  /** @param {Uint8Array} bytes of a body that comes once more, whole or in part */
  #repeat(bytes) {
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
