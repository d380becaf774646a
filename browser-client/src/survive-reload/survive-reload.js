/*
 * A duplex that survives a reload of its page (docs/protocol.md, "A reloaded page"; option `survive_reload`). The page
 * that is left keeps the session in sessionStorage, in place of resetting it. The next one attaches to it, by a resuming
 * GET in place of an opening one: so it is tried once, within the same time, and fails in the same ways.
 *
 * There must never be two pages on one session. A page with a duplex has no entry: one is written when the page is left,
 * and removed when it is read. But browsers copy sessionStorage for a tab that is duplicated or opened by a script, perhaps
 * with an entry in it. Then two things decide:
 *
 * - The server accepts an attach number once. All copies have the same one, so the second is refused with 409, and a copy
 *   that is older than what another page has done is refused as well.
 * - The number grows when a GET was not answered, since the server may have accepted it. So that it can't take the session
 *   from another page then, a page holds a lock of the browser as long as it goes on with a session. Where there are no
 *   locks (pages without TLS), the number does not grow.
 *
 * Either way the later page opens a duplex of its own. A page that goes to the back/forward cache stores nothing, since it
 * keeps its duplex: there would be two.
 */

import { deadline } from '../browser/deadline.js';
import { DuplexError } from '../errors.js';
import { isOfServer } from '../problem.js';
import { sessionIn, textOf, untilOf } from './entry.js';

const PREFIX = 'http2-duplex:';
/** How long the page before may take to release its lock. */
const LOCK_MILLISECONDS = 1_000;
/** The server's answers by which the session is of no more use to this page. */
const GONE =
  /:(unknown-session|session-over|session-reset|stale-attach|bad-offset|other-account|malformed-id|bad-headers)$/;

/** @typedef {import('../options.js').Settings} Settings */
/** @typedef {import('../session.js').Session} Session */
/** @typedef {import('./entry.js').KeptSession} KeptSession */
/**
 * What makes a session: `open` by a GET, which attaches to `settings.kept` if that is set; `of` without one.
 * @typedef {object} Sessions
 * @property {(settings: Settings) => Promise<Session>} open
 * @property {(settings: Settings, id: string, way: import('../options.js').DownloadMode) => Session} of
 */

/** @type {Set<string>} the names that duplexes of this page have */
const names = new Set();

/**
 * Goes on with the session that the page before has kept, or opens one.
 * @param {Settings} settings
 * @param {Sessions} sessions
 * @returns {Promise<Session>}
 */
export async function resumeOrOpen(settings, sessions) {
  const name = String(settings.surviveReload);
  if (names.has(name)) {
    throw new RangeError(`survive_reload: another duplex of this page has the name ${name}`);
  }
  names.add(name);
  const survivor = new Survivor(settings, name);
  const release = () => survivor.release();
  try {
    const session = await survivor.open(sessions);
    session.closed.then(release, release);
    return session;
  } catch (error) {
    release();
    throw error;
  }
}

/** The duplex of one name: how it is opened, and kept. */
class Survivor {
  #settings;
  #name;
  #key;
  #asked;
  #unlock = () => {};

