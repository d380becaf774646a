/** The frames of dialect 2 (PROTOCOL.md, "Frames"). */

export const FrameType = Object.freeze({
  DATA: 0,
  WINDOW: 1,
  PING: 2,
  PONG: 3,
  END: 4,
  RESET: 5,
  ROTATE: 6,
  HELLO: 7,
});

/** Of each type, the widths of its fields, in bytes. */
const FIELDS = [[8], [8, 8], [4], [4], [8], [2], [], [4, 4]];
const HEAD_BYTES = 4;
const MAX_CONTROL_PAYLOAD_BYTES = 1024;
const MAX_REASON_BYTES = 1000;

/** The other side broke the rules (PROTOCOL.md, "Input that breaks the rules"). */
export class ProtocolError extends Error {
  /**
   * @param {string} message
   * @param {'malformed-frame' | 'beyond-window'} [problem] what a server answers with
   */
  constructor(message, problem = 'malformed-frame') {
    super(message);
    this.problem = problem;
  }
}

/**
 * A frame, up to the bytes that follow its fields.
 *
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
  put(widthOf(type) + following, 3);
  FIELDS[type].forEach((width, i) => put(fields[i], width));
  return Uint8Array.from(bytes);
}

/**
 * @param {number} number
 * @param {string} reason cut to what the frame takes
 * @returns {Uint8Array[]} the pieces of a RESET
 */
export function resetFrame(number, reason) {
  const bytes = new Uint8Array(MAX_REASON_BYTES);
  const { written } = new TextEncoder().encodeInto(reason, bytes);
  return [frame(FrameType.RESET, [number], written), bytes.subarray(0, written)];
}

/** @param {Uint8Array} bytes that follow the field of a RESET */
export function reasonOf(bytes) {
  return new TextDecoder().decode(bytes.subarray(0, MAX_REASON_BYTES));
}

/**
 * @typedef {object} Frame
 * @property {number} type one of {@link FrameType}
 * @property {number[]} fields
 * @property {Uint8Array} bytes what follows the fields; a view that is good until the next call
 */

/** Takes the frames of one body, however that is cut. It holds no more than one frame's fields, and never DATA's bytes. */
export class FrameDecoder {
  #head = new Uint8Array(HEAD_BYTES + MAX_CONTROL_PAYLOAD_BYTES);
  #filled = 0;
  /** How much of the frame has to be in the head before anything can be done with it. */
  #needed = HEAD_BYTES;
  /** How many bytes of the frame come behind that; unknown until its length is here. */
  #rest = -1;
  /** Of DATA: where the next of its bytes belongs. */
  #offset = -1;

  /** Whether the body may end here. */
  get isBetweenFrames() {
    return this.#filled === 0;
  }

  /**
   * DATA comes in pieces, each with its own offset, perhaps empty; frames of unknown type don't come.
   *
   * @param {Uint8Array} bytes the next of the body
   * @returns {Generator<Frame, void>} throws {@link ProtocolError}; the body is of no more use then
   */
  *decode(bytes) {
    for (let at = 0; ;) {
      const part = bytes.subarray(at, at + this.#needed - this.#filled);
      this.#head.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < this.#needed) {
        return;
      }
      const type = this.#head[0];
      if (this.#rest < 0) {
        this.#begin(type);
        continue;
      }
      const piece = bytes.subarray(at, at + this.#rest);
      at += piece.length;
      this.#rest -= piece.length;
      if (type === FrameType.DATA) {
        if (this.#offset < 0) {
          [this.#offset] = this.#fields(type);
        }
        yield { type, fields: [this.#offset], bytes: piece };
        this.#offset += piece.length;
      } else if (FIELDS[type]) {
        yield {
          type,
          fields: this.#fields(type),
          bytes: this.#head.subarray(HEAD_BYTES + widthOf(type), this.#needed),
        };
      }
      if (this.#rest > 0) {
        return;
      }
      this.#filled = 0;
      this.#needed = HEAD_BYTES;
      this.#rest = this.#offset = -1;
    }
  }

  /** @param {number} type */
  #begin(type) {
    const length = numberAt(this.#head, 1, 3);
    const known = FIELDS[type] ? widthOf(type) : 0;
    if (length < known) {
      throw new ProtocolError('A frame is shorter than its fields');
    }
    let head = known;
    if (FIELDS[type] && type !== FrameType.DATA) {
      if (length > MAX_CONTROL_PAYLOAD_BYTES) {
        throw new ProtocolError('A frame is longer than its type allows');
      }
      head = length;
    }
    this.#needed += head;
    this.#rest = length - head;
  }

  /** @param {number} type */
  #fields(type) {
    let at = HEAD_BYTES;
    return FIELDS[type].map((width) => numberAt(this.#head, (at += width) - width, width));
  }
}

/** @param {number} type a known one */
function widthOf(type) {
  return FIELDS[type].reduce((sum, width) => sum + width, 0);
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {number} width in bytes
 */
function numberAt(bytes, at, width) {
  const number = bytes.subarray(at, at + width).reduce((value, byte) => value * 256 + byte, 0);
  if (number > Number.MAX_SAFE_INTEGER) {
    throw new ProtocolError('An offset is too large');
  }
  return number;
}
