package io.http2duplex.internal.core.resumable;

import org.jspecify.annotations.Nullable;

/** The types of frame ({@code docs/protocol.md}, section "Frames"). */
enum FrameType {
    DATA(0, 8),
    WINDOW(1, 16),
    PING(2, 4),
    PONG(3, 4),
    END(4, 8),
    RESET(5, 2),
    ROTATE(6, 0),
    HELLO(7, 8),
    DRAIN(8, 0),
    ATTACH(9, 40);

    /** Type and length, in bytes. */
    static final int HEAD_SIZE = 4;

    /** The most payload of a frame that is not DATA, in bytes. */
    static final int MAX_CONTROL_PAYLOAD = 1024;

    private static final FrameType[] TYPES = values();

    private final int number;
    private final int fields;

    FrameType(int number, int fields) {
        this.number = number;
        this.fields = fields;
    }

    /** {@return its number on the wire} */
    int number() {
        return number;
    }

    /** {@return how many bytes its fields of fixed length have} */
    int fields() {
        return fields;
    }

    /** {@return the type of that number; null if there is none} */
    static @Nullable FrameType of(int number) {
        for (FrameType type : TYPES) {
            if (type.number == number) {
                return type;
            }
        }
        return null;
    }
}
