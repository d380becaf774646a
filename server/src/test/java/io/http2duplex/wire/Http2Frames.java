package io.http2duplex.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** HTTP/2 frames (RFC 9113, section 6), as far as a client of the tests writes and reads them. */
public final class Http2Frames {
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int PRIORITY = 2;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PUSH_PROMISE = 5;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;

    public static final int END_STREAM = 1;
    public static final int ACK = 1;
    public static final int END_HEADERS = 4;

    /** The error code of a stream that its client does not want any more. */
    public static final int CANCEL = 8;

    public static final int DEFAULT_WINDOW = 65_535;
    public static final int MAX_FRAME = 16_384;

    private Http2Frames() {}

    public static byte[] frame(int type, int flags, int stream, ByteBuffer payload) {
        return ByteBuffer.allocate(9 + payload.remaining())
                .putInt((payload.remaining() << 8) | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** Appends a literal header field without indexing, not compressed (RFC 7541, section 6.2.2). */
    public static void field(ByteBuffer block, String name, String value) {
        block.put((byte) 0);
        for (String text : new String[] {name, value}) {
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            int rest = bytes.length - 127;
            block.put((byte) Math.min(bytes.length, 127));
            for (; rest >= 128; rest >>= 7) {
                block.put((byte) ((rest & 127) | 128));
            }
            if (bytes.length >= 127) {
                block.put((byte) rest);
            }
            block.put(bytes);
        }
    }
}
