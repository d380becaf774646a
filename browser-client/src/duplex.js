import { Duplex } from 'readable-stream';
import { applicationReset } from './errors.js';
import { openSession } from './open.js';

/** @typedef {import('./session.js').Session} Session */

/**
 * Everything that fetch takes, for every request; the options of a Node Duplex; and this package's own.
 * @typedef {import('./options.js').SessionOptions
 *   & Omit<import('readable-stream').DuplexOptions, 'signal' | keyof RequestInit>} MakeOptions
 */

/**
 * A duplex as a Node stream. {@link make} opens it. Besides a stream's events it emits `detached` when its connection
 * is lost, `attached` when it goes on over another, and `draining` when its server is about to stop.
 */
export class FetchDuplex extends Duplex {
  #session;

  /** @param {Session} session @param {MakeOptions} options */
  constructor(session, options) {
    // The session handles the signal, so that its error has a code of this package.
    const { signal, ...streamOptions } = options;
    super({
      ...streamOptions,
      // What it has read ahead would be lost with the page.
      ...(options.survive_reload && {
        highWaterMark: undefined,
        readableHighWaterMark: 0,
        writableHighWaterMark: options.highWaterMark ?? options.writableHighWaterMark,
      }),
      // Only bytes go over the wire.
      objectMode: false,
      readableObjectMode: false,
      writableObjectMode: false,
      decodeStrings: true,
    });
    this.#session = session;
    session.closed.catch((error) => this.destroy(error));
    session.onuploadcut = () => this.end();
    session.onstatus = (event) => this.emit(event);
    /** Where it goes on, if it is that of the page before (option `survive_reload`). */
    this.resumed = session.resumed;
    /** Why the duplex of the page before could not go on, if there was one. */
    this.notResumed = session.notResumed;
    if (this.resumed?.ended) {
      this.end();
    }
  }

  /** The id of the session. */
  get id() {
    return this.#session.id;
  }

  /** How the upload travels. */
  get uploadMode() {
    return this.#session.uploadMode;
  }

  /** How the download travels. */
  get downloadMode() {
    return this.#session.downloadMode;
  }

  /**
   * Destroys the duplex with a number for the server's application (dialect 2; in dialect 1 it only sees it destroyed).
   * Does nothing if the duplex is closed.
   * @param {number} number from 256 to 65535
   * @param {string} [reason] a short text for the server's application
   * @throws {RangeError} if the number is out of that range
   */
  reset(number, reason = '') {
    this.destroy(applicationReset(number, reason));
  }

  _read() {
    this.#session
      .read()
      .then((bytes) => this.push(bytes))
      // Either a listener has thrown, and nothing more would be read; or the failure has destroyed the duplex already.
      .catch((error) => this.destroy(error));
  }

  /** @param {Uint8Array} chunk @param {string} _encoding @param {(error?: Error) => void} callback */
  _write(chunk, _encoding, callback) {
    this._writev([{ chunk }], callback);
  }

  /**
   * @param {{ chunk: Uint8Array }[]} writes all that are waiting
   * @param {(error?: Error) => void} callback
   */
  _writev(writes, callback) {
    const chunks = writes.map(({ chunk }) => chunk);
    Promise.resolve(this.#session.write(chunks)).then(() => callback(), callback);
  }

  /** @param {(error?: Error) => void} callback */
  _final(callback) {
    this.#session.end().then(() => callback(), callback);
  }

  /** @param {Error | null} error @param {(error: Error | null) => void} callback */
  _destroy(error, callback) {
    this.#session.destroy(error ?? undefined);
    callback(error);
  }
}

/**
 * Opens a duplex. Drop-in for the client of http2-duplex 6.x.
 * @param {string | URL} url
 * @param {MakeOptions} [options]
 * @returns {Promise<FetchDuplex>} rejects with an error that has a `code`
 */
export async function make(url, options = {}) {
  const session = await openSession(url, options);
  try {
    return new FetchDuplex(session, options);
  } catch (error) {
    // An option of Node streams can't be used.
    session.destroy();
    throw error;
  }
}