  /** @param {Settings} settings @param {string} name */
  constructor(settings, name) {
    this.#settings = settings;
    this.#name = name;
    this.#key = PREFIX + name;
    this.#asked = settings.url.href;
    settings.keep = ({ id, core }, way) => {
      this.release();
      const left = core.downloads.timeLeft(performance.now());
      const session = { asked: this.#asked, url: settings.url.href, id, way, until: Date.now() + Math.floor(left) };
      return !core.failure && left > 0 && this.#store({ ...session, ...core.suspend() });
    };
  }

  /** This page has done with it. */
  release() {
    names.delete(this.#name);
    this.#unlock();
  }

  /** @param {Sessions} sessions @returns {Promise<Session>} */
  async open(sessions) {
    const settings = this.#settings;
    const kept = this.#take();
    const resumed = kept && !(kept instanceof Error) ? await this.#resume(kept, sessions) : kept;
    if (resumed && !(resumed instanceof Error)) {
      return resumed;
    }
    settings.kept = undefined;
    settings.url = new URL(this.#asked);
    const session = await sessions.open(settings);
    session.notResumed = resumed;
    return session;
  }

  /**
   * @param {KeptSession} kept
   * @param {Sessions} sessions
   * @returns {Promise<Session | Error>} the error if it is gone
   */
  async #resume(kept, sessions) {
    const settings = this.#settings;
    const life = new AbortController();
    const putBack = () => {
      this.release();
      this.#store({ ...kept, attempts: kept.attempts + Number(canLock()) });
    };
    // The page may be reloaded once more before there is an answer.
    globalThis.addEventListener?.('pagehide', ({ persisted }) => persisted || putBack(), life);
    try {
      if (!(await this.#lock(kept.id))) {
        return gone('Another page goes on with it.');
      }
      settings.kept = kept;
      settings.url = new URL(kept.url);
      const session = hasEnded(kept) ? sessions.of(settings, kept.id, kept.way) : await sessions.open(settings);
      return settings.kept
        ? resumed(session, kept)
        : Object.assign(session, { notResumed: gone('The server has lost it.') });
    } catch (/** @type {any} */ error) {
      const type = isOfServer(kept.problem) ? kept.problem.type : '';
      if (type.endsWith(':session-over') && kept.receiving.end >= 0) {
        // The server has this side's end, too.
        kept.sending = { ...kept.sending, arrived: kept.sending.written + 1, bytes: new Uint8Array(0) };
        return resumed(sessions.of(settings, kept.id, kept.way), kept);
      }
      if (GONE.test(type)) {
        this.#unlock();
        return error;
      }
      if (error.code === 'ABORTED') {
        sessions.of(settings, kept.id, kept.way).destroy(error);
      } else {
        putBack();
      }
      throw error;
    } finally {
      life.abort();
    }
  }

  /** @returns {KeptSession | Error | undefined} what was kept, if it is of use; it is removed */
  #take() {
    let text;
    try {
      text = sessionStorage.getItem(this.#key);
      sessionStorage.removeItem(this.#key);
      removeExpired();
    } catch {
      // The browser allows no storage.
    }
    const kept = text ? sessionIn(text) : undefined;
    if (!text || (kept && kept.asked === this.#asked && kept.until > Date.now())) {
      return kept;
    }
    return gone(
      !kept
        ? 'What was kept can’t be read.'
        : kept.asked === this.#asked
          ? 'It took too long.'
          : 'It had another address.',
    );
  }

  /** @param {KeptSession} kept @returns {boolean} whether there was room for it */
  #store(kept) {
    try {
      sessionStorage.setItem(this.#key, textOf(kept));
      return true;
    } catch {
      return false;
    }
  }

  /** @param {string} id @returns {Promise<boolean>} whether no other page goes on with the session; this one does then */
  #lock(id) {
    return new Promise((resolve) => {
      const held = new Promise((release) => (this.#unlock = () => release(undefined)));
      if (canLock()) {
        const abort = new AbortController();
        const stop = deadline(() => abort.abort(), LOCK_MILLISECONDS);
        const ongranted = () => (stop(), resolve(true), held);
        navigator.locks.request(PREFIX + id, abort, ongranted).catch(() => (stop(), resolve(false)));
      } else {
        resolve(true);
      }
    });
  }
}

const canLock = () => Boolean(globalThis.navigator?.locks);

/** @param {string} why */
const gone = (why) => new DuplexError('UNKNOWN_SESSION', `The duplex of the page before can’t go on: ${why}`);

/** @param {KeptSession} kept @returns {boolean} whether both sides have ended, so that there is only something to read */
const hasEnded = ({ sending, receiving }) => sending.arrived > sending.written && receiving.end >= 0;

/** @param {Session} session @param {KeptSession} kept */
function resumed(session, { sending, receiving }) {
  session.resumed = { read: receiving.read, written: sending.written, ended: !sending.isOpen };
  return session;
}

/** Removes what pages have kept that nobody came back to. */
function removeExpired() {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX) && untilOf(String(sessionStorage.getItem(key))) <= Date.now()) {
      sessionStorage.removeItem(key);
    }
  }
}
