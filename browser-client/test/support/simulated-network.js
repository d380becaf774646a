// A simulated network and clock, which act from a seed. Nothing here waits: the time jumps from event to event.

/** @typedef {{ at: number, order: number, run: () => void }} Event */

/** The clock, the coming events, and the random numbers. */
export class World {
  now = 0;
  /** @type {Event[]} a heap */
  #events = [];
  #order = 0;

  /** @param {() => number} random */
  constructor(random) {
    this.random = random;
  }

  /** @param {number} probability */
  chance(probability) {
    return this.random() < probability;
  }

  /**
   * @param {number} from
   * @param {number} to
   * @returns {number} a whole number from `from` to `to`
   */
  between(from, to) {
    return from + Math.floor(this.random() * (to - from + 1));
  }

  /**
   * @template T
   * @param {readonly T[]} choices
   * @returns {T}
   */
  oneOf(choices) {
    return choices[this.between(0, choices.length - 1)];
  }

  /**
   * @param {number} delay in milliseconds
   * @param {() => void} run
   */
  after(delay, run) {
    this.at(this.now + delay, run);
  }

  /**
   * @param {number} at
   * @param {() => void} run
   */
  at(at, run) {
    const events = this.#events;
    const event = { at, order: this.#order++, run };
    let i = events.push(event) - 1;
    for (let up; i > 0 && isBefore(event, events[(up = (i - 1) >> 1)]); i = up) {
      events[i] = events[up];
    }
    events[i] = event;
  }

  /** @returns {boolean} whether something has happened */
  step() {
    const events = this.#events;
    const [first] = events;
    const last = events.pop();
    if (!first || !last) {
      return false;
    }
    if (events.length > 0) {
      let i = 0;
      for (let down; (down = 2 * i + 1) < events.length; i = down) {
        if (down + 1 < events.length && isBefore(events[down + 1], events[down])) {
          down++;
        }
        if (isBefore(last, events[down])) {
          break;
        }
        events[i] = events[down];
      }
      events[i] = last;
    }
    this.now = Math.max(this.now, first.at);
    first.run();
    return true;
  }
}

/**
 * @param {Event} one
 * @param {Event} other
 */
function isBefore(one, other) {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/**
 * @typedef {object} Side the events of one side of an exchange: none after `lost`, and for a client none after `ended`
 * @property {(item: any) => void} received bytes, or a head
 * @property {() => void} ended the other side has ended cleanly
 * @property {() => void} lost the exchange was cut, or the other side has aborted it
 */

/** One direction of an exchange: in order, with delays, perhaps cut or held at some byte. */
class Flow {
  #exchange;
  #side;
  #world;
  #maxDelay;
  #lastAt = 0;
  #left;
  #atLimit;
  /** @type {unknown[]} what has not set out, since the exchange waits or something holds it back */
  #kept = [];
  #isBegun = false;
  /** What something on the way holds back until it has all of it. @type {'nothing' | 'body' | 'all'} */
  holdsBack = 'nothing';
  #underWay = 0;
  /** How long something on the way holds each item back, in milliseconds. */
  late = 0;
  /** Nothing arrives any more. */
  isClosed = false;
  /** The sender has ended it cleanly. */
  hasEnded = false;

  /**
   * @param {Exchange} exchange
   * @param {World} world
   * @param {Side} side the receiver
   * @param {number} maxDelay
   * @param {Limit} limit
   */
  constructor(exchange, world, side, maxDelay, { bytes, then }) {
    this.#exchange = exchange;
    this.#world = world;
    this.#side = side;
    this.#maxDelay = maxDelay;
    this.#left = bytes;
    this.#atLimit = then;
  }

  /** How many items were sent and have not arrived: what is held back on the way counts as arrived. */
  get underWay() {
    return this.#underWay + (this.#isBegun ? 0 : this.#kept.length);
  }

  begin() {
    this.#isBegun = true;
    this.#setOut();
  }

  #setOut() {
    if (this.#isBegun && (this.holdsBack === 'nothing' || this.hasEnded)) {
      this.holdsBack = 'nothing';
      this.#kept.forEach((item) => this.send(item));
      this.#kept = [];
      if (this.hasEnded) {
        this.#later(() => {
          if (!this.isClosed) {
            this.#side.ended();
          }
        });
      }
    }
  }

  /** @param {unknown} item */
  send(item) {
    const isHeldBack = this.holdsBack === 'all' || (this.holdsBack === 'body' && item instanceof Uint8Array);
    if (!this.#isBegun || isHeldBack) {
      this.#kept.push(item);
      return;
    }
    this.#underWay++;
    this.#later(() => {
      this.#underWay--;
      this.#deliver(item);
    });
  }

  end() {
    this.hasEnded = true;
    this.#setOut();
  }

  /** @param {boolean} isDropping what is under way */
  lose(isDropping) {
    const side = this.#side;
    this.isClosed ||= isDropping;
    this.#later(() => {
      this.isClosed = true;
      side.lost();
    });
  }

  /** @param {() => void} run */
  #later(run) {
    this.#lastAt = Math.max(this.#lastAt, this.#world.now + this.late + this.#world.between(0, this.#maxDelay));
    this.#world.at(this.#lastAt, run);
  }

  /** @param {unknown} item */
  #deliver(item) {
    if (this.isClosed) {
      return;
    }
    if (this.#left <= 0) {
      this.#exchange[this.#atLimit]();
    } else if (item instanceof Uint8Array) {
      const bytes = item.subarray(0, this.#left);
      this.#left -= bytes.length;
      const middle = this.#world.between(0, bytes.length);
      for (const piece of [bytes.subarray(0, middle), bytes.subarray(middle)]) {
        if (piece.length > 0 && !this.isClosed) {
          // Of its own, as a browser gives it.
          this.#side.received(Uint8Array.from(piece));
        }
      }
      if (bytes.length < item.length) {
        this.isClosed = true;
        this.#exchange[this.#atLimit]();
      }
    } else {
      this.#side.received(item);
    }
  }
}

