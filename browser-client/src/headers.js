/*
 * The header fields of the wire (docs/protocol.md, "Header fields"): constants of their own, so that a bundle contains
 * only those that it uses.
 */

/** Names the session: in the response to GET, and in every later request. */
export const ID = 'http2-duplex-id';
/** The dialect: in the opening GET and its response, and in every later request of dialect 2. */
export const VERSION = 'http2-duplex-version';
/** Dialect 2, GET: the limit of the download. */
export const LIMIT = 'http2-duplex-limit';
/** Dialect 2, resuming GET: the number of the attempt. */
export const ATTACH = 'http2-duplex-attach';
/** Dialect 2, resuming GET: the confirmed offset of the download. */
export const OFFSET = 'http2-duplex-offset';
/** Dialect 2, GET and its response: it is a poll, which may wait so many milliseconds. */
export const POLL = 'http2-duplex-poll';
/** Dialect 2, opening GET: the client's secret of this opening. */
export const OPENING = 'http2-duplex-opening';
/** `true`: this POST's body is everything that the client writes. */
export const SINGLE = 'http2-duplex-single';
/** `true`: the client ends its side with this POST. */
export const END = 'http2-duplex-end';
/** `true`, together with END: the client has destroyed the duplex. */
export const DESTROYED = 'http2-duplex-destroyed';
