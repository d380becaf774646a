/*
 * A WebSocket in place of requests (docs/protocol.md, "WebSocket"). It is loaded when the server has sent a ticket and the
 * duplex is used such that a socket is worth its opening. Whatever goes wrong with it, the duplex goes on over fetch.
 */

import { deadline } from '../../browser/deadline.js';
import { joined } from '../../bytes.js';
import { BufferBound } from './buffer-bound.js';
import { addressOf, attachFrame, ping, Probe, PROTOCOL } from './handshake.js';
import { hasFailed, hasWorked, mayTry } from './retries.js';
import { mayHold, release } from './slots.js';

/** The most of the application's bytes that go at once. */
const PIECE_BYTES = 262_144;
/** Up to this size, what goes at once is one message. */
const SMALL_BYTES = 65_536;
/** How long it may take until the socket is open and has passed the probe. */
const PROBE_TIMEOUT_MILLISECONDS = 10_000;
/** A socket that is lost sooner was not worth its opening. */
const SHORT_LIFE_MILLISECONDS = 30_000;
/** How long after the first bytes that were sent a PING asks whether they have arrived. */
const ASK_MILLISECONDS = 1_000;
/** A socket on which nothing comes for so long after a PING is left. */
const DOUBT_MILLISECONDS = 5_000;
/** The most bytes that wait beyond those of small turns: with more, requests are faster. */
const BULK_BYTES = 4_194_304;
const NORMAL_CLOSURE = 1_000;
/** A state of a WebSocket. */
const CONNECTING = 0;

/** @typedef {import('../carrier.js').SocketCarrier} SocketCarrier */

/**
 * The sockets of one session, one after the other.
 *
 *     NONE ---- the duplex is worth one, and may have one ----> PROBING
 *     PROBING ---- the probe was passed, and the session may move ----> ATTACHING ---- HELLO ----> CARRYING
 *     PROBING, ATTACHING, CARRYING ---- it is closed, or the core does not want it ----> NONE
 *
 * @implements {SocketCarrier}
 */
export class WebSocketCarrier {
  #context;
  #turns;
  /** @type {WebSocket | undefined} */
  #socket;
  /** @type {Probe | undefined} while it is not attached */
  #probe;
  /** @type {import('../core/downloads.js').Attempt | undefined} */
  #attempt;
  /** @type {import('../core/downloads.js').Download | undefined} */
  #download;
  /** @type {import('../core/uploads.js').Part | undefined} */
  #part;
  /** When it was attached. */
  #carriesSince = Infinity;
  /** Of what waits in the browser. */
  #bound = new BufferBound(0);
  /** The last one was left since bulk goes better by requests. */
  #wasBulk = false;
  /** @type {(() => void) | undefined} ends the time until it must have passed the probe, or have something to show */
  #stopTimer;
  /** A PING has gone, and nothing has come since. */
  #isAsking = false;
  /** Something has gone since the last PING. */
  #mustAsk = false;

  /** @param {import('../carrier.js').CarrierContext} context @param {import('../turns.js').Turns} turns */
  constructor(context, turns) {
    this.#context = context;
    this.#turns = turns;
  }

  get isIdle() {
    return this.#socket === undefined;
  }

  /** When the application has last taken a turn, or it got a socket: that of the idlest duplex is given to another. */
  get lastTurn() {
    return this.#turns.last;
  }

  /** @param {(request: object) => boolean} [which] */
  abort(which) {
    // When the session is closed, it is the server's to close the socket.
    const isOver = this.#context.core.isClosed;
    const requests = this.#download ? [this.#download, !isOver && this.#part] : [this.#attempt];
    if (this.#socket?.onclose && (!which || requests.some((request) => request && which(request)))) {
      if (which) {
        this.#judge();
      }
      this.#close(!which);
    }
  }

  /** Goes back to requests, without a loss. */
  leave() {
    this.#context.event((now) => this.#context.core.leaveSocket(now));
  }

  attach() {
    const { core, settings } = this.#context;
    const now = performance.now();
    if (this.#probe && core.isClosed) {
      this.#close();
    } else if (!core.downloads.mayMove) {
      return;
    } else if (this.#probe?.isPassed) {
      this.#attach(now);
    } else if (!this.#socket && this.#isWorthIt && mayTry(settings.url, now) && mayHold(this, settings.maxSockets)) {
      this.#turns.last = now; // else one that is used would get its socket before it is used
      this.#open();
    }
  }

