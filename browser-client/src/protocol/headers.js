/** The header fields of the wire (PROTOCOL.md, "Header fields"). */
export const Header = Object.freeze({
  /** Names the session: in the response to GET, and in every later request. */
  ID: 'http2-duplex-id',
  /** Which dialect: in the opening GET and its response, and in every later request of dialect 2. */
  VERSION: 'http2-duplex-version',
  /** Dialect 2, GET: the limit of the download. */
  LIMIT: 'http2-duplex-limit',
  /** Dialect 2, resuming GET: which attempt this is. */
  ATTACH: 'http2-duplex-attach',
  /** Dialect 2, resuming GET: the confirmed offset of the download. */
  OFFSET: 'http2-duplex-offset',
  /** `true`: this POST's body is everything that the client will write. */
  SINGLE: 'http2-duplex-single',
  /** `true`: the client ends its side with this POST. */
  END: 'http2-duplex-end',
  /** `true`, together with END: the client has destroyed the duplex. */
  DESTROYED: 'http2-duplex-destroyed',
});
