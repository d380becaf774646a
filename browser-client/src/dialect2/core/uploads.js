import { joined } from '../../bytes.js';
import { BackOff } from './back-off.js';
import { Comparison } from './comparison.js';
import { PING, PONG, WINDOW } from './frame-types.js';
import { frame, resetFrame } from './frames.js';
import { newPart } from './part.js';

const PROBE_TIMEOUT_MILLISECONDS = 3_000;
/** How many parts may be under way: a server need not accept more POSTs of a session at once. */
const MAX_PARTS = 16;
/** How many answers to PINGs may wait to be sent. */
const MAX_PONGS = 16;
/** How often the last frame of a session is sent: once more when it is lost. */
const LAST_FRAMES = 2;
/** How often a RESET is sent. */
const RESETS = 3;
/** After how many heartbeats a POST counts as held: it was not answered, and nothing of it was confirmed. */
const HELD_HEARTBEATS = 3;
const DEFAULT_HEARTBEAT_MILLISECONDS = 15_000;
const SHORTEST_HOLD_MILLISECONDS = 1_000;
/** How long the last frame of a session may be under way. */
const LAST_FRAME_MILLISECONDS = 2_000;
/** How much smaller bodies become after one was held: the line may only be slow. */
const SHRINKING = 4;
const SMALLEST_BODY = 4_096;
/** After two breaks of streaming within this time, POSTs take its place. */
const BREAKS_MILLISECONDS = 60_000;
/** Something that holds small pieces back may let the first of them pass. */
const EARLY_PINGS = 6;
/** With more bytes before it, a PING of a stream waits for them. */
const FEW_BYTES = 4_096;
/** A stream that breaks this short before the download has broken with its connection. */
const SAME_BREAK_MILLISECONDS = 1_000;

/** @typedef {import('./session.js').Failure} Failure */

/** @typedef {import('./part.js').Part} Part */

/**
 * The uploads of one session: which frames go next, in which part they are under way, and whether streaming works.
 * Frames go while the session is attached. When it is closed, only its last frame goes.
 *
 * The file is long because what goes into a part, and what follows when it is lost, are rules over the same state.
 */
export class Uploads {
  /** Whether streaming is worth a try: its bytes have not failed to arrive. */
  mayStream = true;
  #sending;
  #receiving;
  #downloads;
  /** @type {Set<Part>} those that were not answered yet */
  #parts = new Set();
  /** @type {Part | undefined} the streaming one */
  #stream;
  /** @type {Part | undefined} what goes by the socket, in place of the two others */
  #socket;
  /** @type {Part | undefined} that of a socket in whose place there is another download now */
  #left;
  /** Nothing of the stream was seen to arrive yet. */
  #isUnproven = false;
  /** How many PINGs the stream still sends one after the other, each with what follows the answer to the last. */
  #early = 0;
  #comparison = new Comparison();
  /** @type {number[]} the PINGs that must be answered */
  #pongs = [];
  #lastToken;
  /** The PING that asks for a confirmation, until it is answered; 0: none. */
  #asking = 0;
  #isClosed = false;
  /** @type {Failure | undefined} */
  #failure;
  #mustReset = false;
  #lastFrames = LAST_FRAMES;
  /** The most of the application's bytes that one body carries. */
  #maxBody = Infinity;
  /**
   * When a part was first lost since bytes have arrived, in milliseconds, as if there had always been a download;
   * Infinity: none was.
   */
  #stuckSince = Infinity;
  /** When bytes were last seen to arrive, and up to which offset. */
  #arrivedAt = 0;
  #arrivedTo = 0;
  /** When streams have broken. @type {number[]} */
  #breaks = [];

  /**
   * @param {import('./sending.js').SendingDirection} sending
   * @param {import('./receiving.js').ReceivingDirection} receiving
   * @param {import('./downloads.js').Downloads} downloads
   * @param {() => number} random
   * @param {number} lastToken of the PINGs that were sent before, which may still be answered
   */
  constructor(sending, receiving, downloads, random, lastToken) {
    this.#sending = sending;
    this.#receiving = receiving;
    this.#downloads = downloads;
    this.#lastToken = lastToken;
    this.backOff = new BackOff(random);
  }

  get lastToken() {
    return this.#lastToken;
  }

  /** How many bytes, and ends, may be sent now. */
  get sendable() {
    return this.#sending.sendable;
  }

  /** How many POSTs with bytes, or an end, are under way. Bytes do not wait for others: those may all be held. */
  get carrying() {
    return [...this.#parts].filter(({ isStream, ranges }) => ranges[0] && !isStream).length;
  }

  /** What is sent goes by a socket. */
  get isOnSocket() {
    return this.#socket !== undefined && !this.#socket.mustEnd;
  }

  /** @param {any} request */
  isWanted(request) {
    return this.#parts.has(request);
  }

  /** There is nothing to wait for, and nothing more to send when the session is closed. */
  get isFinished() {
    return !this.#parts.size && !this.#hasLastFrame;
  }

  get #hasLastFrame() {
    return this.#lastFrames > 0 && (this.#failure ? this.#mustReset : this.#receiving.mustAdvertise);
  }

