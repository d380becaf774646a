package io.http2duplex.internal.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.handler.SessionRegistry.Ended;
import io.http2duplex.internal.runtime.Scheduler;
import java.util.ArrayDeque;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class EndedSessionsTest {
    private static final long TIME = 1000;

    private record Timer(long at, Runnable task) {}

    private final ArrayDeque<Timer> timers = new ArrayDeque<>();
    private long now = Long.MAX_VALUE - 1500; // the clock may overflow
    private final EndedSessions outcomes = new EndedSessions(TIME, () -> now, scheduler());

    private Scheduler scheduler() {
        return (nanos, task) -> {
            Timer timer = new Timer(now + nanos, task);
            timers.add(timer);
            return () -> timers.remove(timer);
        };
    }

    /** Lets the time pass until the next timer fires. */
    private void fire() {
        Timer timer = timers.remove();
        now = timer.at();
        timer.task().run();
    }

    @Test
    void anOutcomeIsRememberedWithoutItsCauseForItsTime() {
        outcomes.add("a", new Failure(ErrorCode.CONNECTION_LOST, "It went.", new IllegalStateException()));
        outcomes.add("b", null);

        assertThat(outcomes.get("a")).isEqualTo(new Ended(new Failure(ErrorCode.CONNECTION_LOST, "It went.", null)));
        assertThat(outcomes.get("b")).isEqualTo(new Ended(null));
        assertThat(outcomes.get("c")).isNull();

        fire();

        assertThat(outcomes.get("a")).isNull();
        assertThat(outcomes.count()).isZero();
        assertThat(timers).isEmpty();
    }

    @Test
    void oneTimerForgetsThemAllEachInItsTime() {
        outcomes.add("a", null);
        now += 400;
        outcomes.add("b", null);
        assertThat(timers).hasSize(1);

        fire();
        assertThat(outcomes.get("a")).isNull();
        assertThat(outcomes.get("b")).isNotNull();
        assertThat(timers).hasSize(1);

        fire();
        assertThat(outcomes.get("b")).isNull();
        assertThat(timers).isEmpty();
    }

    @Test
    void moreThanTheBoundPushTheOldestOut() {
        for (int i = 0; i < EndedSessions.MAX + 10; i++) {
            outcomes.add("session " + i, null);
        }

        assertThat(outcomes.count()).isEqualTo(EndedSessions.MAX);
        assertThat(outcomes.get("session 9")).isNull();
        assertThat(outcomes.get("session 10")).isNotNull();
        assertThat(timers).hasSize(1);
        fire();
        assertThat(outcomes.count()).isZero();
    }

    @Test
    void withoutTimeNothingIsRemembered() {
        EndedSessions none = new EndedSessions(0, () -> now, scheduler());
        none.add("a", null);
        assertThat(none.count()).isZero();
        assertThat(timers).isEmpty();
    }

    @Test
    void whatAnApplicationSaidIsRemembered() {
        outcomes.add("a", Failure.application(300, "why"));
        assertThat(Objects.requireNonNull(outcomes.get("a")).failure()).isEqualTo(Failure.application(300, "why"));
    }
}
