/*
 * What is kept of a session, as text for sessionStorage: a line of JSON, then the bytes, two in each UTF-16 code unit.
 * The line is an array, since names are not the same in every build.
 */

import { joined } from '../bytes.js';

const VERSION = 1;
/** How many characters are made at once: a function takes only so many arguments. */
const CHARACTERS = 8_192;
const MODES = ['streaming', 'typed', 'polling'];

/**
 * @typedef {object} Address
 * @property {string} asked the address that the application has given
 * @property {string} url where the session is, after a redirect
 * @property {string} id of the session
 * @property {import('../options.js').DownloadMode} way how its downloads travel
 * @property {number} until when the server may have given it up, as Date.now() counts
 * @property {any} [problem] the server's, if it refuses the session
 */
/** @typedef {Address & import('../dialect2/core/session.js').Kept} KeptSession */

/** @param {KeptSession} session @returns {string} */
export function textOf({ asked, url, id, way, until, attempts, lastToken, sending, receiving }) {
  const up = [sending.arrived, sending.written, sending.unsent, sending.limit, sending.isOpen, sending.bytes.length];
  const { read, to, end, limit } = receiving;
  const down = [read, to, end, limit, receiving.bytes.length];
  const line = JSON.stringify([VERSION, until, asked, url, id, way, attempts, lastToken, up, down]);
  return `${line}\n${packed([sending.bytes, receiving.bytes])}`;
}

/** @param {string} text @returns {number} until when it is of use; 0 if it can't be read */
export function untilOf(text) {
  const [, until] = lineOf(text);
  return Number.isSafeInteger(until) ? until : 0;
}

/** @param {string} text @returns {KeptSession | undefined} undefined if it can't be read */
export function sessionIn(text) {
  const [version, until, asked, url, id, way, attempts, lastToken, up, down] = lineOf(text);
  if (version !== VERSION || ![up, down].every(Array.isArray) || !MODES.includes(way)) {
    return undefined;
  }
  const [arrived, written, unsent, upLimit, isOpen, upLength] = up;
  const [read, to, end, limit, downLength] = down;
  const bytes = unpacked(text, text.indexOf('\n') + 1);
  const numbers = [until, attempts, lastToken, arrived, written, unsent, upLimit, upLength];
  const isWhole =
    [...numbers, read, to, end + 1, limit - read, downLength].every(
      (number) => Number.isSafeInteger(number) && number >= 0,
    ) &&
    [asked, url, id].every((value) => typeof value === 'string') &&
    /^[!-~]{1,256}$/.test(id) &&
    areOfOneHost(url, asked) &&
    bytes.length === even(upLength + downLength) &&
    upLength === written - Math.min(arrived, written) &&
    downLength === Math.min(to, end < 0 ? Infinity : end) - read;
  return isWhole
    ? {
        ...{ asked, url, id, way, until, attempts, lastToken },
        sending: { arrived, written, unsent, limit: upLimit, isOpen, bytes: bytes.subarray(0, upLength) },
        receiving: { read, to, end, limit, bytes: bytes.slice(upLength, upLength + downLength) },
      }
    : undefined;
}

/** @param {string} text @returns {any[]} */
function lineOf(text) {
  try {
    const line = JSON.parse(text.slice(0, text.indexOf('\n')));
    return Array.isArray(line) ? line : [0, 0];
  } catch {
    return [0, 0];
  }
}

/** @param {string} url @param {string} asked @returns {boolean} as openings want it: headers are not meant for other hosts */
function areOfOneHost(url, asked) {
  try {
    const { host, username, password } = new URL(url);
    return host === new URL(asked).host && !username && !password;
  } catch {
    return false;
  }
}

const even = (/** @type {number} */ length) => length + (length % 2);

/** @param {Uint8Array[]} parts @returns {string} */
function packed(parts) {
  const isOdd = parts.reduce((sum, { length }) => sum + length, 0) % 2;
  const bytes = joined([...parts, new Uint8Array(isOdd)]);
  const units = new Uint16Array(bytes.buffer);
  let text = '';
  for (let i = 0; i < units.length; i += CHARACTERS) {
    text += String.fromCharCode(...units.subarray(i, i + CHARACTERS));
  }
  return text;
}

/** @param {string} text @param {number} from @returns {import('../bytes.js').Bytes} */
function unpacked(text, from) {
  const units = new Uint16Array(text.length - from);
  for (let i = 0; i < units.length; i++) {
    units[i] = text.charCodeAt(from + i);
  }
  return new Uint8Array(units.buffer);
}
