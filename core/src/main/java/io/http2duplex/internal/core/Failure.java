package io.http2duplex.internal.core;

import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * The reason why a duplex ended early. Only the first failure of a session counts.
 *
 * @param code the kind of failure
 * @param number the code's number, or the application's own if the code is {@link ErrorCode#APPLICATION}
 * @param reason what happened and what can be done, for a person; the peer may be told
 * @param cause the exception behind it; the peer is never told
 */
public record Failure(
        ErrorCode code, int number, String reason, @Nullable Throwable cause) {
    /** {@return the failure as the application sees it} */
    public DuplexException exception() {
        return new DuplexException(code, number, reason, cause);
    }

    public Failure(ErrorCode code, String reason) {
        this(code, code.number(), reason, null);
    }

    public Failure(ErrorCode code, String reason, @Nullable Throwable cause) {
        this(code, code.number(), reason, cause);
    }

    /**
     * An application's own failure.
     *
     * @param number from {@link ErrorCode#FIRST_APPLICATION_NUMBER} to {@link ErrorCode#LAST_NUMBER}
     * @throws IllegalArgumentException if the number is out of that range
     */
    public static Failure application(int number, String reason) {
        if (number < ErrorCode.FIRST_APPLICATION_NUMBER || number > ErrorCode.LAST_NUMBER) {
            throw new IllegalArgumentException("An application's reset number is from "
                    + ErrorCode.FIRST_APPLICATION_NUMBER + " to " + ErrorCode.LAST_NUMBER + ", not " + number);
        }
        return new Failure(ErrorCode.APPLICATION, number, reason, null);
    }
}
