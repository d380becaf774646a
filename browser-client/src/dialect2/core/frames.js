import { joined } from '../../bytes.js';
import { DATA, RESET } from './frame-types.js';

const HEAD_BYTES = 4;
const MAX_CONTROL_PAYLOAD_BYTES = 1024;
const MAX_REASON_BYTES = 1000;

/** The widths of the fields of each type, in bytes. @type {readonly (readonly number[])[]} */
const FIELDS = [[8], [8, 8], [4], [4], [8], [2], [], [4, 4], []];

/** The other side broke the rules. The message is one of docs/protocol.md, "Input that breaks the rules", or a sentence. */
export class ProtocolError extends Error {
  /** @param {string} [problem] */
  constructor(problem = 'malformed-frame') {
    super(problem);
  }
}

/**
 * A frame, up to the bytes that follow its fields.
 * @param {number} type
 * @param {readonly number[]} fields
 * @param {number} [following] how many bytes the caller puts behind it
 * @returns {Uint8Array}
 */
export function frame(type, fields, following = 0) {
  const bytes = [type];
  const put = (/** @type {number} */ number, /** @type {number} */ width) => {
    while (width-- > 0) {
      bytes.push(Math.floor(number / 256 ** width) % 256);
    }
  };
  put(sum(FIELDS[type]) + following, 3);
  FIELDS[type].forEach((width, i) => put(fields[i], width));
  return new Uint8Array(bytes);
}

/**
 * @param {number} number
 * @param {string} reason cut to what the frame takes
 * @returns {Uint8Array[]} the pieces of a RESET
 */
export function resetFrame(number, reason) {
  const bytes = new Uint8Array(MAX_REASON_BYTES);
  const { written } = new TextEncoder().encodeInto(reason, bytes);
  return [frame(RESET, [number], written), bytes.subarray(0, written)];
}

/** @param {Uint8Array} bytes that follow the field of a RESET */
export function reasonOf(bytes) {
  return new TextDecoder().decode(bytes.subarray(0, MAX_REASON_BYTES));
}

/**
 * @typedef {object} Frame
 * @property {number} type
 * @property {number[]} fields
 * @property {Uint8Array} bytes that follow the fields: a view of the body
 */

/** A decoder of one body, in whatever pieces it comes. It keeps at most one control frame, and never bytes of DATA. */
export class FrameDecoder {
  /** The beginning of a frame whose head or fields are incomplete. */
  #kept = new Uint8Array(0);
  /** How many bytes of the current frame are missing: they are DATA, or skipped. */
  #rest = 0;
  /** The offset of the next byte of DATA; -1: the current frame is no DATA. */
  #offset = -1;

  /**
   * DATA comes in pieces, each with its own offset and at least one byte. Frames of unknown types are skipped.
   * @param {Uint8Array} bytes the next of the body
   * @returns {Generator<Frame, void>} throws {@link ProtocolError}; nothing more can be decoded then
   */
  *decode(bytes) {
    const isPart = this.#kept.length || bytes.length < bytes.buffer.byteLength;
    let left = isPart ? joined([this.#kept, bytes]) : bytes;
    for (;;) {
      const piece = left.subarray(0, this.#rest);
      left = left.subarray(piece.length);
      this.#rest -= piece.length;
      if (this.#offset >= 0 && piece.length > 0) {
        yield { type: DATA, fields: [this.#offset], bytes: piece };
        this.#offset += piece.length;
      }
      if (this.#rest > 0 || left.length < HEAD_BYTES) {
        break;
      }
      const type = left[0];
      const length = numberAt(left, 1, 3);
      const widths = FIELDS[type] ?? [];
      const isControl = type !== DATA && type < FIELDS.length;
      if (length < sum(widths) || (isControl && length > MAX_CONTROL_PAYLOAD_BYTES)) {
        throw new ProtocolError();
      }
      const end = HEAD_BYTES + (isControl ? length : sum(widths));
      if (left.length < end) {
        break;
      }
      let at = HEAD_BYTES;
      const fields = widths.map((width) => numberAt(left, (at += width) - width, width));
      if (isControl) {
        yield { type, fields, bytes: left.subarray(at, end) };
      }
      this.#offset = type === DATA ? fields[0] : -1;
      this.#rest = HEAD_BYTES + length - end;
      left = left.subarray(end);
    }
    this.#kept = left.slice();
  }
}

/** @param {readonly number[]} widths */
function sum(widths) {
  return widths.reduce((total, width) => total + width, 0);
}

/** @param {Uint8Array} bytes @param {number} at @param {number} width in bytes */
function numberAt(bytes, at, width) {
  let number = 0;
  while (width-- > 0) {
    number = number * 256 + bytes[at++];
  }
  if (number >= 2 ** 53) {
    throw new ProtocolError();
  }
  return number;
}
