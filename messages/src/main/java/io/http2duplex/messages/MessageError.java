package io.http2duplex.messages;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * Why messages reset their duplex: the number of the reset, which both ends see ({@link DuplexException#number}). The same
 * table stands in {@code docs/protocol.md} (section "Messages"). Applications should use other numbers.
 */
public enum MessageError {
    /** A message was announced that is longer than the receiver's limit. */
    TOO_LONG(65_280),
    /** A message arrived whole, but the codec can't read it. */
    UNREADABLE(65_281),
    /** The stream ended in the middle of a message. */
    CUT(65_282),
    /** A member of a topic did not keep up. */
    TOO_SLOW(65_283);

    private final int number;

    MessageError(int number) {
        this.number = number;
    }

    /** {@return the number of the reset} */
    public int number() {
        return number;
    }

    /** Resets the duplex. {@return what the application is told} */
    DuplexException reset(Duplex duplex, String reason, @Nullable Throwable cause) {
        duplex.reset(number, reason);
        return new DuplexException(ErrorCode.APPLICATION, number, reason, cause);
    }
}
