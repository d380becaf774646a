package io.http2duplex.internal.listener;

import java.nio.ByteBuffer;

/** Constants of HTTP/2's frames (RFC 9113, section 6), and the one frame that the listener writes itself. */
final class FrameHeads {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    /** The same bit, of SETTINGS and PING. */
    static final int ACK = 1;

    static final int END_HEADERS = 4;
    static final int PADDED = 8;
    static final int HEADER_LENGTH = 9;
    static final int PREFACE_LENGTH = 24;
    /** The longest payload that a client may send: the default of HTTP/2. */
    static final int MAX_LENGTH = 16_384;

    private FrameHeads() {}

    /** A GOAWAY frame without an error: streams above {@code lastStream} were not, and will not be, served. */
    static ByteBuffer goAway(int lastStream) {
        int length = 8;
        return ByteBuffer.allocate(HEADER_LENGTH + length)
                .putInt((length << 8) | GOAWAY)
                .put((byte) 0)
                .putInt(0)
                .putInt(lastStream)
                .putInt(0)
                .flip();
    }
}
