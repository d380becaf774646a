package io.http2duplex.internal.listener;

/** A limit that ends or refuses a connection, a stream or a request, with the builder's option for it. */
public enum ListenerLimit {
    MAX_CONNECTIONS("maxConnections"),
    MAX_CONNECTIONS_PER_ADDRESS("maxConnectionsPerAddress"),
    HANDSHAKE_TIMEOUT("handshakeTimeout"),
    FIRST_REQUEST_TIMEOUT("firstRequestTimeout"),
    IDLE_TIMEOUT("idleTimeout"),
    RESPONSE_TIMEOUT("responseTimeout"),
    MAX_HEADER_SIZE("maxHeaderSize"),
    MAX_HEADERS("maxHeaders"),
    PING_TIMEOUT("pingTimeout"),
    MAX_STREAMS("maxStreams"),
    STREAM_WINDOW("streamWindow"),
    MAX_UNREAD_UPLOADS("maxUnreadUploads"),
    MAX_RESETS("maxResetsPerMinute"),
    MAX_CONTROL_FRAMES("maxControlFramesPerMinute"),
    /** A client's second TLS handshake, which no option allows. */
    RENEGOTIATION("renegotiation");

    private final String option;

    ListenerLimit(String option) {
        this.option = option;
    }

    /** {@return the option of {@code DuplexServer.Builder} that sets it, or its name if none does} */
    public String option() {
        return option;
    }
}
