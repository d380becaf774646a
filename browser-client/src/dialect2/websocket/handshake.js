/* What goes by a socket before the frames of the session: the probe, and ATTACH (docs/protocol.md, "WebSocket"). */

import { ATTACH, PADDING, PING, PONG } from '../core/frame-types.js';

/** The subprotocol. */
export const PROTOCOL = 'http2-duplex.2';
/** What something on the way must let through at once, so that the socket is of use. */
const PADDING_BYTES = 32_768;
const ATTACH_BYTES = 40;
const HEAD_BYTES = 4;

export const ping = (/** @type {number} */ token) => [PING, 0, 0, 4, 0, 0, 0, token];
const pong = (/** @type {number} */ token) => [PONG, 0, 0, 4, 0, 0, 0, token];

/** @param {URL} url of the duplex @returns {string} that of its sockets */
export function addressOf(url) {
  const address = new URL(url);
  address.protocol = url.protocol.replace('http', 'ws');
  address.hash = '';
  return address.href;
}

/**
 * @param {import('../core/downloads.js').Attempt} attempt
 * @param {Uint8Array} ticket
 * @returns {import('../../bytes.js').Bytes}
 */
export function attachFrame({ number, offset, limit }, ticket) {
  const bytes = new Uint8Array(HEAD_BYTES + ATTACH_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, ATTACH * 2 ** 24 + ATTACH_BYTES);
  [number, offset, limit].forEach((field, i) => view.setBigUint64(HEAD_BYTES + 8 * i, BigInt(field)));
  bytes.set(ticket, HEAD_BYTES + 24);
  return bytes;
}

/**
 * The test of a socket: PING 1; when that is answered, padding and PING 2, for what something on the way may do to longer
 * messages.
 */
export class Probe {
  #send;
  #seen = 0;

  /** @param {(bytes: import('../../bytes.js').Bytes) => void} send */
  constructor(send) {
    this.#send = send;
  }

  get isPassed() {
    return this.#seen === ANSWERS.length;
  }

  begin() {
    this.#send(Uint8Array.from(ping(1)));
  }

  /** @param {Uint8Array} bytes @returns {boolean} whether they are what was expected */
  received(bytes) {
    for (const byte of bytes) {
      if (byte !== ANSWERS[this.#seen++]) {
        return false;
      }
      if (this.#seen * 2 === ANSWERS.length) {
        const padded = new Uint8Array(HEAD_BYTES + PADDING_BYTES + 8);
        new DataView(padded.buffer).setUint32(0, PADDING * 2 ** 24 + PADDING_BYTES);
        padded.set(ping(2), HEAD_BYTES + PADDING_BYTES);
        this.#send(padded);
      }
    }
    return true;
  }
}

const ANSWERS = [...pong(1), ...pong(2)];
