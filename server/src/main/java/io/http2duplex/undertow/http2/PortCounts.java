package io.http2duplex.undertow.http2;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** What happened on a port since it was opened. Safe for use by many threads. */
final class PortCounts {
    private final LongAdder accepted = new LongAdder();
    private final LongAdder streams = new LongAdder();
    private final Map<PortLimit, LongAdder> reached = new EnumMap<>(PortLimit.class);

    PortCounts() {
        for (PortLimit limit : PortLimit.values()) {
            reached.put(limit, new LongAdder());
        }
    }

    /** A connection was let in. */
    void accepted() {
        accepted.increment();
    }

    /** A client has begun a stream. */
    void streamBegun() {
        streams.increment();
    }

    /** A connection or a stream was ended, or kept out. */
    void reached(PortLimit limit) {
        Objects.requireNonNull(reached.get(limit)).increment();
    }

    long connectionsAccepted() {
        return accepted.sum();
    }

    long streamsBegun() {
        return streams.sum();
    }

    /** {@return how often each limit was reached; 0 for those that were not} */
    Map<PortLimit, Long> limitsReached() {
        Map<PortLimit, Long> counts = new EnumMap<>(PortLimit.class);
        reached.forEach((limit, count) -> counts.put(limit, count.sum()));
        return counts;
    }
}
