package io.http2duplex.internal.servlet;

import java.io.IOException;

/** A sign to the container, which breaks the response off. */
final class BrokenOffException extends IOException {
    BrokenOffException() {
        super("A duplex's download was broken off", null);
    }

    /** It happens when a duplex is reset, which is no fault of the server's. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
