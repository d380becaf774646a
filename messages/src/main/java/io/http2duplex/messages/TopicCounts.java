package io.http2duplex.messages;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts of one topic, which are also counted in those of all topics. */
final class TopicCounts {
    private final @Nullable TopicCounts all;
    /** No adder: in the sum of one a member may have left before it has joined. */
    final AtomicInteger members = new AtomicInteger();

    final LongAdder published = new LongAdder();
    final LongAdder delivered = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder reset = new LongAdder();

    /** @param all the counts of all topics; null if these are they */
    TopicCounts(@Nullable TopicCounts all) {
        this.all = all;
    }

    void members(int change) {
        members.addAndGet(change);
        if (all != null) {
            all.members(change);
        }
    }

    void published() {
        published.increment();
        if (all != null) {
            all.published();
        }
    }

    void delivered(int count) {
        delivered.add(count);
        if (all != null) {
            all.delivered(count);
        }
    }

    void dropped() {
        dropped.increment();
        if (all != null) {
            all.dropped();
        }
    }

    void reset() {
        reset.increment();
        if (all != null) {
            all.reset();
        }
    }

    TopicStatistics statistics() {
        return new TopicStatistics(members.get(), published.sum(), delivered.sum(), dropped.sum(), reset.sum());
    }
}
