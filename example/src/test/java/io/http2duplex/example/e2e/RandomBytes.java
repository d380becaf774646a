package io.http2duplex.example.e2e;

import java.nio.ByteBuffer;

/** The same bytes from the same seed, here and in {@code e2e/random-bytes.js}: xorshift32, words in little endian. */
final class RandomBytes {
    private int word;
    private int left;
    private int state;

    /** @param seed anything but 0 */
    RandomBytes(int seed) {
        state = seed;
    }

    private byte next() {
        if (left == 0) {
            state ^= state << 13;
            state ^= state >>> 17;
            state ^= state << 5;
            word = state;
            left = Integer.BYTES;
        }
        byte next = (byte) word;
        word >>>= Byte.SIZE;
        left--;
        return next;
    }

    /** {@return the next so many bytes} */
    byte[] take(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = next();
        }
        return bytes;
    }

    /** {@return whether these are the next bytes} They count as taken, and the buffer as read. */
    boolean areNext(ByteBuffer bytes) {
        boolean same = true;
        while (bytes.hasRemaining()) {
            same &= bytes.get() == next();
        }
        return same;
    }
}
