// One run of the client's core against the server's, with a simulated network, clock and applications, all from one seed.
import assert from 'node:assert/strict';
import { ResumableSession } from '../../src/dialect2/core/session.js';
import { sessionIn, textOf } from '../../src/survive-reload/entry.js';
import { APPLICATION_RESET, Application } from './simulated-application.js';
import { Downloads } from './simulated-downloads.js';
import { Connection, Exchange, NO_LIMIT, World } from './simulated-network.js';
import { Sockets } from './simulated-sockets.js';
import { Uploads } from './simulated-uploads.js';
import { randomOf } from './random.js';
import { ServerSession } from './server-session.js';

const CONNECTION_LOST = 4;
/** After this time nothing breaks any more. */
const FAULTS_MILLISECONDS = 60_000;
/** A schedule that has not ended then hangs: polls that bring a byte each, and wait for others, take long. */
const LIMIT_MILLISECONDS = 5_000_000;
/** A resume timeout that is longer than every fault. */
const LONG_RESUME_TIMEOUT_MILLISECONDS = 300_000;
/** How long the last requests of a session may take: see src/dialect2/session.js. */
const LAST_REQUESTS_MILLISECONDS = 3_000;
const MAX_EVENTS = 100_000;
/** How long a page takes that is reloaded: less than each resume timeout, with all delays. */
const RELOAD_MILLISECONDS = 1_000;

export class Schedule {
  #seed;
  #world;
  #options;
  #client;
  #server;
  #clientApplication;
  #serverApplication;
  #clientMax;
  #serverMax;
  #faults;
  #outlastsFaults;
  #maxDelay;
  #downloads;
  #uploads;
  #connection;
  /** @type {import('./simulated-uploads.js').Way} */
  #way;
  /** Whether something else than faults makes the network slow. */
  #isRough;
  #sockets;
  #sleepsUntil = 0;
  /** @type {(() => void)[]} what waits for the client to wake up */
  #missed = [];
  /** @type {Set<Exchange>} */
  #exchanges = new Set();
  /** @type {Set<() => void>} each aborts a request that the core wants no longer */
  #watched = new Set();
  #clientTimer = Infinity;
  #serverTimer = Infinity;
  /** When the page is back that is in the back/forward cache. */
  #isAway = false;
  /** The last requests had their time: they are aborted, as src/dialect2/session.js does. */
  #isExpired = false;
  /** The client is closed: what follows are the last requests. */
  #isLast = false;
  /** How often the page is reloaded. */
  #reloads = 0;

