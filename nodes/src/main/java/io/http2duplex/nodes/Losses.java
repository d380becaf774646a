package io.http2duplex.nodes;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** A count of lost messages, which tells an observer at most once a second. */
final class Losses {
    private final BusObserver observer;
    private final LongAdder total = new LongAdder();
    private final AtomicLong unreported = new AtomicLong();
    private final OnceASecond report = new OnceASecond();

    Losses(BusObserver observer) {
        this.observer = observer;
    }

    void lost(long messages, String why) {
        total.add(messages);
        unreported.addAndGet(messages);
        if (report.isDue()) {
            observer.lost(unreported.getAndSet(0), why);
        }
    }

    /** {@return what it is, and what is behind it: that alone tells of a wrong password, or a port that is taken} */
    static String reason(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root == thrown ? thrown.toString() : thrown + " (" + root + ")";
    }

    long total() {
        return total.sum();
    }
}
