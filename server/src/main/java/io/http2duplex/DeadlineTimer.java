package io.http2duplex;

import java.util.OptionalLong;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Tells a session the time when its deadline has come.
 *
 * <p>One timer at a time, which looks at the deadline anew when it fires: deadlines move often and rarely come. Only for
 * an earlier one another timer takes its place.
 */
final class DeadlineTimer {
    private final GuardedSession<?> session;
    private final BiFunction<Long, Runnable, Runnable> after;

    /** Guarded by the session's lock. */
    private @Nullable Running running;

    /** @param after runs a task after so many nanoseconds, and gives what takes the task back */
    DeadlineTimer(GuardedSession<?> session, BiFunction<Long, Runnable, Runnable> after) {
        this.session = session;
        this.after = after;
    }

    /** The session's deadline may have changed. */
    void arm() {
        Change change = session.call(state -> {
            OptionalLong deadline = state.deadline();
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

    /** One timer that takes the place of another. */
    private record Change(Running next, @Nullable Running replaced) {}

    /** The session is over. */
    void stop() {
        Running last = session.call(state -> {
            Running stopped = running;
            running = null;
            return stopped;
        });
        if (last != null) {
            last.stop();
        }
    }

    private void fired(Running timer) {
        session.act(state -> {
            if (timer == running) {
                running = null;
            }
            state.timeIs(System.nanoTime());
        });
        arm();
    }

    /** A timer, which is started and stopped without the session's lock, in whatever order. */
    private final class Running {
        final long time;
        private @Nullable Runnable takeBack;
        private boolean stopped;

        Running(long time) {
            this.time = time;
        }

        void start() {
            Runnable started = after.apply(Math.max(0, time - System.nanoTime()), () -> fired(this));
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
