package io.http2duplex.internal.core;

/** The header fields of the wire ({@code docs/protocol.md}, section "Header fields"). */
public final class HeaderNames {
    /** Names the session: in the response to GET, in every POST, and in a GET that resumes. */
    public static final String ID = "http2-duplex-id";

    /** {@code true}: this POST's body is everything that the client will write. */
    public static final String SINGLE = "http2-duplex-single";

    /** {@code true}: the client ends its side with this POST. */
    public static final String END = "http2-duplex-end";

    /** {@code true}, together with {@link #END}: the client has destroyed the duplex. */
    public static final String DESTROYED = "http2-duplex-destroyed";

    /** {@link #DIALECT_2}: in every request of dialect 2, and in the response to its GET. */
    public static final String VERSION = "http2-duplex-version";

    /** The value of {@link #VERSION}. */
    public static final String DIALECT_2 = "2";

    /** In a GET of dialect 2: the offset up to which the download may be sent. */
    public static final String LIMIT = "http2-duplex-limit";

    /** In a resuming GET: the number of the attempt to attach. */
    public static final String ATTACH = "http2-duplex-attach";

    /** In a resuming GET: the offset up to which the client has the download. */
    public static final String OFFSET = "http2-duplex-offset";

    /**
     * In a GET of dialect 2: asks for a poll, which may wait so many milliseconds. In its response: this is the answer to
     * a poll.
     */
    public static final String POLL = "http2-duplex-poll";

    /** In an opening GET of dialect 2: a secret of the client. Another with the same value means the same session. */
    public static final String OPENING = "http2-duplex-opening";

    /** The subprotocol of a WebSocket of dialect 2, in {@code Sec-WebSocket-Protocol}. */
    public static final String SUBPROTOCOL = "http2-duplex.2";

    /** In every request for a WebSocket, also where nothing else of it has come through a proxy. */
    public static final String WEB_SOCKET_KEY = "Sec-WebSocket-Key";

    private HeaderNames() {}
}
