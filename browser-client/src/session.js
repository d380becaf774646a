/**
 * Where a duplex goes on that has survived a reload of its page.
 * @typedef {object} Resumed
 * @property {number} read how many bytes the pages before have read: the next one that is read has this offset
 * @property {number} written how many bytes of theirs were taken: the next one that is written has this offset
 * @property {boolean} ended they have ended this side: nothing more can be written
 */

/**
 * The contract of a session, which both dialects keep and both faces stand on. A face has at most one read under way,
 * and at most one write or end.
 * @typedef {object} Session
 * @property {string} id
 * @property {'post' | 'streaming' | 'websocket'} uploadMode how the upload travels; `streaming` becomes `post` where it
 *   does not work
 * @property {import('./options.js').DownloadMode | 'websocket'} downloadMode how the download travels; changes where that
 *   does not work, and when the duplex moves to a WebSocket or leaves it
 * @property {Promise<void>} closed resolves when both directions have ended and all was read, else rejects with the
 *   first failure; the promise may be ignored
 * @property {() => Promise<import('./bytes.js').Bytes | null>} read the next bytes, at least one; null at the end
 * @property {(chunks: readonly Uint8Array[]) => Promise<void> | void} write settles when the chunks' memory may be used
 *   again; nothing if that is at once
 * @property {() => Promise<void>} end ends the upload; settles when the server has taken everything
 * @property {(error?: Error) => void} destroy ends both directions at once and tells the server; what waits fails with
 *   the error, by default `CANCELLED`; does nothing when the session is closed
 * @property {(event: 'detached' | 'attached' | 'draining') => void} onstatus called when the session is detached or
 *   attached again, and once when its server is about to stop (dialect 2)
 * @property {Resumed} [resumed] where it goes on, if it is that of the page before
 * @property {Error} [notResumed] why that one could not go on, if there was one
 * @property {() => void} onuploadcut called when the server has ended the upload before the application did: nothing
 *   more can be written (dialect 1)
 */

export {};

/**
 * What the Node face is to those who take either face. Its whole type names that of readable-stream, whose declarations
 * need a newer TypeScript than these.
 *
 * @typedef {object} NodeDuplex
 * @property {boolean} readable
 * @property {Function} write
 * @property {Function} end
 * @property {Function} destroy
 * @property {Function} on
 * @property {(number: number, reason?: string) => void} reset
 * @property {Resumed} [resumed]
 */
