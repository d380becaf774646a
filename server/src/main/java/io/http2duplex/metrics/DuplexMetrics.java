package io.http2duplex.metrics;

import io.http2duplex.DuplexStatistics;
import io.http2duplex.DuplexStatistics.Dialect;
import io.http2duplex.DuplexStatistics.Direction;
import io.http2duplex.ErrorCode;
import io.http2duplex.ProblemType;
import io.http2duplex.server.DuplexHandler;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Meters of a {@link DuplexHandler} for Micrometer: its {@link DuplexHandler#statistics}, at most a second old. The
 * document {@code operating.md} has a table of them.
 *
 * <pre>{@code
 * new DuplexMetrics(duplexes, Tags.of("handler", "chat")).bindTo(registry);
 * }</pre>
 *
 * <p>A registry does not keep the handler: keep it as long as it is to be measured.
 */
public final class DuplexMetrics implements MeterBinder {
    /** The tag {@code reason} of sessions that ended on both sides; the others have their {@link ErrorCode}. */
    public static final String CLEAN = "CLEAN";

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
        Meters<DuplexHandler, DuplexStatistics> meters =
                new Meters<>(registry, "http2.duplex.", tags, handler, DuplexHandler::statistics);
        sessions(meters);
        bytes(meters, "upload", DuplexStatistics::upload);
        bytes(meters, "download", DuplexStatistics::download);
        meters.gaugeOfBytes("memory.used", "What of the memory budget is used", DuplexStatistics::memoryUsed);
        meters.gaugeOfBytes("memory.max", "The memory budget", DuplexStatistics::memoryBudget);
        for (ProblemType type : ProblemType.values()) {
            String what = "Requests that were refused";
            meters.counter("requests.refused", what, now -> now.refused(type), "problem", type.slug());
        }
    }

    private static void sessions(Meters<?, DuplexStatistics> meters) {
        ofDialect(meters, "1", DuplexStatistics::dialect1);
        ofDialect(meters, "2", DuplexStatistics::dialect2);
        meters.gauge("sessions.detached", "Sessions that wait to be resumed", DuplexStatistics::detached);
        meters.counter("sessions.resumed", "Sessions that were resumed", DuplexStatistics::resumed);
        ended(meters, CLEAN, DuplexStatistics::endedCleanly);
        for (ErrorCode code : ErrorCode.values()) {
            ended(
                    meters,
                    code.name(),
                    now -> Objects.requireNonNull(now.failed().get(code)));
        }
        meters.timer(
                "sessions.duration",
                "How long the sessions that are over had lived",
                DuplexStatistics::ended,
                now -> now.lived().toMillis());
    }

    private static void ofDialect(
            Meters<?, DuplexStatistics> meters, String number, Function<DuplexStatistics, Dialect> dialect) {
        String tag = "dialect";
        meters.gauge("sessions", "Sessions that live", now -> dialect.apply(now).live(), tag, number);
        meters.counter(
                "sessions.opened",
                "Sessions that were opened",
                now -> dialect.apply(now).opened(),
                tag,
                number);
    }

    private static void ended(
            Meters<?, DuplexStatistics> meters, String reason, ToDoubleFunction<DuplexStatistics> count) {
        meters.counter("sessions.ended", "Sessions that are over", count, "reason", reason);
    }

    private static void bytes(
            Meters<?, DuplexStatistics> meters, String name, Function<DuplexStatistics, Direction> direction) {
        String tag = "direction";
        meters.counterOfBytes(
                "transferred",
                "Bytes that have come, or were taken by the transport, each once",
                now -> direction.apply(now).bytes(),
                tag,
                name);
        meters.counter(
                "chunks",
                "Pieces in which bytes came or were taken",
                now -> direction.apply(now).chunks(),
                tag,
                name);
        meters.gaugeOfBytes(
                "buffered",
                "Bytes that sessions hold",
                now -> direction.apply(now).buffered(),
                tag,
                name);
        meters.gaugeOfBytes(
                "window",
                "Bytes that may be sent until the receivers allow more; of dialect 2",
                now -> direction.apply(now).window(),
                tag,
                name);
    }
}
