package io.http2duplex;

import java.util.List;

/**
 * A way in which the bytes for the page travel ({@code docs/protocol.md}, section "Ways down"). The page chooses, among
 * those that {@link DuplexOptions#downloadModes} and {@link DuplexOptions#webSocket} allow, and may change it at any time:
 * no byte is lost. Dialect 1 has the first one only.
 */
public enum DownloadMode {
    /** One long response, whose body goes on as bytes come. */
    STREAMING,

    /** The same under the content type {@code text/event-stream}, the only one that some proxies do not hold back. */
    TYPED,

    /** One short response after the other, each of a known length: for networks that hold bodies back until they end. */
    POLLING,

    /** A WebSocket, which carries the bytes from the page too. Every duplex is opened in another mode. */
    WEBSOCKET;

    private static final List<DownloadMode> OPENING = List.of(STREAMING, TYPED, POLLING);

    /** {@return the modes in which a duplex can be opened, in the sequence in which they are tried} */
    public static List<DownloadMode> opening() {
        return OPENING;
    }
}
