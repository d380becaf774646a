package io.http2duplex.internal.handler;

import io.http2duplex.ProblemType;
import io.http2duplex.internal.core.Problem;

/**
 * Why the server closes a WebSocket ({@code docs/protocol.md}, section "WebSocket").
 *
 * @param code as in RFC 6455, section 7.4
 * @param reason the name of a problem's type; empty if there is none
 */
public record SocketClose(int code, String reason) {
    /** Another download has taken its place, or the session is over. */
    public static final SocketClose DONE = new SocketClose(1000, "");

    /** The server goes away. */
    public static final SocketClose GOING_AWAY = new SocketClose(1001, "");

    /** Bytes that are no frames, or frames that may not come. */
    public static final SocketClose PROTOCOL_ERROR = new SocketClose(1002, ProblemType.MALFORMED_FRAME.slug());

    /** A text message. */
    public static final SocketClose NOT_BINARY = new SocketClose(1003, "");

    /** Codes from here on are an application's own. */
    private static final int OWN_CODES = 4000;

    /** {@return the close of a socket whose ATTACH is refused, or does not come} */
    static SocketClose of(Problem problem) {
        return new SocketClose(OWN_CODES + problem.status(), problem.name());
    }
}
