package io.http2duplex.internal.core.resumable;

import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * A ticket: 128 random bits that stand for a session, and for the account that has opened it, on a socket. A download
 * brings it; it is good for one socket, as long as that download is the session's newest ({@code docs/protocol.md},
 * section "WebSocket").
 *
 * @param high the first half of its bytes
 * @param low the second half
 */
public record Ticket(long high, long low) {
    /** In bytes. */
    static final int SIZE = 16;

    private static final SecureRandom RANDOM = new SecureRandom();

    /** {@return a new ticket} */
    public static Ticket next() {
        byte[] bytes = new byte[SIZE];
        RANDOM.nextBytes(bytes);
        return of(ByteBuffer.wrap(bytes));
    }

    static Ticket of(ByteBuffer bytes) {
        return new Ticket(bytes.getLong(), bytes.getLong());
    }

    void putTo(ByteBuffer bytes) {
        bytes.putLong(high).putLong(low);
    }

    /** Not the bits, which nobody else may learn from a log. */
    @Override
    public String toString() {
        return "a ticket";
    }
}
