package io.http2duplex.internal.listener;

import java.util.concurrent.TimeUnit;

/** A counter of events per minute, with a limit. Times are in nanoseconds. */
final class MinuteCount {
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final int limit;
    private int count;
    private long began;

    MinuteCount(int limit, long now) {
        this.limit = limit;
        began = now;
    }

    void add(long now) {
        if (now - began >= MINUTE) {
            began = now;
            count = 0;
        }
        count++;
    }

    boolean isExceeded() {
        return count > limit;
    }
}
