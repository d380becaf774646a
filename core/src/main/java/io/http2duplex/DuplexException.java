package io.http2duplex;

import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The failure of a duplex: the browser went away, an upload was cut, or one side reset it. Both directions have ended, and
 * bytes that were not read are lost. Every face of a duplex shows the first failure, and only that.
 *
 * <p>If the page reset the duplex, the message is the page's reason. Control characters in it are replaced by U+FFFD, so
 * that it may be logged.
 */
public final class DuplexException extends IOException {
    /** Characters that could split a line of a log, or move the cursor of a terminal. */
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");

    private final ErrorCode code;
    private final int number;

    /**
     * A failure.
     *
     * @param number the code's number; the application's own if the code is {@link ErrorCode#APPLICATION}
     * @param reason what happened and what can be done, for a person
     * @param cause the exception behind it; null if there is none
     */
    public DuplexException(ErrorCode code, int number, String reason, @Nullable Throwable cause) {
        super(CONTROLS.matcher(reason).replaceAll("\ufffd"), cause);
        this.code = code;
        this.number = number;
    }

    /** {@return why (the protocol's table "Error codes")} */
    public ErrorCode code() {
        return code;
    }

    /** {@return the code's number; the application's own if the code is {@link ErrorCode#APPLICATION}} */
    public int number() {
        return number;
    }
}
