package io.http2duplex.metrics;

import io.http2duplex.DownloadMode;
import io.http2duplex.DuplexEndpoint;
import io.http2duplex.DuplexStatistics;
import io.http2duplex.DuplexStatistics.Dialect;
import io.http2duplex.DuplexStatistics.Direction;
import io.http2duplex.ErrorCode;
import io.http2duplex.ProblemType;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Meters of a {@link DuplexEndpoint} for Micrometer: its {@link DuplexEndpoint#statistics}, at most a second old. The
 * document {@code operating.md} has a table of them.
 *
 * <pre>{@code
 * new DuplexMetrics(duplexes, Tags.of("handler", "chat")).bindTo(registry);
 * }</pre>
 *
 * <p>A registry does not keep the endpoint: keep it as long as it must be measured.
 */
public final class DuplexMetrics implements MeterBinder {
    /** The tag {@code reason} of sessions that ended on both sides; the others have their {@link ErrorCode}. */
    public static final String CLEAN = "CLEAN";

    private static final String BYTES = BaseUnits.BYTES;

    private final DuplexEndpoint endpoint;
    private final Tags tags;

    /** Meters with no tags but their own. */
    public DuplexMetrics(DuplexEndpoint endpoint) {
        this(endpoint, Tags.empty());
    }

    /** @param tags of every meter: they tell several endpoints of one registry apart */
    public DuplexMetrics(DuplexEndpoint endpoint, Iterable<Tag> tags) {
        this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
        this.tags = Tags.of(tags);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Meters<DuplexEndpoint, DuplexStatistics> meters =
                new Meters<>(registry, "http2.duplex.", tags, endpoint, DuplexEndpoint::statistics);
        sessions(meters);
        bytes(meters, "upload", DuplexStatistics::upload);
        bytes(meters, "download", DuplexStatistics::download);
        meters.gauge("memory.used", BYTES, "What of the memory budget is used", DuplexStatistics::memoryUsed);
        meters.gauge("memory.max", BYTES, "The memory budget", DuplexStatistics::memoryBudget);
        for (ProblemType type : ProblemType.values()) {
            String what = "Requests that were refused";
            meters.counter("requests.refused", null, what, now -> now.refused(type), "problem", type.slug());
        }
    }

    private static void sessions(Meters<?, DuplexStatistics> meters) {
        ofDialect(meters, "1", DuplexStatistics::dialect1);
        ofDialect(meters, "2", DuplexStatistics::dialect2);
        ofDialect(meters, "one-request", DuplexStatistics::oneRequest);
        meters.gauge("sessions.detached", null, "Sessions that wait to be resumed", DuplexStatistics::detached);
        for (DownloadMode mode : DownloadMode.values()) {
            String what = "Sessions of dialect 2 by how their downloads travel";
            String name = mode.name().toLowerCase(Locale.ROOT);
            meters.gauge("sessions.modes", null, what, now -> now.modes().getOrDefault(mode, 0), "download", name);
        }
        meters.counter("sessions.resumed", null, "Sessions that were resumed", DuplexStatistics::resumed);
        ended(meters, CLEAN, DuplexStatistics::endedCleanly);
        for (ErrorCode code : ErrorCode.values()) {
            ended(meters, code.name(), now -> now.failed().getOrDefault(code, 0L));
        }
        String what = "How long the sessions that have ended had lived";
        meters.timer(
                "sessions.duration",
                what,
                DuplexStatistics::ended,
                now -> now.lived().toMillis());
    }

    private static void ofDialect(
            Meters<?, DuplexStatistics> meters, String number, Function<DuplexStatistics, Dialect> dialect) {
        String[] tag = {"dialect", number};
        meters.gauge("sessions", null, "Sessions that live", dialect.andThen(Dialect::live)::apply, tag);
        meters.counter(
                "sessions.opened", null, "Sessions that were opened", dialect.andThen(Dialect::opened)::apply, tag);
    }

    private static void ended(
            Meters<?, DuplexStatistics> meters, String reason, ToDoubleFunction<DuplexStatistics> count) {
        meters.counter("sessions.ended", null, "Sessions that have ended", count, "reason", reason);
    }

    private static void bytes(
            Meters<?, DuplexStatistics> meters, String name, Function<DuplexStatistics, Direction> direction) {
        String[] tag = {"direction", name};
        String transferred = "Bytes that have come, or were taken by the transport, each once";
        meters.counter("transferred", BYTES, transferred, direction.andThen(Direction::bytes)::apply, tag);
        String chunks = "Pieces in which bytes came or were taken";
        meters.counter("chunks", null, chunks, direction.andThen(Direction::chunks)::apply, tag);
        meters.gauge("buffered", BYTES, "Bytes that sessions hold", direction.andThen(Direction::buffered)::apply, tag);
        String window = "Bytes that may be sent until the receivers allow more; of dialect 2";
        meters.gauge("window", BYTES, window, direction.andThen(Direction::window)::apply, tag);
    }
}
