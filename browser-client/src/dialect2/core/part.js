import { joined } from '../../bytes.js';

/**
 * One POST, or stream of messages, and what must be sent again if it is lost.
 * @typedef {object} Part
 * @property {import('../../bytes.js').Bytes} bytes the whole body, unless it is a streaming one
 * @property {boolean} mustEnd a streaming body must end: there is nothing more for it
 * @property {Uint8Array[]} first what a streaming body begins with
 * @property {number} probe the PING in it; 0: none, or it was answered
 * @property {number} probedAt when it was last given a PING
 * @property {boolean} [isQuiet] that PING had hardly anything before it
 * @property {number} startedAt when it was begun; of a streaming one, when it began to carry what must be confirmed
 * @property {boolean} isStream
 * @property {boolean} mustProbe a streaming one has carried something since its last PING
 * @property {boolean} isLast it carries the last frame of the session
 * @property {import('./ranges.js').Range[]} ranges
 * @property {boolean} hasWindow
 * @property {number[]} pongs
 * @property {number} ping that asks for a confirmation; 0: none
 */

/** @param {number} startedAt @returns {Part} an empty one */
export const newPart = (startedAt) => ({
  bytes: joined([]),
  mustEnd: false,
  first: [],
  probe: 0,
  probedAt: 0,
  startedAt,
  isStream: false,
  mustProbe: false,
  isLast: false,
  ranges: [],
  hasWindow: false,
  pongs: [],
  ping: 0,
});
