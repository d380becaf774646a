package io.http2duplex.protocol;

import org.jspecify.annotations.Nullable;

/**
 * How a POST is answered.
 *
 * @param status the HTTP status
 * @param problem why it is refused; null if what it brought was taken
 */
public record UploadOutcome(int status, @Nullable Problem problem) {
    /** Dialect 1: the bytes were taken. */
    public static final UploadOutcome OK = new UploadOutcome(200, null);

    /** Dialect 2: the frames were processed. */
    public static final UploadOutcome NO_CONTENT = new UploadOutcome(204, null);

    public static UploadOutcome refused(Problem problem) {
        return new UploadOutcome(problem.status(), problem);
    }
}