  /** Whether a POST must go beside the stream. */
  get wantsPost() {
    return this.#comparison.isDue;
  }

  // What is sent

  /**
   * @param {number} maxBytes of the application; 0 for other frames alone
   * @param {number} now
   * @param {ArrayBuffer[]} [spares] memory for it: one of them is taken
   * @returns {Part | null} whose `bytes` must be sent now; null if there is nothing to send
   */
  nextBody(maxBytes, now, spares) {
    if (this.isOnSocket || (this.#parts.size >= MAX_PARTS && !this.#isClosed)) {
      return null;
    }
    const part = this.#newPart(now);
    const pieces = this.nextPieces(part, Math.min(maxBytes, this.#maxBody), now);
    if (!pieces) {
      this.#parts.delete(part);
      return null;
    }
    part.bytes = joined(pieces, spares?.pop());
    return part;
  }

  /** @param {number} now @returns {boolean} whether there are bytes, or an end, for a streaming part to begin with */
  wantsStream(now) {
    if (this.#breaks.length > 1) {
      this.mayStream = false;
    }
    const maySend = this.#downloads.isAttached && !this.#isClosed && !this.isOnSocket && !this.backOff.isPausing(now);
    return this.mayStream && maySend && this.sendable > 0;
  }

  /** @param {number} now @returns {Part} a streaming one, which must be begun now */
  openStream(now) {
    this.#isUnproven = true;
    this.#early = EARLY_PINGS;
    return (this.#stream = this.#newStream(now));
  }

  /** @param {number} now @returns {Part} a streaming one, for the socket that is the current download */
  openSocket(now) {
    return (this.#socket = this.#newStream(now));
  }

  /** @param {number} now @returns {Part} */
  #newStream(now) {
    this.endStream(now);
    const part = this.#newPart(now);
    part.isStream = true;
    part.first = [this.#probe(part, now)];
    return part;
  }

  /** @param {Part} part a streaming one @param {number} now @returns {Uint8Array} a PING in it, which must be answered */
  #probe(part, now) {
    part.probe = ++this.#lastToken;
    part.mustProbe = false;
    this.#early--;
    part.probedAt = now;
    part.isQuiet = this.#newsOf(part) < FEW_BYTES;
    return frame(PING, [part.probe]);
  }

  /** @param {number} startedAt @returns {Part} */
  #newPart(startedAt) {
    const part = newPart(startedAt);
    this.#parts.add(part);
    return part;
  }

  /**
   * @param {Part} part a streaming one
   * @param {number} maxBytes of the application
   * @param {number} now
   * @returns {Uint8Array[] | null} the next of it; null if there is nothing for it now
   */
  nextPieces(part, maxBytes, now) {
    const maySend = this.#isClosed ? this.#hasLastFrame : this.#downloads.isAttached;
    if (!maySend || !this.#parts.has(part) || this.backOff.isPausing(now)) {
      return null;
    }
    if (this.#isClosed) {
      part.isLast = true;
      part.startedAt = now;
      this.#lastFrames--;
    }
    if (this.#failure) {
      this.#mustReset = false;
      return resetFrame(this.#failure.number, this.#failure.reason);
    }
    const carried = this.#carries(part);
    const pieces = part.first;
    const probes = pieces.length;
    part.first = [];
    if (this.#receiving.mustAdvertise || this.#pongs.length > 0) {
      part.hasWindow = true;
      part.pongs = [...part.pongs, ...this.#pongs].slice(-MAX_PONGS);
      const isAsked = this.#pongs.length > 0;
      pieces.push(
        frame(WINDOW, this.#receiving.advertise(now, false, isAsked)),
        ...this.#pongs.map((token) => frame(PONG, [token])),
      );
      this.#pongs = [];
    }
    pieces.push(...this.#sending.frames(maxBytes, part.ranges));
    if (!this.#asking && this.#sending.mustAsk) {
      this.#sending.asked();
      part.ping = this.#asking = ++this.#lastToken;
      pieces.push(frame(PING, [this.#asking]));
    }
    if (this.wantsPost && !part.isStream) {
      pieces.push(frame(PING, [this.#comparison.posted(++this.#lastToken, now)]));
    }
    if (pieces.length === 0) {
      if (this.#parts.size === 1) {
        // No other part waits for the server.
        this.backOff.progressed();
      }
      return null;
    }
    if (part.isStream) {
      part.startedAt = carried ? part.startedAt : now;
      // Little of it is confirmed unless a PING follows. A PING alone has its own answer.
      part.mustProbe ||= pieces.length > probes;
      if (!part.probe && (this.#early > 0 || now - part.probedAt >= this.#heartbeat)) {
        pieces.push(this.#probe(part, now));
      }
    }
    this.#downloads.sent(now);
    return pieces;
  }

  // What has become of it

  /** @param {Part} part @param {number} [now] @returns {boolean} whether it was under way */
  taken(part, now = this.#arrivedAt) {
    if (!this.#forget(part)) {
      return false;
    }
    this.backOff.reset();
    this.#maxBody *= 2;
    this.#sending.taken(part.ranges);
    this.#look(now);
    return true;
  }

  /** @param {number} now bytes may have arrived */
  #look(now) {
    const { arrivedTo } = this.#sending;
    if (arrivedTo > this.#arrivedTo) {
      this.#arrivedTo = arrivedTo;
      this.#arrivedAt = now;
      this.#stuckSince = Infinity;
    }
  }

  get #heartbeat() {
    return this.#downloads.heartbeat || DEFAULT_HEARTBEAT_MILLISECONDS;
  }

  /** @param {Part} part @returns {number} how many offsets it carries up to that were not seen to arrive */
  #newsOf({ ranges }) {
    return ranges.length && ranges[ranges.length - 1].to - this.#arrivedTo;
  }

  /** @param {Part} part @returns {boolean} whether it carries bytes that were not seen to arrive */
  #carries(part) {
    return this.#newsOf(part) > 0;
  }

  /** @param {Part} part @returns {boolean} whether something of it must still be answered */
  #waits(part) {
    return !part.isStream || part.mustEnd || part.probe > 0 || this.#carries(part);
  }

  /**
   * @param {Part} part
   * @param {number} now
   * @param {number} [retryAfter] milliseconds
   * @returns {boolean} whether parts have been lost for so long that the session must be given up
   */
  lost(part, now, retryAfter) {
    if (!this.#parts.has(part)) {
      return false;
    }
    // One that breaks while the session is detached has broken with its connection.
    if (part === this.#stream && this.#downloads.isAttached) {
      this.#breaks = [...this.#breaks.filter((at) => now - at < BREAKS_MILLISECONDS), now];
    }
    this.#lose(part, now);
    this.backOff.failed(now, retryAfter);
    return this.#isStuck(this.#downloads.aliveUntil(now));
  }

  /** @param {number} at @returns {boolean} whether parts had been lost for so long that the session must be given up */
  #isStuck = (at) => at - Math.min(this.backOff.failingSince, this.#stuckSince) >= this.#downloads.uploadTimeout;

  /** A part was not answered in time. @param {Part} part */
  held(part) {
    if (!part.isStream && part.ranges.length > 0) {
      this.#maxBody = Math.max(SMALLEST_BODY, Math.min(this.#maxBody, part.bytes.length) / SHRINKING);
    }
  }

  /**
   * The server is treated as dead.
   * @param {number} heardAt when it was last heard: its silence alone is no reason to give the session up
   * @param {number} now
   * @returns {boolean} as of `lost`
   */
  loseAll(heardAt, now) {
    this.#parts.forEach((part) => this.#lose(part, now));
    return this.#isStuck(heardAt);
  }

  /** @param {Part} part @param {number} [now] without it that does not count as a failure */
  #lose(part, now = Infinity) {
    if (!this.#forget(part)) {
      return;
    }
    if (this.#carries(part)) {
      this.#stuckSince = Math.min(this.#stuckSince, now);
    }
    this.#sending.lost([...this.#parts].flatMap(({ ranges }) => ranges));
    this.pinged(part.pongs);
    this.#mustReset = this.#failure !== undefined;
    if (part.hasWindow) {
      this.#receiving.advertiseAgain();
    }
    if (part.ping === this.#asking) {
      this.#forgetPing();
    }
  }

  /** @param {Part} part */
  #forget(part) {
    if (part === this.#stream && this.#downloads.isAttached) {
      this.#stream = undefined;
    } else if (part === this.#socket) {
      this.#socket = undefined;
    }
    return this.#parts.delete(part);
  }

  #forgetPing() {
    this.#asking = 0;
    this.#sending.askAgain();
  }

  // What has come

  /** WINDOW has come. @param {number} confirmed @param {number} limit @param {number} now */
  confirmed(confirmed, limit, now) {
    if (confirmed > this.#sending.confirmed) {
      this.backOff.progressed();
    }
    this.#sending.window(confirmed, limit, now);
    this.#look(now);
    if (this.#left) {
      // Nobody tells what else of it has arrived.
      this.#lose(this.#left);
      this.#left = undefined;
    }
  }

  /** @param {readonly number[]} tokens of PINGs that must be answered */
  pinged(tokens) {
    this.#pongs = [...this.#pongs, ...tokens].slice(-MAX_PONGS);
  }

  /** @param {number} token of a PONG @param {number} now */
  answered(token, now) {
    const stream = this.#stream;
    if (token === this.#asking) {
      this.#asking = 0;
    }
    if (token === stream?.probe) {
      stream.probe = 0;
      this.#isUnproven = false;
      this.#comparison.streamed(stream.isQuiet ? now - stream.probedAt : 0);
    }
    if (this.#comparison.answered(token, now) && stream && !stream.mustEnd) {
      if (this.#comparison.isOver) {
        this.mayStream = false;
        this.endStream(now);
      } else if (!stream.probe) {
        stream.first = [this.#probe(stream, now)];
      }
    }
    if (token === this.#socket?.probe) {
      this.#socket.probe = 0;
    }
  }

  /** A time in which the server was silent does not count as failing. @param {number} time in milliseconds */
  postpone(time) {
    this.#stuckSince += time;
    this.backOff.failingSince += time;
  }

  /** A download has begun. @param {number} away how long there was none, in milliseconds */
  attached(away) {
    this.#stuckSince += away; // it goes on: downloads may come again and again while no part arrives
    this.backOff.reset();
    this.#forgetPing();
    if (this.#socket) {
      this.#socket.mustEnd = true;
      this.#left = this.#socket;
      this.#socket = undefined;
    }
  }

  /** The download is lost. @param {number} now */
  detached(now) {
    this.#breaks = this.#breaks.filter((at) => now - at > SAME_BREAK_MILLISECONDS);
    // Its probe can't be answered, which shows nothing about streaming. A part that must end gets its own answer.
    if (this.#stream?.probe && !this.#isClosed) {
      this.#lose(this.#stream);
    }
  }

  /** Nothing more goes into the streaming part, nor by the socket. @param {number} [now] */
  endStream(now = this.#arrivedAt) {
    for (const part of [this.#stream, this.#socket]) {
      if (part) {
        part.startedAt = this.#waits(part) ? part.startedAt : now;
        part.mustEnd = true;
      }
    }
  }

  /** Only the last frame is still sent: a RESET after a failure, else the last WINDOW. @param {Failure} [failure] */
  close(failure) {
    this.#isClosed = true;
    this.#failure = failure;
    if (failure) {
      this.#mustReset = true;
      this.#lastFrames = RESETS;
      this.#parts.clear();
      this.backOff.reset();
    }
    this.endStream();
    // The last frame goes by a request, whose answer tells of it.
    [this.#socket, this.#left].forEach((part) => part && this.#lose(part));
  }

  /** Nothing is sent any more. */
  silence() {
    this.#parts.clear();
    this.#lastFrames = 0;
  }

  /**
   * @param {(part: Part, now: number) => void} onheld called when a part was not answered in time
   * @returns {Generator<import('./session.js').Alarm, void>}
   */
  *alarms(onheld) {
    yield this.backOff.alarm;
    if (!this.#isClosed) {
      yield [this.#sending.releaseAt, () => this.#sending.releaseMemory()];
    }
    for (const part of this.#parts) {
      if (part.isLast) {
        yield [part.startedAt + LAST_FRAME_MILLISECONDS, (now) => onheld(part, now)];
      } else if (!this.#isClosed) {
        yield* this.#alarmsOf(part, onheld);
      }
    }
  }

  /**
   * @param {Part} part
   * @param {(part: Part, now: number) => void} onheld
   * @returns {Generator<import('./session.js').Alarm, void>}
   */
  *#alarmsOf(part, onheld) {
    if (part.mustProbe && !part.probe && !part.mustEnd) {
      yield [part.probedAt + this.#heartbeat, (now) => (part.first = [this.#probe(part, now)])];
    }
    if (part === this.#stream && this.#isUnproven) {
      yield [
        part.probedAt + Math.min(PROBE_TIMEOUT_MILLISECONDS, this.#downloads.heartbeat || Infinity),
        (now) => {
          // A sleep shows nothing about streaming.
          this.mayStream &&= now - part.probedAt >= 2 * PROBE_TIMEOUT_MILLISECONDS;
          this.#lose(part);
        },
      ];
    } else if (this.#waits(part)) {
      const hold = Math.max(SHORTEST_HOLD_MILLISECONDS, HELD_HEARTBEATS * this.#heartbeat);
      const bytesSince = Math.max(part.startedAt, this.#arrivedAt);
      const since = this.#carries(part) ? bytesSince : part.probe ? part.probedAt : part.startedAt;
      yield [since + hold, (now) => onheld(part, now)];
    }
  }
}
