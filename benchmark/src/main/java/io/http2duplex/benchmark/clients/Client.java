package io.http2duplex.benchmark.clients;

import java.io.IOException;

/** A client that is told what to do. It compares what comes back, and fails if that is not as it must be. */
interface Client extends TransferClient {
    /** {@return the median of so many round trips of 32 bytes, in milliseconds} */
    double roundTrips(int count) throws IOException;

    /** Makes so many small writes as fast as they are accepted. {@return how long until all were echoed, in seconds} */
    double writes(int count) throws IOException;

    /** Sends so many bytes as fast as they are accepted. {@return how long until all have come back, in seconds} */
    double echo(long bytes) throws IOException;
}
