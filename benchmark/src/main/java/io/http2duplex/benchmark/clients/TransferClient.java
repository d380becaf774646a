package io.http2duplex.benchmark.clients;

import java.io.IOException;

/** A client that transfers, and fails if what comes back is not as it must be. */
interface TransferClient extends AutoCloseable {
    /** Transfers so many bytes down and up at once. {@return how long that took, in seconds} */
    double transfer(long down, long up) throws IOException;

    @Override
    void close() throws IOException;
}
