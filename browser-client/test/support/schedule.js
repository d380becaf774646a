// One run of the client's core against the server's, over a network, a clock and applications made up from a seed.
import assert from 'node:assert/strict';
import { ResumableSession } from '../../src/dialect2/core/session.js';
import { APPLICATION_RESET, Application } from './simulated-application.js';
import { Exchange, World } from './simulated-network.js';
import { Uploads } from './simulated-uploads.js';
import { randomOf } from './random.js';
import { ServerSession } from './server-session.js';

const CONNECTION_LOST = 4;
/** After this time nothing breaks any more. */
const FAULTS_MILLISECONDS = 60_000;
/** A schedule that is not over then hangs. */
const LIMIT_MILLISECONDS = 1_500_000;
/** A resume timeout for which nothing is broken long enough. */
const PATIENCE_MILLISECONDS = 300_000;
const MAX_EVENTS = 100_000;
const HELLO_BYTES = 12;

/** @typedef {import('./server-session.js').ServerDownload} ServerDownload */
export class Schedule {
  #seed;
  #world;
  #client;
  #server;
  #clientApplication;
  #serverApplication;
  #clientMax;
  #serverMax;
  #faults;
  #isPatient;
  /** The client knows the resume timeout. */
  #isGreeted = false;
  #maxDelay;
  #uploads;
  #maxPiece;
  #sleepsUntil = 0;
  /** @type {(() => void)[]} what waits for the client to wake up */
  #missed = [];
  /** @type {Set<Exchange>} */
  #exchanges = new Set();
  /** @type {Set<() => void>} each aborts a request that the core wants no longer */
  #watched = new Set();
  /** @type {Map<ServerDownload, Exchange>} */
  #downloads = new Map();
  #clientTimer = Infinity;
  #serverTimer = Infinity;
  /** When the page is back that is in the back/forward cache. */
  #isAway = false;

