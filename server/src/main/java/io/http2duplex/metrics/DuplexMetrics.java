package io.http2duplex.metrics;

import io.http2duplex.DuplexHandler;
import io.http2duplex.DuplexStatistics;
import io.http2duplex.DuplexStatistics.Dialect;
import io.http2duplex.DuplexStatistics.Direction;
import io.http2duplex.protocol.ErrorCode;
import io.http2duplex.protocol.ProblemType;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Meters of a {@link DuplexHandler} for Micrometer: its {@link DuplexHandler#statistics}, at most a second old. README
 * has a table of them.
 *
 * <pre>{@code
 * new DuplexMetrics(duplexes, Tags.of("handler", "chat")).bindTo(registry);
 * }</pre>
 *
 * <p>A registry does not keep the handler: keep it as long as it is to be measured.
 */
public final class DuplexMetrics implements MeterBinder {
    /** The tag {@code reason} of sessions that ended on both sides; the others have their {@link ErrorCode}. */
    public static final String IN_ORDER = "IN_ORDER";

    private static final String NAME = "http2.duplex.";

    private final DuplexHandler handler;
    private final Tags tags;

    /** Meters without tags but their own. */
    public DuplexMetrics(DuplexHandler handler) {
        this(handler, Tags.empty());
    }

    /** @param tags of every meter: they tell several handlers of one registry apart */
    public DuplexMetrics(DuplexHandler handler, Iterable<Tag> tags) {
        this.handler = Objects.requireNonNull(handler, "handler");
        this.tags = Tags.of(tags);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        new Meters(handler, tags, registry).bind();
    }

    private static final class Meters {
        private final DuplexHandler handler;
        private final Tags common;
        private final MeterRegistry registry;
        private final Glance glance;

        Meters(DuplexHandler handler, Tags common, MeterRegistry registry) {
            this.handler = handler;
            this.common = common;
            this.registry = registry;
            glance = new Glance(registry.config().clock());
        }

        void bind() {
            dialect("1", DuplexStatistics::dialect1);
            dialect("2", DuplexStatistics::dialect2);
            gauge("sessions.detached", "Sessions that wait to be resumed", DuplexStatistics::detached);
            counter("sessions.resumed", "Sessions that were resumed", DuplexStatistics::resumed);
            ended(IN_ORDER, DuplexStatistics::endedInOrder);
            for (ErrorCode code : ErrorCode.values()) {
                ended(code.name(), now -> Objects.requireNonNull(now.failed().get(code)));
            }
            FunctionTimer.builder(
                            NAME + "sessions.duration",
                            handler,
                            measured -> glance.at(measured).ended(),
                            measured -> glance.at(measured).lived().toMillis(),
                            TimeUnit.MILLISECONDS)
                    .tags(common)
                    .description("How long the sessions that are over had lived")
                    .register(registry);
            direction("upload", DuplexStatistics::upload);
            direction("download", DuplexStatistics::download);
            bytes("memory.used", "What of the memory budget is used", DuplexStatistics::memoryUsed);
            bytes("memory.max", "The memory budget", DuplexStatistics::memoryBudget);
            for (ProblemType type : ProblemType.values()) {
                counter(
                        "requests.refused",
                        "Requests that were refused",
                        now -> now.refused(type),
                        "problem",
                        type.slug());
            }
        }

        private void dialect(String number, Function<DuplexStatistics, Dialect> dialect) {
            gauge("sessions", "Sessions that live", now -> dialect.apply(now).live(), "dialect", number);
            counter(
                    "sessions.opened",
                    "Sessions that were opened",
                    now -> dialect.apply(now).opened(),
                    "dialect",
                    number);
        }

        private void ended(String reason, ToDoubleFunction<DuplexStatistics> count) {
            counter("sessions.ended", "Sessions that are over", count, "reason", reason);
        }

        private void direction(String name, Function<DuplexStatistics, Direction> direction) {
            counter(
                    "transferred",
                    BaseUnits.BYTES,
                    "Bytes that have come, or were taken by the transport, each once",
                    now -> direction.apply(now).bytes(),
                    "direction",
                    name);
            counter(
                    "chunks",
                    "Pieces in which bytes came or were taken",
                    now -> direction.apply(now).chunks(),
                    "direction",
                    name);
            bytes(
                    "buffered",
                    "Bytes that sessions hold",
                    now -> direction.apply(now).buffered(),
                    "direction",
                    name);
            bytes(
                    "window",
                    "Bytes that may be sent until the receivers allow more; of dialect 2",
                    now -> direction.apply(now).window(),
                    "direction",
                    name);
        }

        private void gauge(String name, String what, ToDoubleFunction<DuplexStatistics> value, String... tags) {
            gauge(name, null, what, value, tags);
        }

        private void bytes(String name, String what, ToDoubleFunction<DuplexStatistics> value, String... tags) {
            gauge(name, BaseUnits.BYTES, what, value, tags);
        }

        private void gauge(
                String name,
                @Nullable String unit,
                String what,
                ToDoubleFunction<DuplexStatistics> value,
                String... tags) {
            Gauge.builder(NAME + name, handler, measured -> value.applyAsDouble(glance.at(measured)))
                    .tags(common)
                    .tags(tags)
                    .baseUnit(unit)
                    .description(what)
                    .register(registry);
        }

        private void counter(String name, String what, ToDoubleFunction<DuplexStatistics> count, String... tags) {
            counter(name, null, what, count, tags);
        }

        private void counter(
                String name,
                @Nullable String unit,
                String what,
                ToDoubleFunction<DuplexStatistics> count,
                String... tags) {
            FunctionCounter.builder(NAME + name, handler, measured -> count.applyAsDouble(glance.at(measured)))
                    .tags(common)
                    .tags(tags)
                    .baseUnit(unit)
                    .description(what)
                    .register(registry);
        }
    }
}
