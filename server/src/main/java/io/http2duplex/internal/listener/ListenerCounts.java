package io.http2duplex.internal.listener;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** Counters of a port since it was opened. Thread-safe. */
final class ListenerCounts {
    private final LongAdder accepted = new LongAdder();
    private final LongAdder streams = new LongAdder();
    private final Map<ListenerLimit, LongAdder> reached = new EnumMap<>(ListenerLimit.class);

    ListenerCounts() {
        for (ListenerLimit limit : ListenerLimit.values()) {
            reached.put(limit, new LongAdder());
        }
    }

    /** A connection was admitted. */
    void accepted() {
        accepted.increment();
    }

    /** A client has begun a stream. */
    void streamBegun() {
        streams.increment();
    }

    /** A limit has ended or refused a connection or a stream. */
    void reached(ListenerLimit limit) {
        Objects.requireNonNull(reached.get(limit)).increment();
    }

    long connectionsAccepted() {
        return accepted.sum();
    }

    long streamsBegun() {
        return streams.sum();
    }

    /** {@return how often each limit was reached; 0 included} */
    Map<ListenerLimit, Long> limitsReached() {
        Map<ListenerLimit, Long> counts = new EnumMap<>(ListenerLimit.class);
        reached.forEach((limit, count) -> counts.put(limit, count.sum()));
        return counts;
    }
}
