package io.http2duplex.internal.core.resumable;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Supplier;

/** A simulated clock, and a queue of events. Everything that is drawn comes from one seed. */
final class SimulatedNetwork {
    static final long MILLI = 1_000_000;

    private record Event(long time, long order, Runnable action) {}

    final Random random;
    /** How long a byte is under way at most, in nanoseconds. */
    private final long maxDelay;

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::time).thenComparingLong(Event::order));
    private long elapsed;
    private long order;
    /** The clock's beginning: any value, so that it may overflow. */
    private final long start;

    SimulatedNetwork(Random random) {
        this.random = random;
        start = random.nextLong();
        maxDelay = (1 + random.nextInt(60)) * MILLI;
    }

    /** {@return the time, as sessions see it} */
    long now() {
        return start + elapsed;
    }

    /** {@return how long the simulation has run} */
    long elapsed() {
        return elapsed;
    }

    long delay() {
        return random.nextInt(20) == 0 ? maxDelay * random.nextInt(6) : random.nextLong(maxDelay);
    }

    void after(long nanos, Runnable action) {
        events.add(new Event(elapsed + Math.max(0, nanos), order++, action));
    }

    void later(Runnable action) {
        after(delay(), action);
    }

    /** {@return whether something happened} */
    boolean step() {
        Event event = events.poll();
        if (event == null) {
            return false;
        }
        elapsed = event.time();
        event.action().run();
        return true;
    }

    boolean oneIn(int times) {
        return random.nextInt(times) == 0;
    }

    static void check(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }

    /** @param message made only if it is needed: checks are many */
    static void check(boolean condition, Supplier<String> message) {
        if (!condition) {
            throw new AssertionError(message.get());
        }
    }
}