/**
 * @typedef {object} Limit where something happens to one direction of an exchange
 * @property {number} bytes after how many; 0: not even a head arrives
 * @property {'cut' | 'hold'} then
 */

/** No limit: everything arrives. @type {Limit} */
export const NO_LIMIT = { bytes: Infinity, then: 'cut' };

/** A connection that carries so many exchanges at once; the others wait. */
export class Connection {
  #room;
  /** @type {Set<Exchange>} */
  #open = new Set();
  /** @type {Exchange[]} */
  #waiting = [];

  /** @param {number} room */
  constructor(room) {
    this.#room = room;
  }

  /** @param {Exchange} exchange */
  enter(exchange) {
    this.#waiting.push(exchange);
    this.#admit();
  }

  /** The client has no more to do with it. @param {Exchange} exchange */
  leave(exchange) {
    this.#waiting = this.#waiting.filter((other) => other !== exchange);
    this.#open.delete(exchange);
    this.#admit();
  }

  #admit() {
    for (let next; this.#open.size < this.#room && (next = this.#waiting.shift());) {
      this.#open.add(next);
      next.begin();
    }
  }
}

/** A request and its answer. It waits until {@link begin}. */
export class Exchange {
  #world;
  #isOver = false;
  #isHole = false;
  #isBegun = false;

  /**
   * @param {World} world
   * @param {object} way
   * @param {number} way.maxDelay of each piece, in milliseconds
   * @param {Limit} way.up
   * @param {Limit} way.down
   * @param {Side} client
   * @param {Side} server
   */
  constructor(world, { maxDelay, up, down }, client, server) {
    this.#world = world;
    this.up = new Flow(this, world, server, maxDelay, up);
    this.down = new Flow(this, world, client, maxDelay, down);
  }

  begin() {
    this.#isBegun = true;
    this.up.begin();
    this.down.begin();
  }

  /** The connection is lost: each side notices it at its own time. */
  cut() {
    this.#lose(() => {
      this.down.lose(true);
      if (!this.down.hasEnded) {
        this.up.lose(true);
      }
    });
  }

  /** Nothing arrives any more, and no side notices it for a long time. */
  blackHole() {
    this.#isHole = this.up.isClosed = this.down.isClosed = true;
    this.#world.after(this.#world.oneOf([20_000, 90_000, 500_000]), () => {
      this.#isHole = false;
      this.cut();
    });
  }

  /** Nothing arrives any more, and no side ever learns of it. */
  hold() {
    this.#isHole = this.up.isClosed = this.down.isClosed = true;
  }

  /** The client aborts it. */
  abort() {
    this.down.isClosed = true;
    this.#lose(() => {
      if (this.#isBegun && !this.down.hasEnded) {
        this.up.lose(this.up.isClosed || this.#world.chance(0.5));
      }
    });
  }

  /** The server breaks it off. */
  breakOff() {
    this.up.isClosed = true;
    this.#lose(() => this.down.lose(this.down.isClosed || this.#world.chance(0.5)));
  }

  /** @param {() => void} how */
  #lose(how) {
    if (!this.#isOver && !this.#isHole) {
      this.#isOver = true;
      how();
    }
  }
}
