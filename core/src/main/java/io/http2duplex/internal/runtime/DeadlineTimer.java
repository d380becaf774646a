package io.http2duplex.internal.runtime;

import io.http2duplex.internal.core.Deadline;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Lifetime;
import io.http2duplex.internal.core.Session;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A timer that tells a session the time when its deadline has come.
 *
 * <p>One task at a time is scheduled, which looks at the deadline again when it runs: deadlines move often and rarely
 * come. Only for an earlier one another task takes its place.
 */
final class DeadlineTimer {
    private final GuardedSession<?> session;
    private final Scheduler scheduler;

    /** Guarded by the session's lock. */
    private @Nullable Running running;

    /** Guarded by the session's lock; null: for ever. */
    private @Nullable Lifetime lifetime;

    DeadlineTimer(GuardedSession<?> session, Scheduler scheduler) {
        this.session = session;
        this.scheduler = scheduler;
    }

    /** Ends the session when its time is over, whatever it is doing. */
    void limit(Lifetime limited) {
        session.tell(state -> lifetime = limited);
        arm();
    }

    /** The session's deadline may have changed. */
    void arm() {
        Change change = session.tellFor(state -> {
            OptionalLong deadline = deadline(state);
            if (deadline.isEmpty() || (running != null && running.time - deadline.getAsLong() <= 0)) {
                return null;
            }
            Running replaced = running;
            Running next = new Running(deadline.getAsLong());
            running = next;
            return new Change(next, replaced);
        });
        if (change == null) {
            return;
        }
        change.next.start();
        if (change.replaced != null) {
            change.replaced.stop();
        }
    }

    private OptionalLong deadline(Session state) {
        OptionalLong own = state.deadline();
        if (lifetime == null || state.isFinished()) {
            return own;
        }
        return Deadline.earliest(own.orElse(Deadline.NONE), lifetime.deadline().orElse(Deadline.NONE));
    }

    /** A task that takes the place of another. */
    private record Change(Running next, @Nullable Running replaced) {}

    /** The session is over. */
    void stop() {
        Running last = session.ask(state -> {
            Running stopped = running;
            running = null;
            return stopped;
        });
        if (last != null) {
            last.stop();
        }
    }

    private void fired(Running timer) {
        session.tell(state -> {
            if (timer == running) {
                running = null;
            }
            long now = System.nanoTime();
            state.timeIs(now);
            Failure failure = lifetime == null ? null : lifetime.timeIs(state, now);
            if (failure != null) {
                state.reset(failure);
            }
        });
        arm();
    }

    /** A task, which is scheduled and cancelled without the session's lock, in any sequence. */
    private final class Running implements Runnable {
        final long time;
        private @Nullable Runnable cancel;
        private boolean stopped;

        Running(long time) {
            this.time = time;
        }

        @Override
        public void run() {
            fired(this);
        }

        synchronized void start() {
            if (!stopped) {
                cancel = scheduler.after(Math.max(0, time - System.nanoTime()), this);
            }
        }

        synchronized void stop() {
            stopped = true;
            if (cancel != null) {
                cancel.run();
            }
        }
    }
}
