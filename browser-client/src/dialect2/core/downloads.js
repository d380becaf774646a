import { BackOff } from './back-off.js';
import * as FrameType from './frame-types.js';
import { FrameDecoder, ProtocolError } from './frames.js';

const ATTACH_TIMEOUT_MILLISECONDS = 10_000;
/** The same of a trial: what has worked so far waits for it, or, on a socket, has just shown that it works. */
const TRIAL_TIMEOUT_MILLISECONDS = 3_000;
/** The resume timeout until the server has sent its own. */
const DEFAULT_RESUME_TIMEOUT_MILLISECONDS = 30_000;
/** The frames that every download begins with: HELLO, WINDOW and perhaps DRAIN. A further one shows that it works. */
const FIRST_FRAMES = 3;
/** A download that is younger has shown that it works only if it has brought something new. */
const EARLY_MILLISECONDS = 1_000;
/** So many polls in a row may bring nothing: the answer to a POST, say, may come before the echo. */
const EMPTY_POLLS = 3;
/** The pause after each further one: something that answers polls at once must not keep the client busy. */
const EMPTY_POLL_PAUSE_MILLISECONDS = 20;
/** How many bytes downloads may still bring when the session is closed: the server may have sent them by then. */
const MOST_LATE_BYTES = 1_048_576;
/** How many downloads are read at once: those that others have overtaken may still bring something. */
const MOST_DOWNLOADS = 4;
/** How many bytes of HELLO are the ticket, behind the fields. */
const TICKET_BYTES = 16;
/** In place of a heartbeat: how long a poll may wait, and the server may keep a download that another has overtaken. */
const NO_HEARTBEAT_MILLISECONDS = 30_000;

/**
 * A request to attach the session that is under way.
 * @typedef {object} Attempt
 * @property {number} number larger each time
 * @property {number} offset the download's confirmed offset
 * @property {number} limit of the download
 * @property {number} until when it is given up, except for `wait`
 * @property {boolean} isRotation it was sent while another download went on
 * @property {boolean} isSocket it goes by a socket
 * @property {boolean} isTrial of a way, or a socket, that may not work: if it fails, another attempt follows at once
 * @property {number} wait how long it may wait for something to carry, if it is a poll behind another, in milliseconds
 */

/**
 * A body, or socket.
 * @typedef {object} Download
 * @property {FrameDecoder} decoder
 * @property {number} frames how many have come
 * @property {number} openedAt
 * @property {number} progress what the two directions had done before it
 * @property {boolean} isPoll it ends soon, and another follows
 * @property {boolean} isSocket
 * @property {number} until when it is given up although it has not ended, since another has overtaken it
 */

/**
 * The downloads of one session: which one is current, when to attach again, and how long the server has been silent.
 *
 *     DETACHED ---- open() ----> ATTACHED ---- the current download ends, or the server is silent ----> DETACHED
 *
 * A poll that has ended stays the current download until the next one takes its place: that is a rotation, too.
 *
 * The file is long because when to attach again depends on all that downloads have come to.
 */
export class Downloads {
  /** In milliseconds; 0: the server may be silent. */
  heartbeat = 0;
  /** @type {Uint8Array | undefined} of the current download's HELLO: with it a socket may take the download's place */
  ticket;
  #receiving;
  #maxResumeTimeout;
  #resumeTimeout = DEFAULT_RESUME_TIMEOUT_MILLISECONDS;
  /** @type {Set<Download>} those that have not ended */
  #open = new Set();
  /** @type {Download | undefined} undefined: detached */
  #current;
  /** @type {Attempt | undefined} */
  #attempt;
  /** @type {Download | undefined} whose first frame has not come: until then it attaches nothing */
  #candidate;
  #candidateSince = 0;
  /** Called when the session is attached, with how long nothing was heard of the server. @type {(away: number) => void} */
  onattached = () => {};
  /** Called when the server is heard after a silence, with how much longer it was than a heartbeat. @type {(time: number) => void} */
  onsilence = () => {};
  #attempts;
  #emptyPolls = 0;
  #mustRotate = false;
  /** Of downloads that the server wants replaced as soon as they have begun. */
  #rotations;
  #progress;
  #detachedAt;
  /** Until when the server was known to be alive before the session was detached. */
  #awaySince;
  #heardAt = 0;
  #sentAt = 0;
  #isClosed = false;
  #lateBytes = 0;

