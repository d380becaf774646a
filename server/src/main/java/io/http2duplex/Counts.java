package io.http2duplex;

import io.http2duplex.DuplexStatistics.Dialect;
import io.http2duplex.DuplexStatistics.Direction;
import io.http2duplex.protocol.ErrorCode;
import io.http2duplex.protocol.Failure;
import io.http2duplex.protocol.Problem;
import io.http2duplex.protocol.ProblemType;
import io.http2duplex.protocol.dialect1.PlainSession;
import io.http2duplex.protocol.dialect2.MemoryBudget;
import io.http2duplex.protocol.dialect2.ResumableSession;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What a handler has done so far, as its sessions and exchanges tell it. Safe for use by many threads. */
final class Counts {
    private final LongSupplier clock;
    private final LongAdder opened1 = new LongAdder();
    private final LongAdder opened2 = new LongAdder();
    private final LongAdder resumed = new LongAdder();
    private final LongAdder endedInOrder = new LongAdder();
    private final Map<ErrorCode, LongAdder> failed = new EnumMap<>(ErrorCode.class);
    private final LongAdder lifeMicros = new LongAdder();
    private final LongAdder receivedBytes = new LongAdder();
    private final LongAdder receivedChunks = new LongAdder();
    private final LongAdder sentBytes = new LongAdder();
    private final LongAdder sentChunks = new LongAdder();
    /** By the {@link Problem#type} of the refusals. */
    private final Map<String, LongAdder> refused = new LinkedHashMap<>();

    /** @param clock tells the time in nanoseconds */
    Counts(LongSupplier clock) {
        this.clock = clock;
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

    void opened(int dialect) {
        (dialect == 1 ? opened1 : opened2).increment();
    }

    void resumed() {
        resumed.increment();
    }

    /** @param failure what ended the session early; null if both directions ended in order */
    void ended(@Nullable Failure failure, long nanos) {
        lifeMicros.add(nanos / 1000); // of many sessions together there are more nanoseconds than a long counts
        (failure == null ? endedInOrder : adder(failed, failure.code())).increment();
    }

    void received(long bytes) {
        receivedBytes.add(bytes);
        receivedChunks.increment();
    }

    void sent(long bytes) {
        sentBytes.add(bytes);
        sentChunks.increment();
    }

    void refused(Problem problem) {
        adder(refused, problem.type()).increment();
    }

    private static <K> LongAdder adder(Map<K, LongAdder> adders, K key) {
        return Objects.requireNonNull(adders.get(key));
    }

    /** {@return all of it, and the sums over the sessions that live} */
    DuplexStatistics statistics(
            Sessions<PlainSession> dialect1, Sessions<ResumableSession> dialect2, MemoryBudget budget) {
        Survey live = new Survey(dialect1, dialect2);
        Map<ErrorCode, Long> failures = new EnumMap<>(ErrorCode.class);
        failed.forEach((code, count) -> failures.put(code, count.sum()));
        Map<String, Long> refusals = new LinkedHashMap<>();
        for (ProblemType type : ProblemType.values()) {
            refusals.put(type.slug(), adder(refused, type.urn()).sum());
        }
        return new DuplexStatistics(
                new Dialect(dialect1.count(), opened1.sum()),
                new Dialect(dialect2.count(), opened2.sum()),
                live.detached,
                resumed.sum(),
                endedInOrder.sum(),
                failures,
                Duration.of(lifeMicros.sum(), ChronoUnit.MICROS),
                new Direction(receivedBytes.sum(), receivedChunks.sum(), live.heldInput, live.uploadWindows),
                new Direction(sentBytes.sum(), sentChunks.sum(), live.heldOutput, live.downloadWindows),
                budget.reserved(),
                budget.bytes(),
                refusals);
    }
}
