/*
 * The ways in which a download may travel: what is done where one does not work (docs/protocol.md, "Ways down"). It is
 * loaded when an opening brings nothing, when downloads are lost in a way that shows that something on the way does it, or
 * when a session streams its uploads no more.
 */

import { deadline } from '../../browser/deadline.js';
import { watchNetwork } from '../../browser/network.js';

/** How long a way has, in an opening, until the next one is tried beside it. */
export const STEP_MILLISECONDS = 3_000;
/** How long a body that another opening has overtaken is watched: it has ended by then if something has held it back. */
const RELEASED_MILLISECONDS = 250;
/** How much of it is kept meanwhile: more than what fits into a first window and the heads of its frames is no download. */
const MOST_RELEASED_BYTES = 5_000_000;
/** How long a way is remembered, and until a session looks at the first one again, if the network stays the same. */
const REMEMBERED_MILLISECONDS = 600_000;
/** After each look in vain, or success that does not last, it looks again after twice the time, up to this. */
const LONGEST_PAUSE_MILLISECONDS = 16 * REMEMBERED_MILLISECONDS;
/** How many downloads in a row must be lost at a similar age. */
const LOSSES = 3;
/** Downloads that live longer are worth what they cost. */
const LONG_LIFE_MILLISECONDS = 45_000;
/** How much of the longest life the lives may differ by, to be similar. */
const SIMILAR = 0.2;

/** The code of an opening whose answer is of no use. */
const DROPPED = 'CANCELLED';

/** @typedef {import('../../options.js').DownloadMode} DownloadMode */
/** @typedef {Pick<import('../../options.js').Settings, 'url' | 'modes'>} Choice */

/**
 * What a session remembers of its ways.
 * @typedef {object} Past
 * @property {number[]} lives how long the downloads have lived that were lost, in milliseconds; 0: it has brought nothing
 * @property {number} [network] when it looked last, or began to wait for that
 * @property {number} [pause] until it looks again, in milliseconds
 * @property {number} [until] when that is over
 */

/** @type {Map<string, { way: DownloadMode, until: number }>} by origin */
const ways = new Map();
/** Until when streaming POSTs are not tried. @type {Map<string, number>} by origin */
const withoutStreams = new Map();
/** How often the network has changed. */
let network = 0;

watchNetwork(() => {
  ways.clear();
  withoutStreams.clear();
  network++;
});

/** @param {string} origin @param {readonly DownloadMode[]} modes @returns {DownloadMode | undefined} what has worked */
export function remembered(origin, modes) {
  const known = ways.get(origin);
  return known && known.until > performance.now() && modes.includes(known.way) ? known.way : undefined;
}

/** @param {string} origin @returns {boolean} whether streaming POSTs are not worth a try */
export const isWithoutStreams = (origin) => Number(withoutStreams.get(origin)) > performance.now();

/** @param {string} origin */
export function rememberNoStreams(origin) {
  withoutStreams.set(origin, performance.now() + REMEMBERED_MILLISECONDS);
}

/** @param {string} origin @param {DownloadMode} way */
function remember(origin, way) {
  ways.set(origin, { way, until: performance.now() + REMEMBERED_MILLISECONDS });
}

/**
 * @param {Past} past of a session that has left the first way
 * @returns {boolean} whether that way is worth another look: the network is another, or it was left long ago
 */
export function isTimeToLook(past) {
  const now = performance.now();
  const isOther = past.network !== undefined && past.network !== network;
  const isLate = now >= (past.until ?? Infinity);
  if (isOther || past.pause === undefined) {
    past.pause = REMEMBERED_MILLISECONDS;
  } else if (isLate) {
    past.pause = Math.min(2 * past.pause, LONGEST_PAUSE_MILLISECONDS);
  } else {
    return false;
  }
  past.network = network;
  past.until = now + past.pause;
  return isOther || isLate;
}

/** @param {number} time @returns {{ over: Promise<undefined>, stop: () => void }} */
function pause(time) {
  let stop = () => {};
  const over = new Promise((/** @type {(value: undefined) => void} */ resolve) => {
    stop = deadline(() => resolve(undefined), time);
  });
  return { over, stop };
}

/**
 * Tries the other ways of an opening beside the first, which has brought nothing yet.
 * @template {{ way: DownloadMode, session: Promise<any>, hasOpened?: boolean, isUseless?: typeof isReleased }} Opening
 * @param {Choice} choice
 * @param {Opening[]} openings the first one
 * @param {(way: DownloadMode) => unknown} begin adds another one, if they were not given up
 * @returns {Promise<Awaited<Opening['session']>>} that of the first way that works
 */
export async function climb({ url, modes }, openings, begin) {
  const any = () =>
    Promise.any(openings.map(async (opening) => ({ way: opening.way, session: await opening.session })));
  let opened;
  for (const way of modes.slice(modes.indexOf(openings[0].way) + 1)) {
    // It may have come while this file was loaded.
    if (openings.some(({ hasOpened }) => hasOpened)) {
      break;
    }
    openings.forEach((opening) => (opening.isUseless = isReleased));
    begin(way);
    const { over, stop } = pause(STEP_MILLISECONDS);
    // If all have failed, the next one may work.
    opened = await Promise.race([any(), over]).catch(() => undefined);
    stop();
    if (opened) {
      break;
    }
  }
  opened ??= await any().catch(({ errors }) => {
    throw errors.find((/** @type {any} */ { code }) => code !== DROPPED);
  });
  if (opened.way !== openings[0].way) {
    remember(url.origin, opened.way);
  }
  return opened.session;
}

/**
 * @param {Pick<import('../../browser/body-reader.js').BodyReader, 'readAhead'>} reader of a download that a later opening
 *   has overtaken: the server has ended it, or is about to
 * @param {DownloadMode} way
 * @returns {Promise<boolean>} whether it is a stream that has ended, so that it comes only since something had held it back
 */
async function isReleased(reader, way) {
  if (way === 'polling') {
    return false;
  }
  const { over, stop } = pause(RELEASED_MILLISECONDS);
  let isLate = false;
  const end = reader.readAhead(async (body, ahead) => {
    try {
      for (let result, size = 0; !isLate && (result = await body.read()).value;) {
        ahead.push(result.value);
        isLate = (size += result.value.length) > MOST_RELEASED_BYTES;
      }
    } catch {
      // It was cut.
    }
    return !isLate;
  });
  const hasEnded = await Promise.race([end, over]);
  isLate = true;
  stop();
  return Boolean(hasEnded);
}

/**
 * @param {Choice} choice
 * @param {DownloadMode} way of the downloads that were lost
 * @param {number[]} lives how long they have lived, in milliseconds; 0: it has brought nothing in time. Emptied when they
 *   are of no more use
 * @returns {DownloadMode} the way to go on by
 */
export function wayAfter({ url, modes }, way, lives) {
  const next = modes.indexOf(way) + 1;
  lives.splice(0, lives.length - LOSSES);
  const longest = Math.max(...lives);
  const isSimilar = longest - Math.min(...lives) <= SIMILAR * longest;
  const isNothing = lives.at(-1) === 0;
  const isKilled = lives.length === LOSSES && longest <= LONG_LIFE_MILLISECONDS && isSimilar;
  if (!isNothing && (next === modes.length || !isKilled)) {
    return way;
  }
  lives.length = 0;
  if (isNothing) {
    // The network may be at fault, and not the way: this tells nothing about other duplexes.
    return modes[next % modes.length];
  }
  remember(url.origin, modes[next]);
  return modes[next];
}
