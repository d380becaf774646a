/** The header fields of the wire (PROTOCOL.md, "Header fields"). */
export const Header = Object.freeze({
  /** Names the session: in the response to GET, and in every POST. */
  ID: 'http2-duplex-id',
  /** `true`: this POST's body is everything that the client will write. */
  SINGLE: 'http2-duplex-single',
  /** `true`: the client ends its side with this POST. */
  END: 'http2-duplex-end',
  /** `true`, together with END: the client has destroyed the duplex. */
  DESTROYED: 'http2-duplex-destroyed',
});
