package io.http2duplex.messages;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A state machine that finds messages in a stream of bytes, however they are cut into pieces. It holds one message at
 * most.
 *
 * <p>Memory follows what has arrived, not what was announced: it begins with {@value #FIRST} bytes and grows fourfold, so
 * that a peer cannot have much allocated by sending heads alone, and a message is copied little more than once.
 */
final class Deframer {
    static final int FIRST = 16 * 1024;
    private static final int GROWTH = 4;

    /** A message was announced that is longer than the limit. Nothing behind it can be read. */
    static final class TooLongException extends Exception {
        final long length;

        TooLongException(long length) {
            this.length = length;
        }
    }

    private final int maxLength;
    /** How many bytes of the head have come. */
    private int headCount;
    /** What the head says, as far as it has come. */
    private int length;
    /** What has come of the payload, in its first bytes; null while the head is not whole. */
    private byte @Nullable [] payload;

    private int filled;

    Deframer(int maxLength) {
        this.maxLength = maxLength;
    }

    /** {@return whether part of a message has come, and not all of it} */
    boolean isMidMessage() {
        return headCount > 0;
    }

    /** {@return how many bytes are held} */
    int held() {
        return payload == null ? 0 : payload.length;
    }

    /** {@return the next message's payload, which is the caller's; null if the bytes are used up before its end} */
    byte @Nullable [] next(ByteBuffer bytes) throws TooLongException {
        byte[] into = payload == null ? begin(bytes) : payload;
        if (into == null) {
            return null;
        }
        while (filled < length && bytes.hasRemaining()) {
            if (filled == into.length) {
                into = Arrays.copyOf(into, (int) Math.min(length, (long) GROWTH * into.length));
            }
            int count = Math.min(bytes.remaining(), into.length - filled);
            bytes.get(into, filled, count);
            filled += count;
        }
        boolean whole = filled == length;
        payload = whole ? null : into;
        if (!whole) {
            return null;
        }
        headCount = 0;
        return into;
    }

    /** {@return memory for the payload; null if the head is not whole} */
    private byte @Nullable [] begin(ByteBuffer bytes) throws TooLongException {
        if (headCount == 0) {
            length = 0;
        }
        while (headCount < Encoded.HEAD) {
            if (!bytes.hasRemaining()) {
                return null;
            }
            length = (length << Byte.SIZE) | (bytes.get() & 0xFF);
            headCount++;
        }
        if (Integer.compareUnsigned(length, maxLength) > 0) {
            throw new TooLongException(Integer.toUnsignedLong(length));
        }
        filled = 0;
        return new byte[Math.min(length, FIRST)];
    }
}
