/**
 * The reasons of a failure: the `code` of the error, and its number (docs/protocol.md, "Error codes").
 * The Java enum `ErrorCode` has the same names and numbers.
 */
export const ErrorCode = Object.freeze({
  CANCELLED: 1,
  PROTOCOL_ERROR: 2,
  HANDLER_FAILED: 3,
  CONNECTION_LOST: 4,
  UPLOAD_CUT: 5,
  TIMED_OUT: 6,
  SHUT_DOWN: 7,
  TOO_LARGE: 8,
  UNKNOWN_SESSION: 9,
  REFUSED: 10,
  OVERLOADED: 11,
  ABORTED: 12,
  APPLICATION: 256,
});

/** @typedef {keyof typeof ErrorCode} ErrorCodeName */

/** An error of a duplex. An answer of the server whose status is no success is a {@link ResponseError} instead. */
export class DuplexError extends Error {
  /**
   * @param {ErrorCodeName} code
   * @param {string} message
   * @param {{ cause?: unknown, number?: number, reason?: string }} [options]
   */
  constructor(code, message, { number = ErrorCode[code], reason = '', ...options } = {}) {
    super(message, options);
    /** `AbortError` after an AbortSignal, as with every other web API. */
    this.name = code === 'ABORTED' ? 'AbortError' : 'DuplexError';
    /** @type {ErrorCodeName} */
    this.code = code;
    /** The code's number, or the application's own from 256 to 65535. */
    this.number = number;
    /** The reason that the application gave when it reset the duplex, else empty. */
    this.reason = reason;
  }
}

/**
 * @param {number} number the application's own, from 256 to 65535
 * @param {string} reason
 * @throws {RangeError}
 */
export function applicationReset(number, reason) {
  if (!Number.isInteger(number) || number < ErrorCode.APPLICATION || number > 0xffff) {
    throw new RangeError(`The number of a reset must be a whole number from 256 to 65535, not ${number}`);
  }
  const text = `${reason}`;
  return new DuplexError('APPLICATION', `The duplex was reset with ${number}: ${text}`, { number, reason: text });
}

/** An answer of the server whose status is no success. */
export class ResponseError extends Error {
  /** @param {Response} response */
  constructor(response) {
    super(response.statusText || String(response.status));
    this.name = 'ResponseError';
    this.response = response;
    /** How long the server asks to wait before the next try, in milliseconds; undefined if it names no seconds. */
    this.retry_after = Number(/^\d{1,6}$/.exec(response.headers.get('retry-after') ?? '')?.[0]) * 1000 || undefined;
    /** Set after {@link init}, unless a subclass has set its own. @type {string | undefined} */
    this.code = undefined;
  }

  /**
   * Awaited before the application gets the error. It adds the server's explanation to the message, if there is one.
   * The response's body can still be read; a subclass may do so here.
   * @returns {Promise<void>}
   */
  async init() {
    try {
      const { messageOf } = await import('./first-line.js');
      this.message = await messageOf(this.response, this.message);
    } catch {
      // The status must do.
    }
  }
}
