package io.http2duplex.server;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts of the connections of a {@link DuplexServer}, now and since it was started: {@link DuplexServer#statistics}. They
 * are taken one after the other, while the server goes on.
 *
 * @param connections how many connections are open now
 * @param accepted how many were let in
 * @param streams how many requests over HTTP/2 are open now
 * @param streamsBegun how many were begun
 * @param limitsReached how often a limit has closed, or refused, a connection or a stream, by the name of the builder's
 *     option: every limit, also those with 0, and {@code renegotiation} for
 *     second TLS handshakes. Of HTTP/1.1 {@code firstRequestTimeout} counts first requests only, and
 *     {@code idleTimeout} nothing
 */
public record DuplexServerStatistics(
        int connections, long accepted, int streams, long streamsBegun, Map<String, Long> limitsReached) {
    /** Copies the map. */
    public DuplexServerStatistics {
        limitsReached = Collections.unmodifiableMap(new LinkedHashMap<>(limitsReached));
    }
}