  /**
   * @param {import('./receiving.js').ReceivingDirection} receiving
   * @param {import('./session.js').Options} options
   * @param {number} now
   * @param {() => number} progress how many bytes, and ends, both directions have confirmed
   */
  constructor(receiving, { attempts = 0, resumeTimeout = Infinity, random }, now, progress) {
    this.#receiving = receiving;
    this.#attempts = attempts;
    this.#maxResumeTimeout = resumeTimeout;
    this.backOff = new BackOff(random);
    this.#rotations = new BackOff(random);
    this.#progress = progress;
    this.#detachedAt = this.#awaySince = now;
  }

  /** The number of the last attempt. */
  get attempts() {
    return this.#attempts;
  }

  get isAttached() {
    return this.#current !== undefined;
  }

  /** @param {number} now @returns {number} how long it may still be detached, in milliseconds */
  timeLeft(now) {
    return this.#timeout - (this.isAttached ? 0 : now - this.#detachedAt);
  }

  /** How long the session may be detached, in milliseconds. */
  get #timeout() {
    return Math.min(this.#resumeTimeout, this.#maxResumeTimeout);
  }

  /** Whether there is time for a trial: a session that must resume faster could end with it. */
  get mayTry() {
    return this.#timeout >= ATTACH_TIMEOUT_MILLISECONDS;
  }

  get isOnSocket() {
    return this.#current?.isSocket ?? false;
  }

