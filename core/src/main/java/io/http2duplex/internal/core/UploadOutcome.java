package io.http2duplex.internal.core;

import org.jspecify.annotations.Nullable;

/**
 * The answer to a POST, before its carrier makes an HTTP response of it.
 *
 * @param kind the kind of answer
 * @param problem why it is refused; null if it is not
 */
public record UploadOutcome(Kind kind, @Nullable Problem problem) {
    /** The kinds of answer. */
    public enum Kind {
        /** Dialect 1: the bytes were taken. */
        TAKEN,
        /** Dialect 2: the frames were processed. */
        PROCESSED,
        /** The POST was refused. */
        REFUSED
    }

    /** Dialect 1: the bytes were taken. */
    public static final UploadOutcome TAKEN = new UploadOutcome(Kind.TAKEN, null);

    /** Dialect 2: the frames were processed. */
    public static final UploadOutcome PROCESSED = new UploadOutcome(Kind.PROCESSED, null);

    public static UploadOutcome refused(Problem problem) {
        return new UploadOutcome(Kind.REFUSED, problem);
    }
}
