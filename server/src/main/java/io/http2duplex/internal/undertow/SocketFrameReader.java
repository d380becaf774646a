package io.http2duplex.internal.undertow;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A reader of what a client sends on a WebSocket without extensions (RFC 6455, section 5), in whatever pieces it comes. It
 * keeps a frame's head and the payload of one control frame, never bytes of a message: those it unmasks where they are.
 */
final class SocketFrameReader {
    /** The receiver of what has come. The bytes of messages are valid during the call. */
    interface Listener {
        /** Bytes of messages, whose boundaries mean nothing. */
        void message(ByteBuffer bytes);

        /** A text message has begun: its bytes come as those of any other. */
        void text();

        /** A ping, which must be answered with the same bytes: they are the listener's. */
        void ping(ByteBuffer payload);

        /** A close frame: whatever comes behind it is dropped. */
        void close(int code);
    }

    /** Opcodes, and the bit of a message's last frame. */
    static final int CONTINUATION = 0;

    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;
    static final int FINAL = 0x80;

    /** The most that a control frame carries. */
    static final int MAX_CONTROL_BYTES = 125;

    /** In place of a length up to {@link #MAX_CONTROL_BYTES}: it is in the next two bytes, or in the next eight. */
    static final int TWO_BYTES = 126;

    static final int EIGHT_BYTES = 127;

    /** The code of a close frame that has none. */
    static final int NO_CODE = 1005;

    private static final int RESERVED = 0x70;
    private static final int OPCODE = 0x0F;
    private static final int CONTROL = 0x08;
    private static final int MASKED = 0x80;
    private static final int LENGTH = 0x7F;
    private static final int MASK_BYTES = 4;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Listener listener;
    /** The head of a frame, as far as it has come. */
    private final ByteBuffer head = ByteBuffer.allocate(2 + Long.BYTES + MASK_BYTES);
    /** How many bytes a head has, as far as is known. */
    private int headSize = 2;
    /** The frame's first byte. */
    private int first;
    /** How many bytes of its payload have not come. */
    private long left;
    /** For the payload's next four bytes. */
    private int mask;
    /** A message has begun, and its last frame has not come. */
    private boolean inMessage;
    /** The payload of a control frame, as far as it has come. */
    private ByteBuffer control = NOTHING;
    /** A close frame has come. */
    private boolean closed;

    SocketFrameReader(Listener listener) {
        this.listener = listener;
    }

    /**
     * Takes the next bytes, all of them; changes them where they are.
     *
     * @throws ProtocolException if they break the rules: nothing more may be passed
     */
    void read(ByteBuffer bytes) throws ProtocolException {
        while (bytes.hasRemaining() && !closed) {
            if (left > 0) {
                payload(bytes);
            } else {
                head(bytes.get());
            }
        }
        bytes.position(bytes.limit());
    }

    private void head(byte next) throws ProtocolException {
        head.put(next);
        if (head.position() == 2) {
            check(head.get(0), head.get(1));
        }
        if (head.position() == headSize) {
            begin();
        }
    }

    /** The first two bytes of a head have come. */
    private void check(byte firstByte, byte second) throws ProtocolException {
        first = firstByte & 0xFF;
        int opcode = first & OPCODE;
        int length = second & LENGTH;
        require((first & RESERVED) == 0, "A reserved bit is set, and there are no extensions");
        require((second & MASKED) != 0, "A client must mask its frames");
        if (isControl()) {
            require(opcode <= PONG, "The opcode is reserved");
            require((first & FINAL) != 0, "A control frame must not be cut into fragments");
            require(length <= MAX_CONTROL_BYTES, "A control frame carries at most 125 bytes");
        } else {
            require(opcode <= BINARY, "The opcode is reserved");
            require(
                    inMessage == (opcode == CONTINUATION),
                    "A fragment must follow its message's first, and nothing else may");
        }
        headSize = 2 + MASK_BYTES + (length == TWO_BYTES ? Short.BYTES : length == EIGHT_BYTES ? Long.BYTES : 0);
    }

    /** A head has come. */
    private void begin() throws ProtocolException {
        int length = head.get(1) & LENGTH;
        if (length == TWO_BYTES) {
            left = head.getShort(2) & 0xFFFF;
            require(left > MAX_CONTROL_BYTES, "A length must have as few bytes as it may");
        } else if (length == EIGHT_BYTES) {
            left = head.getLong(2);
            require(left >= 0, "The highest bit of a length must be 0");
            require(left > 0xFFFF, "A length must have as few bytes as it may");
        } else {
            left = length;
        }
        mask = head.getInt(headSize - MASK_BYTES);
        head.clear();
        headSize = 2;
        if (!isControl()) {
            inMessage = (first & FINAL) == 0;
            if ((first & OPCODE) == TEXT) {
                listener.text();
            }
        } else if (left > 0) {
            control = ByteBuffer.allocate((int) left);
        } else {
            control();
        }
    }

    private boolean isControl() {
        return (first & CONTROL) != 0;
    }

    private void payload(ByteBuffer bytes) throws ProtocolException {
        int count = (int) Math.min(left, bytes.remaining());
        ByteBuffer part = bytes.slice(bytes.position(), count);
        bytes.position(bytes.position() + count);
        unmask(part);
        left -= count;
        if (!isControl()) {
            listener.message(part);
        } else {
            control.put(part);
            if (left == 0) {
                control();
            }
        }
    }

    /** Eight bytes at a time, and those that are left one by one. */
    private void unmask(ByteBuffer part) {
        int count = part.remaining();
        long eight = ((long) mask << Integer.SIZE) | (mask & 0xFFFF_FFFFL);
        int at = 0;
        for (; at <= count - Long.BYTES; at += Long.BYTES) {
            part.putLong(at, part.getLong(at) ^ eight);
        }
        for (; at < count; at++) {
            part.put(at, (byte) (part.get(at) ^ (mask >>> (Integer.SIZE - Byte.SIZE))));
            mask = Integer.rotateLeft(mask, Byte.SIZE);
        }
    }

    /** A control frame has come. */
    private void control() throws ProtocolException {
        ByteBuffer payload = control.flip();
        control = NOTHING;
        int opcode = first & OPCODE;
        if (opcode == PING) {
            listener.ping(payload);
        } else if (opcode == CLOSE) {
            int code = codeOf(payload);
            closed = true;
            listener.close(code);
        }
    }

    private static int codeOf(ByteBuffer payload) throws ProtocolException {
        if (!payload.hasRemaining()) {
            return NO_CODE;
        }
        require(payload.remaining() >= Short.BYTES, "A close frame must have a code or nothing");
        int code = payload.getShort() & 0xFFFF;
        require(mayBeSent(code), "The code of a close frame must be one that may be sent");
        require(isUtf8(payload), "The reason of a close frame must be UTF-8");
        return code;
    }

    private static boolean isUtf8(ByteBuffer bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(bytes);
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static boolean mayBeSent(int code) {
        boolean isOfTheProtocol = code >= 1000 && code <= 1014 && code != 1004 && code != NO_CODE && code != 1006;
        return isOfTheProtocol || (code >= 3000 && code < 5000);
    }

    private static void require(boolean condition, String rule) throws ProtocolException {
        if (!condition) {
            throw new ProtocolException(rule + " (RFC 6455, section 5)");
        }
    }
}
