package io.http2duplex.nodes;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** A count of lost messages, which tells an observer at most once a second. */
final class Losses {
    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(1);

    private final BusObserver observer;
    private final LongAdder total = new LongAdder();
    private final AtomicLong unreported = new AtomicLong();
    private final AtomicLong nextReport = new AtomicLong(System.nanoTime());

    Losses(BusObserver observer) {
        this.observer = observer;
    }

    void lost(long messages, String why) {
        total.add(messages);
        unreported.addAndGet(messages);
        long next = nextReport.get();
        long now = System.nanoTime();
        if (now - next >= 0 && nextReport.compareAndSet(next, now + INTERVAL)) {
            observer.lost(unreported.getAndSet(0), why);
        }
    }

    long total() {
        return total.sum();
    }
}
