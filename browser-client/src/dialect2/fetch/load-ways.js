/** @typedef {import('../../options.js').DownloadMode} DownloadMode */

/** @type {typeof import('./ways.js') | undefined} the code for ways that do not work, which most pages never need */
let ways;

/** @returns {Promise<typeof ways | void>} undefined if it can't be loaded now */
export const loadWays = () =>
  import('./ways.js').then(
    (loaded) => (ways = loaded),
    () => {},
  );

/**
 * @param {import('../../options.js').Settings} settings
 * @returns {DownloadMode} the way to begin with
 */
export const firstWay = ({ url, modes }) => ways?.remembered(url.origin, modes) ?? modes[0];

/** @param {import('../../options.js').Settings} settings @returns {boolean} whether streaming POSTs are worth a try */
export const mayStream = ({ url }) => !ways?.isWithoutStreams(url.origin);

/** Streaming POSTs have not worked, or others were faster. @param {import('../../options.js').Settings} settings */
export const streamNoMore = async ({ url }) => (await loadWays())?.rememberNoStreams(url.origin);

/**
 * @param {import('../../options.js').Settings} settings
 * @param {DownloadMode} way of the downloads so far
 * @param {import('./ways.js').Past} past
 * @returns {boolean} whether the next GET must try the first way, which may work by now
 */
export const triesFirst = ({ modes }, way, past) => way !== modes[0] && Boolean(ways?.isTimeToLook(past));
