package io.http2duplex.metrics;

import io.micrometer.core.instrument.Clock;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A cache of statistics, for all the meters that a registry reads in a row: taking them may cost a look at every session.
 * It does not keep the object that it measures, which is always the same.
 */
final class CachedStatistics<T, S> {
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Clock clock;
    private final Function<T, S> look;
    private @Nullable S last;
    private long lastAt;

    /** @param look takes the statistics */
    CachedStatistics(Clock clock, Function<T, S> look) {
        this.clock = clock;
        this.look = look;
    }

    /** {@return the statistics, at most a second old} */
    synchronized S at(T measured) {
        long now = clock.monotonicTime();
        S known = last;
        if (known == null || now - lastAt >= FRESH_NANOS) {
            known = look.apply(measured);
            last = known;
            lastAt = now;
        }
        return known;
    }
}
