package io.http2duplex.protocol;

/** The header fields of the wire ({@code PROTOCOL.md}, section "Header fields"). */
public final class HeaderNames {
    /** Names the session: in the response to GET, and in every POST. */
    public static final String ID = "http2-duplex-id";

    /** {@code true}: this POST's body is everything that the client will write. */
    public static final String SINGLE = "http2-duplex-single";

    /** {@code true}: the client ends its side with this POST. */
    public static final String END = "http2-duplex-end";

    /** {@code true}, together with {@link #END}: the client has destroyed the duplex. */
    public static final String DESTROYED = "http2-duplex-destroyed";

    private HeaderNames() {}
}