  /** How long uploads may fail before the session does, in milliseconds. */
  get uploadTimeout() {
    return Math.max(this.#resumeTimeout, DEFAULT_RESUME_TIMEOUT_MILLISECONDS);
  }

  /**
   * Until when the server is known to be alive: it is silent for a heartbeat at most. When the computer sleeps, or the page is
   * frozen, that may be long ago.
   * @param {number} now
   */
  aliveUntil(now) {
    return this.heartbeat ? Math.min(now, this.#heardAt + this.heartbeat) : now;
  }

  /** How long the server may be silent, in milliseconds. If it has lost the download, there must be time to resume. */
  get #patience() {
    return Math.min(2 * this.heartbeat, Math.max(1.25 * this.heartbeat, 0.75 * this.#resumeTimeout));
  }

  /** @param {any} request */
  isWanted(request) {
    return request === this.#attempt || this.#open.has(request);
  }

  /** @param {number} now */
  mustAttach(now) {
    const isDue = !this.isAttached || (this.#mustRotate && !this.#rotations.isPausing(now));
    return isDue && !this.#isClosed && !this.#attempt && !this.#candidate && !this.backOff.isPausing(now);
  }

  /** Whether a socket may take the place of the current download, with its ticket. */
  get mayMove() {
    return Boolean(this.ticket && this.isAttached && !this.#isClosed && !this.#attempt && !this.#candidate);
  }

  /**
   * @param {number} now
   * @param {boolean} [isSocket] which is a trial, too
   * @param {boolean} [isTrial]
   * @returns {Attempt} must be sent now
   */
  attach(now, isSocket = false, isTrial = isSocket) {
    const [offset, limit] = this.#receiving.advertise(now, true);
    this.sent(now);
    const wait = !isTrial && this.#current?.isPoll ? this.heartbeat || NO_HEARTBEAT_MILLISECONDS : 0;
    const until = now + (isTrial ? TRIAL_TIMEOUT_MILLISECONDS : ATTACH_TIMEOUT_MILLISECONDS);
    const number = ++this.#attempts;
    this.#attempt = { number, offset, limit, until, isRotation: this.isAttached, wait, isSocket, isTrial };
    return this.#attempt;
  }

  #rotateAtOnce() {
    this.#mustRotate = true;
    this.#rotations.reset();
  }

  /** The socket must be left: a request must take its place. @returns {boolean} whether there is one */
  leaveSocket() {
    if (this.isOnSocket) {
      this.#rotateAtOnce();
    }
    return this.isOnSocket;
  }

  /**
   * The attempt has failed in a way that may pass.
   * @param {Attempt | undefined} attempt undefined: the opening
   * @param {number} now
   * @param {number} [retryAfter] milliseconds
   */
  attachFailed(attempt, now, retryAfter) {
    if (attempt === this.#attempt) {
      if (this.#candidate) {
        this.#open.delete(this.#candidate);
      }
      this.#attempt = this.#candidate = undefined;
      this.#receiving.advertiseAgain();
      if (attempt?.isTrial) {
        // The server may have put it in the place of the download: another request clears that up.
        this.ticket = undefined;
        this.#rotateAtOnce();
        return;
      }
      this.backOff.failed(now, retryAfter);
      // It has ended in the meantime.
      if (this.#current && !this.#open.has(this.#current)) {
        this.#detach(now);
      }
    }
  }

  /** @param {number} now @param {boolean} isPoll */
  open(now, isPoll) {
    const attempt = this.#attempt;
    const isSocket = attempt?.isSocket ?? false;
    const progress = this.#progress();
    const download = {
      decoder: new FrameDecoder(),
      frames: 0,
      openedAt: now,
      progress,
      isPoll,
      isSocket,
      until: Infinity,
    };
    this.#candidate = download;
    this.#candidateSince = now;
    this.#open.add(download);
    if (attempt?.isRotation && (isSocket || !attempt.isTrial)) {
      this.#greeted(download, now);
    }
    return download;
  }

  /** The first frame of a download has come. @param {Download} download @param {number} now */
  #greeted(download, now) {
    if (download === this.#candidate) {
      this.#attempt = this.#candidate = this.ticket = undefined;
      this.#mustRotate = false;
      this.#heard(now);
      this.#sentAt = now;
      const before = this.#current;
      if (before) {
        before.until = now + 2 * (this.heartbeat || NO_HEARTBEAT_MILLISECONDS);
      }
      this.#current = download;
      if (this.#open.size > MOST_DOWNLOADS) {
        const [oldest] = this.#open;
        this.#open.delete(oldest); // what it would still bring comes again
      }
      if (!before?.isPoll || !download.isPoll) {
        this.onattached(before ? 0 : now - this.#awaySince);
      }
    }
  }

  /** @param {Download} download @param {Uint8Array} bytes @param {number} now */
  *received(download, bytes, now) {
    if (!this.#open.has(download)) {
      return;
    }
    if (this.#isClosed && (this.#lateBytes += bytes.length) > MOST_LATE_BYTES) {
      this.#open.delete(download);
      return;
    }
    this.#heard(now);
    for (const frame of download.decoder.decode(bytes)) {
      if (++download.frames === 1) {
        if (frame.type !== FrameType.HELLO) {
          throw new ProtocolError();
        }
        this.#greeted(download, now);
      } else if (
        download.frames > FIRST_FRAMES &&
        (now - download.openedAt >= EARLY_MILLISECONDS || this.#hasBrought(download))
      ) {
        this.backOff.reset();
      }
      yield frame;
    }
  }

  /** @param {number} now */
  #heard(now) {
    if (this.isAttached) {
      this.onsilence(now - this.aliveUntil(now));
    }
    this.#heardAt = now;
  }

  /**
   * @param {Download} download
   * @returns {boolean} whether the frame that has just come is the WINDOW behind HELLO, and was not sent before others that
   *   have come: no other download may still have brought something
   */
  isFirstWindow = (download) => download.frames === 2 && download === this.#current && this.#open.size === 1;

  /** @param {Download} download @returns {boolean} whether either direction has done something since it began */
  #hasBrought = (download) => this.#progress() > download.progress;

  /**
   * HELLO has come.
   * @param {Download} download
   * @param {number} heartbeat
   * @param {number} resumeTimeout
   * @param {Uint8Array} ticket empty if there is none
   */
  configure(download, heartbeat, resumeTimeout, ticket) {
    this.heartbeat = heartbeat;
    this.#resumeTimeout = resumeTimeout;
    if (download === this.#current) {
      const mayMove = ticket.length >= TICKET_BYTES && this.mayTry;
      this.ticket = mayMove ? ticket.slice(0, TICKET_BYTES) : undefined;
    }
  }

  /**
   * ROTATE has come. It means nothing in a poll.
   * @param {Download} download
   * @param {number} now
   * @returns {boolean} whether another must take its place
   */
  rotate(download, now) {
    const isCurrent = download === this.#current && !download.isPoll;
    if (isCurrent && !this.#mustRotate) {
      this.#mustRotate = true;
      if (now - download.openedAt < EARLY_MILLISECONDS) {
        // After a heartbeat the server ends it.
        this.#rotations.failed(now, 0, this.heartbeat / 2 || undefined);
      } else {
        this.#rotations.reset();
      }
    }
    return isCurrent;
  }

  /**
   * @param {Download} download
   * @param {number} now
   * @param {boolean} [isWhole] it has ended cleanly
   * @returns {boolean} whether the session is detached by its end
   */
  ended(download, now, isWhole) {
    if (download === this.#candidate) {
      this.attachFailed(this.#attempt, now);
    }
    this.#open.delete(download);
    if (download !== this.#current) {
      return false;
    }
    if (isWhole && download.isPoll && download.frames) {
      this.#mustRotate = true;
      this.backOff.reset();
      this.#emptyPolls = this.#hasBrought(download) ? 0 : this.#emptyPolls + 1;
      if (this.#emptyPolls > EMPTY_POLLS) {
        this.backOff.pause(now + EMPTY_POLL_PAUSE_MILLISECONDS);
      }
      return false;
    }
    if ((isWhole || download.isSocket) && this.#attempt?.isRotation) {
      // The server has put that in its place. What lies on the way to a socket that is left may lose its close frame.
      return false;
    }
    this.#lose(now);
    return true;
  }

  /** The current download is lost. @param {number} now */
  #lose(now) {
    this.#detach(now);
    this.backOff.failed(now);
  }

  /** @param {number} now */
  #detach(now) {
    this.#current = undefined;
    this.#detachedAt = now;
    this.#awaySince = this.aliveUntil(now);
  }

  /** @param {number} now something was sent that shows that the client is there */
  sent(now) {
    this.#sentAt = now;
  }

  /** @param {import('./session.js').Failure} [failure] */
  close(failure) {
    this.#isClosed = true;
    // The server may already have put a rotation in the place of the download: it must learn of the reset first.
    this.#attempt = failure && !this.#attempt?.isRotation ? undefined : this.#attempt;
    if (failure) {
      this.#candidate = undefined;
    }
  }

  /**
   * @param {(heardAt: number, now: number) => void} ondead called when a silent server is treated as dead
   * @param {() => void} ontimeout called when a detached session must be given up
   * @returns {Generator<import('./session.js').Alarm, void>}
   */
  *alarms(ondead, ontimeout) {
    yield this.backOff.alarm;
    yield this.#rotations.alarm;
    if (this.#isClosed) {
      return;
    }
    for (const download of this.#open) {
      yield [download.until, () => this.#open.delete(download)];
    }
    const attempt = this.#attempt;
    const current = this.#current;
    if (attempt || this.#candidate) {
      yield [
        attempt ? attempt.until + attempt.wait : this.#candidateSince + ATTACH_TIMEOUT_MILLISECONDS,
        (now) => this.attachFailed(attempt, now),
      ];
    }
    if (current && this.heartbeat) {
      if (this.#heardAt > this.#sentAt && !this.#receiving.mustAdvertise) {
        yield [this.#sentAt + this.heartbeat, () => this.#receiving.advertiseAgain()];
      }
      yield [
        this.#heardAt + this.#patience,
        (now) => {
          ondead(this.#heardAt, now);
          this.#open.delete(current);
          this.#lose(now);
        },
      ];
    }
    // In a rotation the old download may be seen to end before the new one is seen to begin.
    if (!this.isAttached && !this.#attempt?.isRotation) {
      yield [this.#detachedAt + this.#timeout, ontimeout];
    }
  }
}
