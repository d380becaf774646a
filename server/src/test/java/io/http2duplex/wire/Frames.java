package io.http2duplex.wire;

import io.http2duplex.internal.core.resumable.Ticket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Frames of dialect 2, as bytes ({@code docs/protocol.md}, section "Frames"). */
public final class Frames {
    public static final int DATA = 0;
    public static final int WINDOW = 1;
    public static final int PING = 2;
    public static final int PONG = 3;
    public static final int END = 4;
    public static final int RESET = 5;
    public static final int ROTATE = 6;
    public static final int HELLO = 7;
    public static final int DRAIN = 8;
    public static final int ATTACH = 9;

    /** One frame of a download. */
    record Frame(int type, ByteBuffer payload) {
        /** {@return the number of 64 bits at that place of the payload} */
        long number(int at) {
            return payload.getLong(at);
        }

        /** {@return the number of a RESET} */
        int code() {
            return payload.getShort(0) & 0xFFFF;
        }

        /** {@return what comes after so many bytes of fields} */
        byte[] after(int fields) {
            byte[] bytes = new byte[payload.limit() - fields];
            payload.get(fields, bytes);
            return bytes;
        }
    }

    private Frames() {}

    public static byte[] frame(int type, byte[] payload) {
        return ByteBuffer.allocate(4 + payload.length)
                .putInt(type << 24 | payload.length)
                .put(payload)
                .array();
    }

    public static byte[] data(long offset, byte[] bytes) {
        return frame(
                DATA,
                ByteBuffer.allocate(8 + bytes.length).putLong(offset).put(bytes).array());
    }

    public static byte[] window(long confirmed, long limit) {
        return frame(
                WINDOW,
                ByteBuffer.allocate(16).putLong(confirmed).putLong(limit).array());
    }

    public static byte[] ping(int token) {
        return frame(PING, ByteBuffer.allocate(4).putInt(token).array());
    }

    public static byte[] pong(int token) {
        return frame(PONG, ByteBuffer.allocate(4).putInt(token).array());
    }

    public static byte[] end(long offset) {
        return frame(END, ByteBuffer.allocate(8).putLong(offset).array());
    }

    public static byte[] reset(int number, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        return frame(
                RESET,
                ByteBuffer.allocate(2 + text.length)
                        .putShort((short) number)
                        .put(text)
                        .array());
    }

    public static byte[] attach(long number, long offset, long limit, Ticket ticket) {
        return frame(
                ATTACH,
                ByteBuffer.allocate(40)
                        .putLong(number)
                        .putLong(offset)
                        .putLong(limit)
                        .putLong(ticket.high())
                        .putLong(ticket.low())
                        .array());
    }

    public static byte[] together(byte[]... frames) {
        int length = Arrays.stream(frames).mapToInt(frame -> frame.length).sum();
        ByteBuffer all = ByteBuffer.allocate(length);
        for (byte[] frame : frames) {
            all.put(frame);
        }
        return all.array();
    }

    /** {@return the next frame of a download} */
    static Frame next(Request download) {
        int head = ByteBuffer.wrap(download.read(4)).getInt();
        return new Frame(head >>> 24, ByteBuffer.wrap(download.read(head & 0xFFFFFF)));
    }

    /** {@return the next frame of that type} Others are skipped. */
    static Frame next(Request download, int type) {
        Frame frame;
        do {
            frame = next(download);
        } while (frame.type() != type);
        return frame;
    }
}
