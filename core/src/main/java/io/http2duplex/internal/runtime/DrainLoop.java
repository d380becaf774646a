package io.http2duplex.internal.runtime;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * What is done again whenever there may be something to do, by one thread at a time: a wake-up that comes meanwhile makes
 * the thread that does it go round again, so that nothing is overlooked. It is a base class, rather than a part, to keep
 * an idle duplex small.
 */
abstract class DrainLoop {
    private static final AtomicIntegerFieldUpdater<DrainLoop> UNSEEN =
            AtomicIntegerFieldUpdater.newUpdater(DrainLoop.class, "unseen");

    /** Wake-ups that {@link #drain} has not seen yet. */
    private volatile int unseen;

    /** @param unseen how many wake-ups there were already, for which the caller calls {@link #drain} later */
    DrainLoop(int unseen) {
        this.unseen = unseen;
    }

    /** Tells that there may be something to do. {@return whether nobody is about to do it, so that the caller has to drain} */
    final boolean wakeUp() {
        return UNSEEN.getAndIncrement(this) == 0;
    }

    /** Does it until there was no wake-up any more. */
    final void drain() {
        int seen = unseen;
        do {
            round();
            seen = UNSEEN.addAndGet(this, -seen);
        } while (seen != 0);
    }

    /** Does what there is to do now. Called by one thread at a time. */
    abstract void round();
}
