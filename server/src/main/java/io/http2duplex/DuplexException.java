package io.http2duplex;

import io.http2duplex.protocol.ErrorCode;
import io.http2duplex.protocol.Failure;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * A duplex failed: the browser went away, an upload was cut, one side reset it. Both directions are over; what was not
 * yet read is lost. Every face of a duplex shows the first failure, and only that.
 *
 * <p>Of a duplex that its page has reset the message is what the page says, but for control characters, which have U+FFFD
 * in their place: it may be logged.
 */
public final class DuplexException extends IOException {
    /** What could make a line of a log into two, or move about in a terminal. */
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");

    private final ErrorCode code;
    private final int number;

    DuplexException(Failure failure) {
        super(CONTROLS.matcher(failure.reason()).replaceAll("\ufffd"), failure.cause());
        this.code = failure.code();
        this.number = failure.number();
    }

    /** {@return why ({@code docs/protocol.md}, section "Error codes")} */
    public ErrorCode code() {
        return code;
    }

    /** {@return the code's number; the application's own if the code is {@link ErrorCode#APPLICATION}} */
    public int number() {
        return number;
    }
}
