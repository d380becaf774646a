package io.http2duplex.benchmark.messages;

import java.io.IOException;

/**
 * A client that has a server echo messages of 128 bytes. It compares what comes back, and fails if that is not as it must
 * be.
 */
interface EchoClient {
    /** {@return the median of so many round trips, one at a time, in milliseconds} */
    double roundTrips(int count) throws IOException;

    /** Sends so many, with at most 1,000 that wait for their echo. {@return how long until all were echoed, in seconds} */
    double echoes(int count) throws IOException;

    /** {@return CPU time that the server has used, in milliseconds} */
    long serverCpuMillis();
}
