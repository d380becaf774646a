package io.http2duplex.internal.runtime;

import io.http2duplex.DownloadMode;
import io.http2duplex.DuplexStatistics;
import io.http2duplex.DuplexStatistics.Direction;
import io.http2duplex.ErrorCode;
import io.http2duplex.ProblemType;
import io.http2duplex.internal.core.Dialect;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.Problem;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Counters of what an endpoint has done so far, as its sessions and exchanges report it. Safe for many threads. */
public final class Counters {
    private final LongSupplier clock;
    private final Map<Dialect, LongAdder> opened = new EnumMap<>(Dialect.class);
    private final LongAdder resumed = new LongAdder();
    private final LongAdder endedCleanly = new LongAdder();
    private final Map<ErrorCode, LongAdder> failed = new EnumMap<>(ErrorCode.class);
    private final LongAdder lifeMicros = new LongAdder();
    private final LongAdder receivedBytes = new LongAdder();
    private final LongAdder receivedChunks = new LongAdder();
    private final LongAdder sentBytes = new LongAdder();
    private final LongAdder sentChunks = new LongAdder();
    /** By the {@link Problem#type} of the refusals. */
    private final Map<String, LongAdder> refused = new LinkedHashMap<>();

    /** @param clock tells the time in nanoseconds */
    Counters(LongSupplier clock) {
        this.clock = clock;
        for (Dialect dialect : Dialect.values()) {
            opened.put(dialect, new LongAdder());
        }
        for (ErrorCode code : ErrorCode.values()) {
            failed.put(code, new LongAdder());
        }
        for (ProblemType type : ProblemType.values()) {
            refused.put(type.urn(), new LongAdder());
        }
    }

    long now() {
        return clock.getAsLong();
    }

    void opened(Dialect dialect) {
        adder(opened, dialect).increment();
    }

    void resumed() {
        resumed.increment();
    }

    /** @param failure what ended the session early; null if both directions ended cleanly */
    void ended(@Nullable Failure failure, long nanos) {
        lifeMicros.add(nanos / 1000); // of many sessions together there are more nanoseconds than a long counts
        (failure == null ? endedCleanly : adder(failed, failure.code())).increment();
    }

    void received(long bytes) {
        receivedBytes.add(bytes);
        receivedChunks.increment();
    }

    void sent(long bytes) {
        sentBytes.add(bytes);
        sentChunks.increment();
    }

    public void refused(Problem problem) {
        adder(refused, problem.type()).increment();
    }

    private static Map<DownloadMode, Integer> modes(LiveTotals live) {
        Map<DownloadMode, Integer> modes = new EnumMap<>(DownloadMode.class);
        modes.put(DownloadMode.STREAMING, live.resumable() - live.typed() - live.polling() - live.onSockets());
        modes.put(DownloadMode.TYPED, live.typed());
        modes.put(DownloadMode.POLLING, live.polling());
        modes.put(DownloadMode.WEBSOCKET, live.onSockets());
        return modes;
    }

    private static <K> LongAdder adder(Map<K, LongAdder> adders, K key) {
        return Objects.requireNonNull(adders.get(key));
    }

    private DuplexStatistics.Dialect dialect(int live, Dialect dialect) {
        return new DuplexStatistics.Dialect(live, adder(opened, dialect).sum());
    }

    /** {@return all counters, and the totals over live sessions} */
    public DuplexStatistics statistics(LiveTotals live, MemoryBudget budget) {
        Map<ErrorCode, Long> failures = new EnumMap<>(ErrorCode.class);
        failed.forEach((code, count) -> failures.put(code, count.sum()));
        Map<String, Long> refusals = new LinkedHashMap<>();
        for (ProblemType type : ProblemType.values()) {
            refusals.put(type.slug(), adder(refused, type.urn()).sum());
        }
        return new DuplexStatistics(
                dialect(live.plain(), Dialect.DIALECT_1),
                dialect(live.resumable(), Dialect.DIALECT_2),
                dialect(live.oneRequest(), Dialect.ONE_REQUEST),
                live.detached(),
                modes(live),
                resumed.sum(),
                endedCleanly.sum(),
                failures,
                Duration.of(lifeMicros.sum(), ChronoUnit.MICROS),
                new Direction(receivedBytes.sum(), receivedChunks.sum(), live.heldInput(), live.uploadWindows()),
                new Direction(sentBytes.sum(), sentChunks.sum(), live.heldOutput(), live.downloadWindows()),
                budget.reserved(),
                budget.bytes(),
                refusals);
    }
}
