package io.http2duplex.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A registrar of meters that read statistics.
 *
 * @param <T> the measured object, which the registry does not keep
 * @param <S> its statistics
 */
final class Meters<T, S> {
    private final MeterRegistry registry;
    private final String prefix;
    private final Tags common;
    private final T measured;
    private final CachedStatistics<T, S> cache;

    /**
     * @param prefix the beginning of all names
     * @param common tags of every meter
     * @param look takes the statistics
     */
    Meters(MeterRegistry registry, String prefix, Tags common, T measured, Function<T, S> look) {
        this.registry = registry;
        this.prefix = prefix;
        this.common = common;
        this.measured = measured;
        cache = new CachedStatistics<>(registry.config().clock(), look);
    }

    void gauge(String name, @Nullable String unit, String what, ToDoubleFunction<S> value, String... tags) {
        Gauge.builder(prefix + name, measured, reading(value))
                .tags(common)
                .tags(tags)
                .baseUnit(unit)
                .description(what)
                .register(registry);
    }

    void counter(String name, @Nullable String unit, String what, ToDoubleFunction<S> count, String... tags) {
        FunctionCounter.builder(prefix + name, measured, reading(count))
                .tags(common)
                .tags(tags)
                .baseUnit(unit)
                .description(what)
                .register(registry);
    }

    void timer(String name, String what, ToLongFunction<S> count, ToDoubleFunction<S> totalMillis) {
        CachedStatistics<T, S> shared = cache;
        ToLongFunction<T> counted = it -> count.applyAsLong(shared.at(it));
        FunctionTimer.builder(prefix + name, measured, counted, reading(totalMillis), TimeUnit.MILLISECONDS)
                .tags(common)
                .description(what)
                .register(registry);
    }

    /** It holds the cache alone: the measured object may go. */
    private ToDoubleFunction<T> reading(ToDoubleFunction<S> value) {
        CachedStatistics<T, S> shared = cache;
        return it -> value.applyAsDouble(shared.at(it));
    }
}