  get #isWorthIt() {
    const isWanted = this.#context.settings.websocket === 'at_once' && !this.#wasBulk;
    return isWanted || this.#turns.areSmall;
  }

  #open() {
    const { url } = this.#context.settings;
    try {
      const socket = (this.#socket = new WebSocket(addressOf(url), PROTOCOL));
      this.#carriesSince = Infinity;
      this.#wasBulk = false;
      socket.binaryType = 'arraybuffer';
      const probe = (this.#probe = new Probe((bytes) => socket.send(bytes)));
      socket.onopen = () => probe.begin();
      socket.onmessage = ({ data }) => this.#received(data);
      socket.onclose = ({ code, wasClean }) => {
        this.#judge();
        this.#ended(wasClean && code === NORMAL_CLOSURE);
      };
      this.#stopTimer = deadline(() => this.#fail(), PROBE_TIMEOUT_MILLISECONDS);
    } catch {
      // The page's policy forbids it, or there are none here.
      release(this);
      hasFailed(url, performance.now());
    }
  }

  /** @param {number} now */
  #attach(now) {
    const { downloads } = this.#context.core;
    const ticket = /** @type {Uint8Array} */ (downloads.ticket);
    this.#quiet();
    this.#probe = undefined;
    this.#attempt = downloads.attach(now, true);
    this.#socket?.send(attachFrame(this.#attempt, ticket));
  }

  /** @param {unknown} data */
  #received(data) {
    const bytes = data instanceof ArrayBuffer && new Uint8Array(data);
    if (!bytes || this.#probe?.received(bytes) === false) {
      this.#fail();
      return;
    }
    if (this.#isAsking) {
      this.#quiet();
      this.#askLater();
    }
    this.#context.event((now) => {
      if (!this.#probe) {
        this.#download ??= this.#begun(now);
        return this.#context.core.received(this.#download, bytes, now);
      }
    });
    this.#leaveForBulk();
  }

  /** @param {number} now */
  #begun(now) {
    const { core } = this.#context;
    const download = core.openDownload(now);
    this.#part = core.uploads.openSocket(now);
    this.#carriesSince = now;
    this.#bound = new BufferBound(now);
    return download;
  }

  send() {
    const { core } = this.#context;
    const part = this.#part;
    const socket = this.#socket;
    const most = socket ? this.#bound.at(socket.bufferedAmount, performance.now()) : 0;
    while (part && !part.mustEnd && socket && socket.bufferedAmount < most) {
      const pieces = core.uploads.nextPieces(part, PIECE_BYTES, performance.now());
      if (!pieces) {
        break;
      }
      const messages = messagesOf(pieces);
      for (const message of messages) {
        socket.send(message);
        this.#bound.gave(message.length);
      }
      if (messages.length > 1) {
        // The answer is the event by which more is sent.
        this.#ask();
      } else {
        this.#mustAsk = true;
        this.#askLater();
      }
    }
    this.#leaveForBulk();
  }

  #askLater() {
    if (this.#mustAsk) {
      this.#stopTimer ??= deadline(() => this.#ask(), ASK_MILLISECONDS);
    }
  }

  #ask() {
    this.#socket?.send(Uint8Array.from(ping(0)));
    this.#mustAsk = false;
    if (!this.#isAsking) {
      this.#quiet();
      this.#isAsking = true;
      this.#stopTimer = deadline(() => {
        hasFailed(this.#context.settings.url, performance.now());
        this.leave();
      }, DOUBT_MILLISECONDS);
    }
  }

  #quiet() {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#isAsking = false;
  }

  #leaveForBulk() {
    if (this.#turns.excess > BULK_BYTES && this.#context.core.uploads.isOnSocket) {
      this.#wasBulk = true;
      this.leave();
    }
  }

  /** It was of no use. */
  #fail() {
    hasFailed(this.#context.settings.url, performance.now());
    this.#close();
  }

  /** The other side, or something on the way, has closed it, or the core has given it up. */
  #judge() {
    const { url } = this.#context.settings;
    const now = performance.now();
    if (this.#part?.mustEnd || this.#context.core.isClosed) {
      return;
    }
    if (now - this.#carriesSince >= SHORT_LIFE_MILLISECONDS) {
      hasWorked(url);
    } else {
      hasFailed(url, now);
    }
  }

  /**
   * Closes it without waiting for the other side, and reports its end.
   * @param {boolean} [isUrgent] even if it is not open yet, which browsers complain of
   */
  #close(isUrgent) {
    const socket = this.#socket;
    if (socket?.onclose) {
      const close = () => socket.close(NORMAL_CLOSURE);
      socket.onmessage = socket.onclose = null;
      socket.onopen = close;
      if (isUrgent || socket.readyState !== CONNECTING) {
        close();
      }
      // Not within an event.
      queueMicrotask(() => this.#ended());
    }
  }

  /** @param {boolean} [isWhole] the server has closed it */
  #ended(isWhole) {
    const { core } = this.#context;
    const attempt = this.#attempt;
    const download = this.#download;
    const part = this.#part;
    this.#quiet();
    release(this);
    this.#socket = this.#probe = this.#attempt = this.#download = this.#part = undefined;
    this.#context.event((now) => {
      if (download && part) {
        core.downloadEnded(download, now, isWhole);
        core.uploadLost(part, now);
      } else if (attempt) {
        core.downloads.attachFailed(attempt, now);
      }
    });
  }
}

/** @param {Uint8Array[]} pieces @returns {Uint8Array<ArrayBuffer>[]} few messages, since each costs more than its bytes */
function messagesOf(pieces) {
  const size = pieces.reduce((total, { length }) => total + length, 0);
  return /** @type {Uint8Array<ArrayBuffer>[]} */ (size > SMALL_BYTES ? pieces : [joined(pieces)]);
}