  /** @param {number} seed */
  constructor(seed) {
    const world = new World(randomOf(seed));
    const window = world.oneOf([1, 10, 200, 2_000]);
    const serverWindow = window * world.oneOf([1, 1, 10]);
    const clientMax = window * world.oneOf([1, 4, 16]);
    const serverMax = serverWindow * world.oneOf([1, 4, 16]);
    const total = () => Math.floor(world.random() ** 2 * Math.min(20 * window, 6_000));
    this.#seed = seed;
    this.#world = world;
    this.#clientMax = clientMax;
    this.#serverMax = serverMax;
    this.#faults = world.oneOf([0, 0.05, 0.2]);
    const mode = world.oneOf(/** @type {const} */ (['post', 'post', 'stream', 'held']));
    this.#maxDelay = world.oneOf([0, 20, 400, 2_000]);
    const maxBody = world.oneOf([1, 10, 1_000]) * Math.ceil(window / 10);
    this.#maxPiece = world.oneOf([1, 10, 1_000]) * Math.ceil(window / 10);
    const resumeTimeout = world.oneOf([0, 5_000, 30_000, PATIENCE_MILLISECONDS]);
    const heartbeat = world.oneOf([0, 2_000 + 10 * this.#maxDelay, 15_000 + 10 * this.#maxDelay]);
    this.#isPatient = resumeTimeout === PATIENCE_MILLISECONDS && heartbeat > 0;
    this.#client = new ResumableSession(
      {
        initialWindow: window,
        maxWindow: clientMax,
        resumeTimeout: !this.#isPatient && world.chance(0.1) ? 2_000 : undefined,
        random: world.random,
      },
      0,
    );
    this.#server = new ServerSession(
      {
        heartbeat,
        resumeTimeout,
        initialWindow: serverWindow,
        maxWindow: serverMax,
      },
      0,
    );
    this.#uploads = new Uploads(
      world,
      this.#client,
      this.#server,
      { mode, maxBody },
      {
        exchange: (client, server) => this.#exchange(client, server),
        watch: (exchange, request, lost) => this.#watch(exchange, request, lost),
        breaks: () => this.#breaks(),
        pumpServer: () => this.#pumpServer(),
      },
    );
    const resets = world.chance(0.15);
    this.#clientApplication = new Application(
      world,
      this.#client,
      { total: total(), resets: resets && world.chance(0.5), salt: 0 },
      () => this.#atClient(() => this.#pumpClient()),
    );
    this.#serverApplication = new Application(
      world,
      this.#server,
      { total: total(), resets: resets && world.chance(0.5), salt: 1 },
      () => this.#pumpServer(),
    );
    this.#plan(window);
  }

  /** Runs it, and checks what has to hold. @returns {'ended' | 'reset' | 'lost'} how the client's session has ended */
  run() {
    const world = this.#world;
    let events = 0;
    while (!this.#isOver && world.step()) {
      this.#require(world.now < LIMIT_MILLISECONDS && ++events < MAX_EVENTS, 'it hangs');
    }
    this.#require(this.#isOver, 'nothing happens any more');
    return this.#check();
  }

  get #isOver() {
    return this.#client.isFinished && this.#server.isClosed;
  }

  // What breaks, and when

  /** @param {number} window of the opening */
  #plan(window) {
    const world = this.#world;
    this.#open(window);
    if (this.#faults > 0) {
      for (let i = world.between(0, 4); i > 0; i--) {
        const fault = world.oneOf([
          () => this.#exchanges.forEach((exchange) => exchange.cut()),
          () => this.#exchanges.forEach((exchange) => exchange.blackHole()),
          () => this.#sleep(world.oneOf([1_000, 10_000, 40_000])),
          () => this.#leave(),
        ]);
        world.after(world.between(0, world.oneOf([2_000, FAULTS_MILLISECONDS])), fault);
      }
    }
    for (let i = world.chance(0.3) ? 3 : 0; i > 0; i--) {
      world.after(world.between(0, 20_000), () => {
        this.#server.rotate(world.now);
        this.#pumpServer();
      });
    }
  }

  /** @returns {boolean} */
  #breaks() {
    return this.#world.now < FAULTS_MILLISECONDS && this.#world.chance(this.#faults);
  }

  /** @param {number} time */
  #sleep(time) {
    if (this.#sleepsUntil <= this.#world.now) {
      this.#sleepsUntil = this.#world.now + time;
      this.#world.at(this.#sleepsUntil, () => this.#wake());
    }
  }

  #wake() {
    const missed = this.#missed;
    this.#missed = [];
    missed.forEach((run) => run());
    this.#pumpClient();
  }

  /** The page goes into the back/forward cache, and comes back. */
  #leave() {
    const world = this.#world;
    if (this.#isAway || this.#sleepsUntil > world.now) {
      return;
    }
    this.#isAway = true;
    this.#watched.forEach((look) => look());
    world.after(world.between(0, 10_000), () =>
      this.#atClient(() => {
        this.#isAway = false;
        this.#client.retryNow();
        this.#pumpClient();
      }),
    );
  }

  /** @param {() => void} run what happens at the client: not while it sleeps */
  #atClient(run) {
    if (this.#sleepsUntil > this.#world.now) {
      this.#missed.push(run);
    } else {
      run();
    }
  }

  /**
   * @param {import('./simulated-network.js').Side} client
   * @param {import('./simulated-network.js').Side} server
   */
  #exchange(client, server) {
    const world = this.#world;
    const cut = () => (this.#breaks() ? Math.floor((2 * this.#clientMax) ** world.random()) - 1 : Infinity);
    const exchange = new Exchange(
      world,
      { maxDelay: this.#maxDelay, upCut: cut(), downCut: cut() },
      {
        received: (item) => {
          this.#atClient(() => (client.received(item), this.#pumpClient()));
          // There is room in the download again.
          this.#serveDownloads();
        },
        ended: () => this.#atClient(() => (client.ended(), this.#pumpClient())),
        lost: () => this.#atClient(() => (client.lost(), this.#pumpClient())),
      },
      {
        received: (item) => {
          server.received(item);
          this.#pumpServer();
          if (this.#uploads.isStream(exchange)) {
            // There is room in the streaming POST again.
            this.#atClient(() => this.#pumpClient());
          }
        },
        ended: () => (server.ended(), this.#pumpServer()),
        lost: () => (server.lost(), this.#pumpServer()),
      },
    );
    this.#exchanges.add(exchange);
    if (this.#breaks() && world.chance(0.2)) {
      world.after(world.between(0, 5 * this.#maxDelay), () => exchange.blackHole());
    }
    return exchange;
  }

  // What both sides do after each event

  #pumpServer() {
    const { now } = this.#world;
    const server = this.#server;
    server.timeIs(now);
    this.#serverApplication.look();
    this.#serveDownloads();
    this.#serverTimer = this.#setTimer(Math.max(server.deadline ?? Infinity, now + 1), this.#serverTimer, (at) => {
      if (this.#serverTimer === at) {
        this.#serverTimer = Infinity;
        this.#pumpServer();
      }
    });
    this.#checkBounds();
  }

  #pumpClient() {
    const { now } = this.#world;
    const client = this.#client;
    client.timeIs(now);
    this.#clientApplication.look();
    this.#watched.forEach((look) => look());
    if (!this.#isAway) {
      this.#send();
    }
    this.#require(client.deadline > now, 'the deadline has passed');
    this.#checkBounds();
    this.#clientTimer = this.#setTimer(client.deadline, this.#clientTimer, (at) =>
      this.#atClient(() => {
        if (this.#clientTimer === at) {
          this.#clientTimer = Infinity;
          this.#pumpClient();
        }
      }),
    );
  }

  /**
   * @param {number} deadline
   * @param {number} timer when the one that is set goes off
   * @param {(at: number) => void} run
   * @returns {number} when the one goes off that is set now
   */
  #setTimer(deadline, timer, run) {
    if (deadline < timer) {
      this.#world.at(deadline, () => run(deadline));
      return deadline;
    }
    return timer;
  }

  #send() {
    const { now } = this.#world;
    const client = this.#client;
    if (client.downloads.mustAttach(now)) {
      this.#resume();
    }
    this.#uploads.send(this.#clientApplication.written > 0);
  }

  // GET

  /** @param {number} limit */
  #open(limit) {
    const download = this.#client.openDownload(0);
    const attached = this.#server.attach({ number: 0, offset: 0, limit }, 0);
    assert.ok(!attached.problem);
    const exchange = this.#exchange(
      this.#reading(download, () => unwatch()),
      this.#serving(() => attached.download),
    );
    this.#downloads.set(attached.download, exchange);
    const unwatch = this.#watch(exchange, download, () => this.#client.downloadEnded(download, this.#world.now));
    this.#pumpServer();
    this.#pumpClient();
  }

  #resume() {
    const attempt = this.#client.downloads.attach(this.#world.now);
    /** @type {import('./simulated-network.js').Side | undefined} */
    let reading;
    /** @type {ServerDownload | undefined} */
    let download;
    const isRefused = this.#breaks() && this.#world.chance(0.3);
    const failed = (/** @type {number} */ retryAfter) =>
      this.#client.downloads.attachFailed(attempt, this.#world.now, retryAfter);
    const exchange = this.#exchange(
      {
        received: (item) => {
          if (reading) {
            reading.received(item);
          } else if (item.problem?.status === 410) {
            this.#client.closedByServer(item.problem.number, item.problem.reason);
          } else if (item.problem) {
            failed(item.problem.status === 503 ? 1_000 : 0);
          } else if (this.#client.isWanted(attempt)) {
            const opened = this.#client.openDownload(this.#world.now);
            reading = this.#reading(opened, () => unwatch());
            unwatch();
            unwatch = this.#watch(exchange, opened, () => this.#client.downloadEnded(opened, this.#world.now));
          }
        },
        ended: () => reading?.ended(),
        lost: () => (reading ? reading.lost() : failed(0)),
      },
      {
        received: () => {
          const answer = isRefused
            ? { problem: { status: 503, type: 'overloaded' } }
            : this.#server.attach(attempt, this.#world.now);
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
    let unwatch = this.#watch(exchange, attempt, () => failed(0));
    exchange.up.send({});
    exchange.up.end();
  }

  /**
   * @param {ReturnType<ResumableSession['openDownload']>} download
   * @param {() => void} unwatch
   * @returns {import('./simulated-network.js').Side}
   */
  #reading(download, unwatch) {
    const ended = () => {
      unwatch();
      this.#client.downloadEnded(download, this.#world.now);
    };
    let count = 0;
    return {
      received: (/** @type {Uint8Array} */ bytes) => {
        count += bytes.length;
        this.#isGreeted ||= count >= HELLO_BYTES;
        this.#client.received(download, bytes, this.#world.now);
      },
      ended,
      lost: ended,
    };
  }

  /**
   * @param {() => ServerDownload | undefined} download
   * @returns {import('./simulated-network.js').Side}
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

  #serveDownloads() {
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

  /**
   * @param {Exchange} exchange
   * @param {object} request what the core knows it by
   * @param {() => void} lost tells the core that it was aborted
   */
  #watch(exchange, request, lost) {
    const look = () => {
      if (!this.#client.isWanted(request) || this.#client.isFinished || this.#isAway) {
        this.#watched.delete(look);
        exchange.abort();
        lost();
      }
    };
    this.#watched.add(look);
    return () => this.#watched.delete(look);
  }

  // What has to hold

  #checkBounds() {
    const client = this.#clientApplication;
    const server = this.#serverApplication;
    this.#require(
      client.written - this.#server.receiving.confirmed <= this.#clientMax &&
        this.#server.receiving.confirmed - server.read <= this.#serverMax + 1 &&
        server.written - this.#server.sending.confirmed <= this.#serverMax,
      'a buffer is over its bound',
    );
  }

  #check() {
    const client = this.#client;
    const server = this.#server;
    const [up, down] = [this.#clientApplication, this.#serverApplication];
    up.look();
    down.look();
    if (!client.failure) {
      this.#require(up.sawEnd && up.read === down.written, 'the client has not everything');
    }
    if (!server.failure) {
      this.#require(down.sawEnd && down.read === up.written, 'the server has not everything');
    }
    const mayFail = new Set([
      undefined,
      ...(up.hasReset ? [APPLICATION_RESET] : []),
      ...(down.hasReset ? [APPLICATION_RESET + 1] : []),
    ]);
    // A server may never learn of the end, when the last frames are lost.
    const mayBeLost = this.#faults > 0;
    const isFine = (/** @type {number | undefined} */ number, /** @type {boolean} */ orLost) =>
      mayFail.has(number) || (orLost && number === CONNECTION_LOST);
    this.#require(
      isFine(client.failure?.number, mayBeLost && !(this.#isPatient && this.#isGreeted)),
      'the client failed without a reason',
    );
    this.#require(isFine(server.failure?.number, mayBeLost), 'the server failed without a reason');
    // Only when both sides reset, or one of them between the last frame and its arrival, can they see different ends.
    const mayDiffer = this.#faults > 0 || (up.hasReset && down.hasReset) || !client.failure || !server.failure;
    this.#require(mayDiffer || client.failure?.number === server.failure?.number, 'the sides differ');
    return !client.failure ? 'ended' : client.failure.number === CONNECTION_LOST ? 'lost' : 'reset';
  }

  /**
   * @param {boolean} holds
   * @param {string} otherwise
   */
  #require(holds, otherwise) {
    if (!holds) {
      assert.fail(this.#state(otherwise));
    }
  }

  /** @param {string} what */
  #state(what) {
    const { now } = this.#world;
    const [up, down] = [this.#clientApplication, this.#serverApplication];
    return (
      `seed ${this.#seed}: ${what} (at ${now} ms; mode ${this.#uploads.mode};` +
      ` up ${up.written} written ${down.read} read; down ${down.written} written ${up.read} read;` +
      ` client ${this.#client.isClosed} ${this.#client.isFinished} ${JSON.stringify(this.#client.failure)};` +
      ` server ${this.#server.isClosed} ${JSON.stringify(this.#server.failure)})`
    );
  }
}
