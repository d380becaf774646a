package io.http2duplex.messages;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A message as it goes over the wire: encoded once, it can be sent to many ({@link Messages#encode}). Immutable, and held
 * in memory once, however many it is sent to.
 */
public final class Encoded {
    /** The bytes of a frame's head: the length of the payload, big-endian. */
    static final int HEAD = 4;

    /** Its position, limit and content never change. */
    private final ByteBuffer frame;

    private Encoded(ByteBuffer frame) {
        this.frame = frame;
    }

    /** {@return the message in a frame} */
    static <T> Encoded of(Codec<? super T> codec, T message, int maxLength) {
        byte[] payload;
        try {
            payload = Objects.requireNonNull(codec.encode(message), "it has given null");
        } catch (Throwable e) { // in Kotlin and others also a checked exception
            Exception why = Incoming.asException(e, "The codec");
            throw new IllegalArgumentException("The codec can't encode this message: " + why, why);
        }
        requireWithin(payload.length, maxLength);
        return new Encoded(ByteBuffer.allocate(HEAD + payload.length)
                .putInt(payload.length)
                .put(payload)
                .flip());
    }

    /**
     * {@return a frame that another node has made}
     *
     * @throws IllegalArgumentException if it is none
     */
    static Encoded ofFrame(ByteBuffer frame) {
        ByteBuffer own = frame.slice();
        if (own.remaining() < HEAD || own.getInt(0) != own.remaining() - HEAD) {
            throw new IllegalArgumentException(
                    "These " + own.remaining() + " bytes are no message in a frame: a bus must change nothing");
        }
        return new Encoded(own);
    }

    private static void requireWithin(int length, int maxLength) {
        if (length > maxLength) {
            throw new IllegalArgumentException("A message of " + length + " bytes is longer than the limit of "
                    + maxLength + " (maxLength): send less, or raise the limit at both ends");
        }
    }

    /** {@return this} */
    Encoded within(int maxLength) {
        requireWithin(length(), maxLength);
        return this;
    }

    /** {@return the bytes to send, to be left as they are} */
    ByteBuffer frame() {
        return frame;
    }

    /** {@return how many bytes the payload has} */
    public int length() {
        return frame.limit() - HEAD;
    }
}
