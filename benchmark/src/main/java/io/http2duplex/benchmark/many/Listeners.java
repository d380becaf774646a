package io.http2duplex.benchmark.many;

import io.http2duplex.benchmark.Settings;
import java.io.IOException;

/** Many duplexes that send nothing, by the load generator. */
public final class Listeners implements AutoCloseable {
    private final LoadGenerator load;

    /** Opens so many. */
    public Listeners(Settings settings, int port, int count, int perConnection) throws IOException {
        load = new LoadGenerator(port, settings.development().caCertificate());
        load.open(count, LoadMode.DIALECT_2_POST, perConnection);
    }

    /**
     * Waits until each of them has what the server sends.
     *
     * @param bytes how many come to each, no more and no fewer
     * @param cause makes the server send
     * @return how long it took until each of them had it
     */
    public Latencies receive(int bytes, Runnable cause) {
        return load.receive(bytes, cause);
    }

    /** Closes the connections, without a word to the server. */
    @Override
    public void close() {
        load.close();
    }
}
