package io.http2duplex.benchmark.browser;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One direction of a line that delays: what goes in comes out later by the delay, in order, as fast as it went in. No
 * threads and no clock; times are in nanoseconds. Not for use by several threads at once.
 *
 * @param <T> what goes over it
 */
final class DelayLine<T> {
    private record Underway<T>(T what, long due) {}

    /** What {@link #untilDue} returns when nothing is under way. */
    static final long NOTHING = Long.MAX_VALUE;

    private final long delay;
    private final Deque<Underway<T>> underway = new ArrayDeque<>();

    DelayLine(long delay) {
        this.delay = delay;
    }

    void put(T what, long now) {
        underway.add(new Underway<>(what, now + delay));
    }

    /** {@return how long to wait for what comes out next; 0 or less if it is due} */
    long untilDue(long now) {
        Underway<T> next = underway.peek();
        return next == null ? NOTHING : next.due - now;
    }

    /** {@return what comes out next, due or not} */
    T take() {
        return underway.remove().what;
    }
}
