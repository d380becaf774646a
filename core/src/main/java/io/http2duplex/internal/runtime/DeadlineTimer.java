package io.http2duplex.internal.runtime;

import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Lifetime;
import io.http2duplex.internal.core.Session;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Tells a session the time when its deadline has come.
 *
 * <p>One timer at a time, which looks at the deadline anew when it fires: deadlines move often and rarely come. Only for
 * an earlier one another timer takes its place.
 */
final class DeadlineTimer {
    private final GuardedSession<?> session;
    private final SessionHost host;

    /** Guarded by the session's lock. */
    private @Nullable Running running;

    /** Guarded by the session's lock; null: for ever. */
    private @Nullable Lifetime lifetime;

    DeadlineTimer(GuardedSession<?> session, SessionHost host) {
        this.session = session;
        this.host = host;
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
        OptionalLong life = lifetime == null || state.isFinished() ? OptionalLong.empty() : lifetime.deadline();
        if (own.isEmpty() || life.isEmpty()) {
            return own.isEmpty() ? life : own;
        }
        return own.getAsLong() - life.getAsLong() < 0 ? own : life;
    }

    /** One timer that takes the place of another. */
    private record Change(Running next, @Nullable Running replaced) {}

    /** The session is over. */
    void stop() {
        Running last = session.tellFor(state -> {
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

    /** A timer, which is started and stopped without the session's lock, in whatever order. */
    private final class Running implements Runnable {
        final long time;
        private @Nullable Runnable takeBack;
        private boolean stopped;

        Running(long time) {
            this.time = time;
        }

        @Override
        public void run() {
            fired(this);
        }

        void start() {
            Runnable started = host.scheduler().after(Math.max(0, time - System.nanoTime()), this);
            synchronized (this) {
                takeBack = started;
                if (!stopped) {
                    return;
                }
            }
            started.run();
        }

        void stop() {
            Runnable started;
            synchronized (this) {
                stopped = true;
                started = takeBack;
            }
            if (started != null) {
                started.run();
            }
        }
    }
}
