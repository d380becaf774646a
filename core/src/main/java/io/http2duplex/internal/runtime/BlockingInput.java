package io.http2duplex.internal.runtime;

import java.io.IOException;

/** A face with blocking reads. */
interface BlockingInput {
    /**
     * Checks that this face may be read from.
     *
     * @throws IOException if the application has closed this face, perhaps while another thread waits in it
     */
    void requireOpen() throws IOException;
}
