package io.http2duplex.internal.core;

import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;
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
    /** The codes that a client may use ({@code docs/protocol.md}, section "Reset"). */
    private static final Set<ErrorCode> OF_CLIENTS = EnumSet.of(
            ErrorCode.CANCELLED,
            ErrorCode.PROTOCOL_ERROR,
            ErrorCode.CONNECTION_LOST,
            ErrorCode.ABORTED,
            ErrorCode.APPLICATION);

    /** Controls, ends of line, and what changes the direction of text: a log must show what was written. */
    private static final Pattern NOT_FOR_LOGS =
            Pattern.compile("[\\p{Cc}\\u2028\\u2029\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]");

    /** The longest reason that is kept of a client's, in characters. */
    private static final int MAX_REASON = 1000;

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
     * A failure that the client's RESET names: a code that only a server may use counts as {@link ErrorCode#CANCELLED},
     * and the reason becomes text that may be logged.
     */
    public static Failure ofClient(int number, String reason) {
        ErrorCode named = ErrorCode.of(number);
        return ofPeer(OF_CLIENTS.contains(named) ? named : ErrorCode.CANCELLED, number, reason);
    }

    /** A failure that the server has told its client of. The reason becomes text that may be logged. */
    public static Failure ofServer(int number, String reason) {
        ErrorCode code = ErrorCode.of(number);
        return ofPeer(
                code,
                number,
                reason.isEmpty() ? "The server has reset the duplex with the code " + code + "." : reason);
    }

    private static Failure ofPeer(ErrorCode code, int number, String reason) {
        return new Failure(code, code == ErrorCode.APPLICATION ? number : code.number(), line(reason), null);
    }

    /** {@return text of a peer as text that may be logged: one line, not too long} */
    public static String line(String text) {
        String line = NOT_FOR_LOGS.matcher(text).replaceAll("\ufffd");
        int end = Math.min(line.length(), MAX_REASON);
        if (end < line.length() && Character.isHighSurrogate(line.charAt(end - 1))) {
            end--; // no character is cut in two
        }
        return line.substring(0, end);
    }

    /** {@return the number of the RESET by which a client tells of it} */
    public int numberOfClient() {
        return OF_CLIENTS.contains(code) ? number : ErrorCode.CANCELLED.number();
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
