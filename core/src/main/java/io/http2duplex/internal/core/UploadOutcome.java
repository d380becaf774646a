package io.http2duplex.internal.core;

import org.jspecify.annotations.Nullable;

/**
 * The answer to a request, before a carrier puts it into its own words.
 *
 * @param kind what the request has come to
 * @param problem why it is refused; null if it is not
 */
public record UploadOutcome(Kind kind, @Nullable Problem problem) {
    /** What a request has come to. */
    public enum Kind {
        /** Dialect 1: the bytes were taken. */
        TAKEN,
        /** Dialect 2: the frames were processed. */
        PROCESSED,
        /** It was refused. */
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
