package io.http2duplex.example;

/** The command line makes no sense; the message says why. */
public final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