  /** @param {number} seed */
  constructor(seed) {
    const world = new World(randomOf(seed));
    const window = world.oneOf([1, 10, 200, 2_000]);
    const serverWindow = window * world.oneOf([1, 1, 10]);
    const clientMax = window * world.oneOf([1, 4, 16]);
    const firstLimit = seed % 3 ? window : clientMax;
    const serverMax = serverWindow * world.oneOf([1, 4, 16]);
    const total = () => Math.floor(world.random() ** 2 * Math.min(20 * window, 6_000));
    this.#seed = seed;
    this.#world = world;
    this.#clientMax = clientMax;
    this.#serverMax = serverMax;
    this.#faults = world.oneOf([0, 0.05, 0.2]);
    const mode = world.oneOf(/** @type {const} */ (['post', 'stream']));
    this.#way = {
      buffersRequests: world.chance(0.2),
      buffersResponses: false,
      streamsLate: 0,
      maxBody: world.chance(0.2) ? world.oneOf([2_000, 5_000, 20_000]) : Infinity,
    };
    const room = world.chance(0.25) ? world.between(2, 4) : Infinity;
    this.#connection = new Connection(room);
    this.#maxDelay = world.oneOf([0, 20, 400, 2_000]);
    const maxBody = world.oneOf([1, 10, 1_000]) * Math.ceil(window / 10);
    const maxPiece = world.oneOf([1, 10, 1_000]) * Math.ceil(window / 10);
    const polls = world.oneOf([0, 0, 0.5, 1]);
    const resumeTimeout = world.oneOf([0, 5_000, 30_000, LONG_RESUME_TIMEOUT_MILLISECONDS]);
    const heartbeat = world.oneOf([0, 2_000 + 10 * this.#maxDelay, 15_000 + 10 * this.#maxDelay]);
    // Without a heartbeat nobody finds out that a download is held back.
    this.#way.buffersResponses = heartbeat > 0 && world.chance(0.1);
    this.#way.streamsLate = world.chance(0.2) ? 300 : 0;
    this.#outlastsFaults = resumeTimeout === LONG_RESUME_TIMEOUT_MILLISECONDS && heartbeat > 0;
    const isImpatient = !this.#outlastsFaults && world.chance(0.1);
    if (resumeTimeout > 0 && !isImpatient && world.chance(0.3)) {
      this.#reloads = world.between(1, 4);
    }
    this.#options = {
      initialWindow: window,
      firstLimit,
      maxWindow: clientMax,
      confirmsRead: this.#reloads > 0,
      resumeTimeout: isImpatient ? 2_000 : undefined,
      random: world.random,
    };
    this.#client = new ResumableSession(this.#options, 0);
    this.#server = new ServerSession(
      {
        heartbeat,
        resumeTimeout,
        initialWindow: serverWindow,
        maxWindow: serverMax,
        webSocket: world.chance(0.5),
        rotatesAtOnce: world.chance(0.05),
      },
      0,
    );
    const network = {
      way: this.#way,
      exchange: this.#exchange.bind(this),
      begin: (/** @type {Exchange} */ exchange) => this.#connection.enter(exchange),
      leave: (/** @type {Exchange} */ exchange) => this.#connection.leave(exchange),
      fate: this.#fate.bind(this),
      watch: this.#watch.bind(this),
      serve: this.#serve.bind(this),
    };
    const mayHold = heartbeat > 0;
    this.#downloads = new Downloads(world, this.#client, this.#server, maxPiece, network, { polls, mayHold });
    // Where nothing else happens, one POST may be held: its bytes must go on in time.
    const holds = this.#faults === 0 && room === Infinity && world.chance(0.5) ? world.between(1, 12) : Infinity;
    // Or from some time on no POST arrives, while GETs do: the client must give up.
    const isShut = holds === Infinity && world.chance(0.03);
    const passesUntil = isShut ? world.between(0, world.oneOf([1_000, 20_000])) : Infinity;
    this.#isRough =
      this.#way.buffersResponses || this.#way.buffersRequests || room < Infinity || holds < Infinity || isShut;
    this.#outlastsFaults &&= !isShut;
    this.#uploads = new Uploads(world, this.#client, this.#server, { mode, maxBody, holds, passesUntil }, network);
    this.#sockets = new Sockets(world, this.#client, this.#server, { maxBody, mayHold }, network, this.#downloads);
    const resets = world.chance(0.15);
    this.#clientApplication = new Application(
      world,
      this.#client,
      { total: total(), resets: resets && world.chance(0.5), salt: 0 },
      () => this.#atClient(() => this.#runClient()),
    );
    this.#serverApplication = new Application(
      world,
      this.#server,
      { total: total(), resets: resets && world.chance(0.5), salt: 1 },
      () => this.#serve(),
    );
    this.#plan(firstLimit);
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

  /** @param {number} limit of the opening */
  #plan(limit) {
    const world = this.#world;
    this.#downloads.open(limit);
    this.#sockets.plan((move) => this.#atClient(() => (move(), this.#runClient())));
    this.#serve();
    this.#runClient();
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
    const longest = world.oneOf([100, 2_000, 20_000]);
    for (let i = this.#reloads; i > 0; i--) {
      world.after(world.between(0, longest), () => this.#reload());
    }
    for (let i = world.chance(0.3) ? 3 : 0; i > 0; i--) {
      world.after(world.between(0, 20_000), () => {
        this.#server.rotate(world.now);
        this.#serve();
      });
    }
  }

  /** @returns {boolean} */
  #breaks() {
    return this.#world.now < FAULTS_MILLISECONDS && this.#world.chance(this.#faults);
  }

  /** @returns {import('./simulated-uploads.js').Fate} */
  #fate() {
    const fates = /** @type {const} */ (['served', 'refused', 'foreign', 'replaced', 'repeated']);
    return this.#breaks() ? this.#world.oneOf(fates) : 'served';
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
    this.#runClient();
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
        this.#runClient();
      }),
    );
  }

  /** The page is reloaded: another core goes on, from what is stored of this one. */
  #reload() {
    const world = this.#world;
    const client = this.#client;
    const isOver = client.failure || (client.isClosed && client.isAtEnd);
    if (this.#isAway || this.#sleepsUntil > world.now || isOver || client.downloads.timeLeft(world.now) <= 0) {
      return;
    }
    const address = 'https://host/';
    const at = { asked: address, url: address, id: 'id', way: /** @type {const} */ ('streaming'), until: 1 };
    const stored = textOf({ ...at, ...client.suspend() });
    this.#isAway = true;
    this.#watched.forEach((look) => look());
    const kept = sessionIn(stored);
    assert.ok(kept);
    const application = this.#clientApplication;
    this.#require(
      kept.receiving.read === application.read && kept.sending.written === application.written,
      'the page is told of other offsets than it had',
    );
    const { attempts } = kept;
    this.#client = new ResumableSession({ ...this.#options, attempts, kept }, world.now);
    [application, this.#downloads, this.#uploads, this.#sockets].forEach((part) => part.reload(this.#client));
    this.#isLast = this.#isExpired = false;
    world.after(world.between(0, RELOAD_MILLISECONDS), () =>
      this.#atClient(() => {
        this.#isAway = false;
        this.#runClient();
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
   * @param {boolean} mayHold whether it may be held for ever
   */
  #exchange(client, server, mayHold) {
    const world = this.#world;
    const limit = () =>
      this.#breaks()
        ? {
            bytes: Math.floor((2 * this.#clientMax) ** world.random()) - 1,
            then: /** @type {'cut' | 'hold'} */ (mayHold && world.chance(0.4) ? 'hold' : 'cut'),
          }
        : NO_LIMIT;
    const leave = () => void this.#connection.leave(exchange);
    /** @type {Exchange} */
    const exchange = new Exchange(
      world,
      { maxDelay: this.#maxDelay, up: limit(), down: limit() },
      {
        received: (item) => {
          this.#atClient(() => (client.received(item), this.#runClient()));
          // There is room in the download again.
          this.#downloads.serve();
        },
        ended: () => (leave(), this.#atClient(() => (client.ended(), this.#runClient()))),
        lost: () => (leave(), this.#atClient(() => (client.lost(), this.#runClient()))),
      },
      {
        received: (item) => {
          server.received(item);
          this.#serve();
          if (this.#uploads.isStream(exchange) || this.#sockets.isSocket(exchange)) {
            // There is room in the streaming POST or socket again.
            this.#atClient(() => this.#runClient());
          }
        },
        ended: () => (server.ended(), this.#serve()),
        lost: () => (server.lost(), this.#serve()),
      },
    );
    this.#exchanges.add(exchange);
    if (this.#breaks() && world.chance(0.3)) {
      const how = world.oneOf([() => exchange.blackHole(), () => (mayHold ? exchange.hold() : exchange.cut())]);
      world.after(world.between(0, 5 * this.#maxDelay), how);
    }
    return exchange;
  }

  // What both sides do after each event

  #serve() {
    const { now } = this.#world;
    const server = this.#server;
    server.timeIs(now);
    this.#serverApplication.look();
    this.#downloads.serve();
    this.#serverTimer = this.#setTimer(Math.max(server.deadline ?? Infinity, now + 1), this.#serverTimer, (at) => {
      if (this.#serverTimer === at) {
        this.#serverTimer = Infinity;
        this.#serve();
      }
    });
    this.#checkBounds();
  }

  #runClient() {
    const { now } = this.#world;
    const client = this.#client;
    client.timeIs(now);
    this.#clientApplication.look();
    if (client.isClosed && !this.#isLast) {
      this.#isLast = true;
      const expire = () => ((this.#isExpired = true), this.#runClient());
      this.#world.after(LAST_REQUESTS_MILLISECONDS, () => this.#atClient(expire));
    }
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
          this.#runClient();
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
    this.#sockets.attach();
    if (client.downloads.mustAttach(now)) {
      this.#downloads.resume();
    }
    this.#uploads.send();
    this.#sockets.send();
  }

  /**
   * @param {Exchange} exchange
   * @param {object} request what the core knows it by
   * @param {() => void} lost tells the core that it was aborted
   */
  #watch(exchange, request, lost) {
    const look = () => {
      if (!this.#client.isWanted(request) || this.#client.isFinished || this.#isAway || this.#isExpired) {
        this.#watched.delete(look);
        this.#connection.leave(exchange);
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
      'a buffer is larger than its limit',
    );
    const { due } = this.#uploads;
    const isOnTime = !due || this.#world.now <= due.at || this.#server.receiving.confirmed >= due.to;
    this.#require(isOnTime || this.#isOver || this.#server.isClosed, 'a POST that is held holds its bytes');
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
    const mayBeLost = this.#faults > 0 || this.#isRough;
    const isFine = (/** @type {number | undefined} */ number, /** @type {boolean} */ orLost) =>
      mayFail.has(number) || (orLost && number === CONNECTION_LOST);
    this.#require(
      isFine(client.failure?.number, mayBeLost && !(this.#outlastsFaults && this.#downloads.isGreeted)),
      'the client failed without a reason',
    );
    this.#require(isFine(server.failure?.number, mayBeLost), 'the server failed without a reason');
    // Only when both sides reset, or one of them between the last frame and its arrival, can they see different ends.
    const mayDiffer = mayBeLost || (up.hasReset && down.hasReset) || !client.failure || !server.failure;
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
