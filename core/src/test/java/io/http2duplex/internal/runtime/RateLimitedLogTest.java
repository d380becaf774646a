package io.http2duplex.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RateLimitedLogTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private record Timer(long at, Runnable task) {}

    private final ArrayDeque<Timer> timers = new ArrayDeque<>();
    private final List<String> lines = new ArrayList<>();
    private final java.util.logging.Logger sink = java.util.logging.Logger.getLogger("rate-limited-log-test");
    private final Handler recorder = new Handler() {
        @Override
        public void publish(LogRecord logged) {
            lines.add(logged.getLevel() + " " + logged.getMessage());
        }

        @Override
        public void flush() {
            // nothing is held back
        }

        @Override
        public void close() {
            // holds nothing
        }
    };

    private long now = Long.MAX_VALUE - 30 * SECOND; // the clock may overflow
    private final RateLimitedLog log = new RateLimitedLog(
            Logger.getLogger("rate-limited-log-test"),
            Logger.Level.WARN,
            "Somebody knocked",
            () -> now,
            (nanos, task) -> {
                Timer timer = new Timer(now + nanos, task);
                timers.add(timer);
                return () -> timers.remove(timer);
            });

    @BeforeEach
    void record() {
        sink.addHandler(recorder);
        sink.setUseParentHandlers(false);
    }

    @AfterEach
    void stop() {
        sink.removeHandler(recorder);
        sink.setUseParentHandlers(true);
        sink.setLevel(null);
    }

    private void knock(int times) {
        for (int i = 1; i <= times; i++) {
            log.log(null, "knock %d", i);
        }
    }

    /** Lets the time pass until the next timer fires. */
    private void fire() {
        Timer timer = timers.remove();
        now = timer.at();
        timer.task().run();
    }

    @Test
    void aFewLinesAreLoggedAsTheyAre() {
        knock(RateLimitedLog.MAX_LINES);

        assertThat(lines).hasSize(10).startsWith("WARN knock 1").endsWith("WARN knock 10");
        assertThat(timers).isEmpty();
    }

    @Test
    void ofAFloodAFewLinesAreLoggedAndThenOneThatTellsHowManyMoreThereWere() {
        knock(100_000);
        assertThat(lines).hasSize(10);
        assertThat(timers).hasSize(1);
        long began = now;

        fire();

        assertThat(now - began).isEqualTo(60 * SECOND);
        assertThat(lines)
                .hasSize(11)
                .last()
                .isEqualTo("WARN Somebody knocked: 99990 more in the last 60 seconds; level DEBUG has them all");
    }

    @Test
    void afterAPeriodLinesAreLoggedAgain() {
        knock(11);
        fire();
        knock(11);
        fire();

        assertThat(lines).hasSize(22).last().asString().contains(" 1 more ");
        assertThat(timers).isEmpty();
    }

    @Test
    void aPeriodBeginsWithItsFirstLine() {
        knock(5);
        now += 59 * SECOND;
        knock(6);
        assertThat(lines).hasSize(10);
        now += SECOND;
        knock(1);
        assertThat(lines).hasSize(11).last().isEqualTo("WARN knock 1");
    }

    @Test
    void whatIsLeftOutIsLoggedAtLevelDebug() {
        sink.setLevel(Level.ALL);
        knock(12);

        assertThat(lines).hasSize(12).endsWith("DEBUG knock 11", "DEBUG knock 12");
    }
}
