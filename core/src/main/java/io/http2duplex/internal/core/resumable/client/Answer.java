package io.http2duplex.internal.core.resumable.client;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Problem;
import org.jspecify.annotations.Nullable;

/**
 * An answer to a POST, or to a GET that was not accepted. It is the server's if it is one of the server's own: everything
 * else was given by something on the way, and ends nothing ({@code docs/protocol.md}, section "Answers of others").
 *
 * @param status the HTTP status
 * @param problem what the server says; null if it says nothing, or if the answer is not the server's
 * @param retryAfterNanos how long a pause is asked for; 0 if none is
 * @param exception what shows the application this answer
 */
public record Answer(int status, @Nullable Problem problem, long retryAfterNanos, Throwable exception) {
    /** The status of a POST whose frames were processed. */
    public static final int PROCESSED = 204;

    static final int TOO_LARGE = 413;
    /** The status of a resuming GET that another has overtaken, or that a proxy has sent twice. */
    static final int STALE_ATTACH = 409;

    /** {@return whether what was refused may be tried again, by a status that always says so} */
    boolean isPassing() {
        return problem == null || status == 408 || status == 429 || status == 503;
    }

    /** {@return what a session fails with that was refused for good} */
    ErrorCode code() {
        return status == 404 || status == 410 ? ErrorCode.UNKNOWN_SESSION : codeOf(status);
    }

    private static ErrorCode codeOf(int status) {
        return status == TOO_LARGE ? ErrorCode.TOO_LARGE : codeOfOpening(status);
    }

    /** {@return what an opening fails with that got that status} */
    public static ErrorCode codeOfOpening(int status) {
        return status == 429 || status == 503 ? ErrorCode.OVERLOADED : ErrorCode.REFUSED;
    }
}
