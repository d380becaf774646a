package io.http2duplex;

import io.http2duplex.protocol.Failure;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How sessions ended that a client may still ask for: it was away when they did. Each is remembered for a time, the
 * oldest no longer than the bound on their number allows. Safe for use by many threads.
 */
final class Outcomes {
    /** How many are remembered at most, some hundred bytes each. */
    static final int MAX = 10_000;

    /** @param failure what ended the session early; null if both directions ended in order */
    record Outcome(@Nullable Failure failure) {}

    private record Remembered(Outcome outcome, long until) {}

    private final long nanos;
    private final LongSupplier clock;
    private final After after;
    /** In the order of their times. Guarded by this. */
    private final LinkedHashMap<String, Remembered> byId = new LinkedHashMap<>();

    private boolean timerRuns;

    /**
     * @param nanos how long each is remembered; 0: nothing is
     * @param clock tells the time in nanoseconds
     * @param after runs what forgets
     */
    Outcomes(long nanos, LongSupplier clock, After after) {
        this.nanos = nanos;
        this.clock = clock;
        this.after = after;
    }

    void add(String id, @Nullable Failure failure) {
        if (nanos == 0) {
            return;
        }
        // The cause may hold much, and is never told.
        Failure told = failure == null ? null : new Failure(failure.code(), failure.number(), failure.reason(), null);
        boolean begin;
        synchronized (this) {
            byId.put(id, new Remembered(new Outcome(told), clock.getAsLong() + nanos));
            if (byId.size() > MAX) {
                byId.remove(byId.keySet().iterator().next());
            }
            begin = !timerRuns;
            timerRuns = true;
        }
        if (begin) {
            after.run(nanos, this::forget);
        }
    }

    synchronized @Nullable Outcome get(String id) {
        Remembered remembered = byId.get(id);
        return remembered == null ? null : remembered.outcome();
    }

    synchronized int count() {
        return byId.size();
    }

    /** One timer for all: it fires when the oldest is to be forgotten. */
    private void forget() {
        long next;
        synchronized (this) {
            long now = clock.getAsLong();
            Iterator<Remembered> oldest = byId.values().iterator();
            while (oldest.hasNext() && oldest.next().until() - now <= 0) {
                oldest.remove();
            }
            timerRuns = !byId.isEmpty();
            if (!timerRuns) {
                return;
            }
            next = byId.values().iterator().next().until() - now;
        }
        after.run(next, this::forget);
    }
}
