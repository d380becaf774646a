package io.http2duplex.nodes;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A bound on how often something is told. Thread-safe. */
final class OnceASecond {
    private static final long INTERVAL = TimeUnit.SECONDS.toNanos(1);

    private final AtomicLong next = new AtomicLong(System.nanoTime());

    /** {@return whether a second has passed since that was true, so that it may be told again now} */
    boolean isDue() {
        long due = next.get();
        long now = System.nanoTime();
        return now - due >= 0 && next.compareAndSet(due, now + INTERVAL);
    }
}
