package io.http2duplex;

import io.http2duplex.protocol.ErrorCode;
import io.http2duplex.protocol.Failure;
import java.io.IOException;

/**
 * A duplex failed: the browser went away, an upload was cut, one side reset it. Both directions are over; what was not
 * yet read is lost. Every face of a duplex shows the first failure, and only that.
 */
public final class DuplexException extends IOException {
    private final ErrorCode code;
    private final int number;

    DuplexException(Failure failure) {
        super(failure.reason(), failure.cause());
        this.code = failure.code();
        this.number = failure.number();
    }

    /** {@return why ({@code PROTOCOL.md}, section "Error codes")} */
    public ErrorCode code() {
        return code;
    }

    /** {@return the code's number; the application's own if the code is {@link ErrorCode#APPLICATION}} */
    public int number() {
        return number;
    }
}
