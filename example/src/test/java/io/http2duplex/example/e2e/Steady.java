package io.http2duplex.example.e2e;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.http2duplex.wire.Await;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** That something does not happen any more shows only in time. */
final class Steady {
    private static final long QUIET_NANOS = MILLISECONDS.toNanos(500);

    private Steady() {}

    /** {@return the value, as soon as it is above 0 and has not changed for a while} */
    static long valueOf(LongSupplier value) {
        long deadline = System.nanoTime() + Await.LIMIT.toNanos();
        long last = value.getAsLong();
        long since = System.nanoTime();
        while (last == 0 || System.nanoTime() - since < QUIET_NANOS) {
            LockSupport.parkNanos(MILLISECONDS.toNanos(5));
            long now = value.getAsLong();
            if (now != last) {
                last = now;
                since = System.nanoTime();
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("A value that should have stopped to change is now " + last);
            }
        }
        return last;
    }
}
