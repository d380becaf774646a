/*
 * The header fields of the wire (protocol.md, "Header fields"): constants of their own, so that a bundle holds none that
 * it does not use.
 */

/** Names the session: in the response to GET, and in every later request. */
export const ID = 'http2-duplex-id';

/** Which dialect: in the opening GET and its response, and in every later request of dialect 2. */
export const VERSION = 'http2-duplex-version';

/** Dialect 2, GET: the limit of the download. */
export const LIMIT = 'http2-duplex-limit';

/** Dialect 2, resuming GET: which attempt this is. */
export const ATTACH = 'http2-duplex-attach';

/** Dialect 2, resuming GET: the confirmed offset of the download. */
export const OFFSET = 'http2-duplex-offset';

/** `true`: this POST's body is everything that the client will write. */
export const SINGLE = 'http2-duplex-single';

/** `true`: the client ends its side with this POST. */
export const END = 'http2-duplex-end';

/** `true`, together with END: the client has destroyed the duplex. */
export const DESTROYED = 'http2-duplex-destroyed';
