package io.http2duplex.internal.runtime;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * A loop that runs whenever there may be something to do, on one thread at a time: a wake-up that comes meanwhile makes
 * that thread go round again, so that nothing is missed. It is a base class, rather than a part, to keep an idle duplex
 * small.
 */
public abstract class DrainLoop {
    private static final AtomicIntegerFieldUpdater<DrainLoop> UNSEEN =
            AtomicIntegerFieldUpdater.newUpdater(DrainLoop.class, "unseen");

    /** Wake-ups that {@link #drain} has not seen yet. */
    private volatile int unseen;

    /** @param unseen how many wake-ups there were already, for which the caller calls {@link #drain} later */
    protected DrainLoop(int unseen) {
        this.unseen = unseen;
    }

    /** There may be something to do. {@return whether no thread is in the loop, so that the caller must drain} */
    protected final boolean wakeUp() {
        return UNSEEN.getAndIncrement(this) == 0;
    }

    /** Runs rounds until there was no further wake-up, even if some throw. Throws what the first of those threw. */
    protected final void drain() {
        int seen = unseen;
        Throwable thrown = null;
        do {
            try {
                round();
            } catch (Throwable e) { // who woke it meanwhile has left that to this thread
                thrown = thrown == null ? e : thrown;
            }
            seen = UNSEEN.addAndGet(this, -seen);
        } while (seen != 0);
        if (thrown != null) {
            DrainLoop.<RuntimeException>sneak(thrown);
        }
    }

    @SuppressWarnings("unchecked") // in Kotlin and others a round may throw a checked exception
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }

    /** Does what there is to do now. Called by one thread at a time. */
    protected abstract void round();
}
