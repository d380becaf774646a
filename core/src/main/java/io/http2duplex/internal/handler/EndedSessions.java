package io.http2duplex.internal.handler;

import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.runtime.Scheduler;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A bounded memory of how sessions ended, for clients that were away when they did. Each is remembered for a time, the
 * oldest no longer than the bound on their number allows. Safe for use by many threads.
 */
final class EndedSessions {
    /** How many are remembered at most, some hundred bytes each. */
    static final int MAX = 10_000;

    private record Remembered(SessionRegistry.Ended ended, long until) {}

    private final long nanos;
    private final LongSupplier clock;
    private final Scheduler scheduler;
    /** In the order of their times. Guarded by this. */
    private final LinkedHashMap<String, Remembered> byId = new LinkedHashMap<>();

    private boolean timerRuns;

    /**
     * @param nanos how long each is remembered; 0: nothing is
     * @param clock tells the time in nanoseconds
     * @param scheduler runs what forgets
     */
    EndedSessions(long nanos, LongSupplier clock, Scheduler scheduler) {
        this.nanos = nanos;
        this.clock = clock;
        this.scheduler = scheduler;
    }

    void add(String id, @Nullable Failure failure) {
        if (nanos == 0) {
            return;
        }
        // The cause may hold much memory, and is never sent.
        Failure kept = failure == null ? null : new Failure(failure.code(), failure.number(), failure.reason(), null);
        boolean begin;
        synchronized (this) {
            byId.put(id, new Remembered(new SessionRegistry.Ended(kept), clock.getAsLong() + nanos));
            if (byId.size() > MAX) {
                byId.remove(byId.keySet().iterator().next());
            }
            begin = !timerRuns;
            timerRuns = true;
        }
        if (begin) {
            scheduler.after(nanos, this::forget);
        }
    }

    synchronized SessionRegistry.@Nullable Ended get(String id) {
        Remembered remembered = byId.get(id);
        return remembered == null ? null : remembered.ended();
    }

    synchronized int count() {
        return byId.size();
    }

    /** One timer for all, which fires when the oldest must be forgotten. */
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
        scheduler.after(next, this::forget);
    }
}
