import { ATTACH } from './headers.js';
import { isOfServer, problemOf } from './problem.js';

/** What an explanation by something else than the server is cut to. */
const MAX_LINE = 120;
/** What the server's own is cut to. */
const MAX_EXPLANATION = 1_000;

/**
 * @param {Response} response whose body can still be read
 * @returns {Promise<string>} the title or the first line of a text, such as a proxy's page, without control characters
 */
async function firstLineOf(response) {
  if (!response.headers.get('content-type')?.startsWith('text/')) {
    return '';
  }
  const reader = response.clone().body?.getReader();
  const text = await reader?.read().then(
    ({ value }) => new TextDecoder().decode(value?.subarray(0, 4096)),
    () => '',
  );
  // The application may still read the other half of the body.
  reader?.cancel().catch(() => {});
  const [, title = text?.replace(/<[^>]*>/g, ' ').trimStart()] = text?.match(/<title[^>]*>([^<]*)/i) ?? [];
  return oneLine((title ?? '').trimStart().split(/[\r\n]/, 1)[0], MAX_LINE);
}

/** @param {string} text @param {number} max @returns {string} without control characters, and cut */
const oneLine = (text, max) =>
  text
    .replace(/[\p{C}\s]+/gu, ' ')
    .slice(0, max)
    .trim();

const NO_LONGER_KNOWN = 'The server was started again, and no longer knows this connection. Open it again.';
const NO_ID =
  'It has no header http2-duplex-id: this is no http2-duplex server, ' +
  'it does not name the header in Access-Control-Expose-Headers, or something on the way drops it';
const OLD = 'an answer to another GET, which a cache has kept, such as that of a service worker';
const NO_BODY = 'The answer has no response.body: this fetch does not stream, so another is needed (option `fetch`)';

/**
 * @param {Response} response whose status is no success
 * @param {string} message of it so far
 * @returns {Promise<string>} the same with the explanation that is in the answer, if there is one
 */
export async function messageOf(response, message) {
  const problem = await problemOf(response);
  if (isOfServer(problem) && problem.type.endsWith(':unknown-session')) {
    return NO_LONGER_KNOWN;
  }
  if (response.ok && response.headers.has(ATTACH)) {
    return `${message}: ${OLD}`;
  }
  const explained = oneLine(problem?.detail || problem?.title || '', MAX_EXPLANATION);
  const explanation = explained || (await firstLineOf(response));
  return explanation ? `${message}: ${explanation}` : message;
}

/**
 * @param {Response} response of an opening
 * @param {string | null} id
 * @param {URL} url that was opened
 * @returns {Promise<string>} what is wrong with it
 */
export async function notOurs(response, id, url) {
  if (id && !response.body) {
    return NO_BODY;
  }
  if (id) {
    const isElsewhere = response.redirected && new URL(response.url).host !== url.host;
    return isElsewhere ? `${url} is redirected to ${response.url}: open that` : `It is ${OLD}`;
  }
  const line = await firstLineOf(response);
  const from = response.redirected ? `${response.url} answered` : 'The answer was';
  return `${from} ${response.status}${line && `: ${line}`}. ${NO_ID}`;
}
