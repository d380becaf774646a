package io.http2duplex.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.DuplexObserver;
import io.http2duplex.internal.core.SessionEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ObserverCallsTest {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<String> calls = new ArrayList<>();
    private final Observers observers = new Observers(
            new DuplexObserver() {
                @Override
                public void opened(Duplex duplex) {
                    calls.add("opened");
                }

                @Override
                public void attached(Duplex duplex, DownloadMode mode) {
                    calls.add("attached");
                }

                @Override
                public void ended(Duplex duplex, @Nullable DuplexException failure) {
                    calls.add("ended");
                }
            },
            UserThreads.of(tasks::add),
            new Monitoring().observerFailures);

    @SuppressWarnings("NullAway") // the observer looks at no duplex
    private final ObserverCalls observed = new ObserverCalls(observers, null);

    @Test
    void callsWaitInOrderForOneTask() {
        observed.opened();
        observed.run();
        observed.happened(new SessionEvent.Attached(DownloadMode.STREAMING));
        observed.run();
        observed.ended(null);
        observed.run();

        assertThat(tasks).hasSize(1);
        tasks.remove().run();
        assertThat(calls).containsExactly("opened", "attached", "ended");

        observed.run();
        assertThat(tasks).isEmpty();
    }

    @Test
    void anObserverThatIsFarBehindMissesTheMiddleButNotTheEnd() {
        observed.opened();
        for (int i = 0; i < 1000; i++) {
            observed.happened(new SessionEvent.Attached(DownloadMode.STREAMING));
        }
        observed.ended(null);
        observed.run();
        tasks.remove().run();

        assertThat(calls)
                .hasSize(ObserverCalls.MAX_WAITING + 1)
                .startsWith("opened", "attached")
                .endsWith("attached", "ended");
    }
}
