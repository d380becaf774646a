package io.http2duplex;

/**
 * Why a duplex failed. The same table stands in {@code docs/protocol.md} (section "Error codes") and in the JavaScript
 * client, where the constant's name is the {@code code} of the error.
 */
public enum ErrorCode {
    /** The application reset the duplex without giving a code, or the page destroyed it. */
    CANCELLED(1),
    /** The other side broke the protocol. */
    PROTOCOL_ERROR(2),
    /** The application's handler threw an exception. */
    HANDLER_FAILED(3),
    /** The connection went away before the duplex had ended. */
    CONNECTION_LOST(4),
    /** An upload was cut before its end. */
    UPLOAD_CUT(5),
    /** Nothing came, or nothing could be sent, within the time allowed. */
    TIMED_OUT(6),
    /** The server shut down. */
    SHUT_DOWN(7),
    /** A chunk was larger than the server allows ({@link DuplexOptions#maxChunkSize}). */
    TOO_LARGE(8),
    /** There is no session of that id. */
    UNKNOWN_SESSION(9),
    /** The server answered a request with a status that is no success. */
    REFUSED(10),
    /** There was more to do than a bound allows: threads for handlers, or bytes in a buffer. */
    OVERLOADED(11),
    /** The page's {@code AbortSignal} was triggered, or the client went away while it opened the duplex. */
    ABORTED(12),
    /** The application's own reset; its number is from {@value #FIRST_APPLICATION_NUMBER} to {@value #LAST_NUMBER}. */
    APPLICATION(ErrorCode.FIRST_APPLICATION_NUMBER);

    /** The smallest number that an application may give to a reset. */
    public static final int FIRST_APPLICATION_NUMBER = 256;

    /** The largest number of a reset: it is 16 bits wide. */
    public static final int LAST_NUMBER = 65_535;

    private final int number;

    ErrorCode(int number) {
        this.number = number;
    }

    /** {@return the code's number; for {@link #APPLICATION} the smallest of its range} */
    public int number() {
        return number;
    }

    /**
     * {@return what that number means on the wire}
     *
     * @param number from 0 to {@value #LAST_NUMBER}
     */
    public static ErrorCode of(int number) {
        if (number >= FIRST_APPLICATION_NUMBER) {
            return APPLICATION;
        }
        for (ErrorCode code : values()) {
            if (code.number == number) {
                return code;
            }
        }
        return CANCELLED; // a peer that knows more codes than this one
    }
}
