package io.http2duplex.metrics;

import io.http2duplex.DuplexHandler;
import io.http2duplex.DuplexStatistics;
import io.micrometer.core.instrument.Clock;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One look at a handler, for all the meters that a registry reads in a row: it goes through every session. */
final class Glance {
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Clock clock;
    private @Nullable DuplexStatistics last;
    private long lastAt;

    Glance(Clock clock) {
        this.clock = clock;
    }

    /** {@return the statistics of the handler, which is always the same one, at most a second old} */
    synchronized DuplexStatistics at(DuplexHandler handler) {
        long now = clock.monotonicTime();
        DuplexStatistics known = last;
        if (known == null || now - lastAt >= FRESH_NANOS) {
            known = handler.statistics();
            last = known;
            lastAt = now;
        }
        return known;
    }
}
