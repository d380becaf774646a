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

    /** Takes the running timer back; guarded by the session's lock. */
    private @Nullable Runnable running;
    /** When the running timer fires; guarded by the session's lock. */
    private long time;

    /** @param after runs a task after so many nanoseconds, and gives what takes the task back */
    DeadlineTimer(GuardedSession<?> session, BiFunction<Long, Runnable, Runnable> after) {
        this.session = session;
        this.after = after;
    }

    /** The session's deadline may have changed. */
    void arm() {
        Runnable replaced = session.call(state -> {
            OptionalLong deadline = state.deadline();
            if (deadline.isEmpty() || (running != null && time - deadline.getAsLong() <= 0)) {
                return null;
            }
            Runnable later = running;
            long due = deadline.getAsLong();
            time = due;
            running = after.apply(Math.max(0, due - System.nanoTime()), () -> fired(due));
            return later;
        });
        if (replaced != null) {
            replaced.run();
        }
    }

    /** The session is over. */
    void stop() {
        Runnable last = session.call(state -> {
            Runnable stopped = running;
            running = null;
            return stopped;
        });
        if (last != null) {
            last.run();
        }
    }

    private void fired(long due) {
        session.act(state -> {
            if (due == time) {
                running = null;
            }
            state.timeIs(System.nanoTime());
        });
        arm();
    }
}
