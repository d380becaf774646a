package io.http2duplex.internal.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DuplexRequest;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.SessionId;
import io.http2duplex.internal.core.resumable.DownloadAttachment;
import io.http2duplex.internal.core.resumable.MemoryBudget;
import io.http2duplex.internal.core.resumable.ResumableSession;
import io.http2duplex.internal.runtime.DuplexContext;
import io.http2duplex.internal.runtime.Monitoring;
import io.http2duplex.internal.runtime.Scheduler;
import io.http2duplex.internal.runtime.SessionDuplex;
import io.http2duplex.internal.runtime.SessionHost;
import io.http2duplex.internal.runtime.UserThreads;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client that comes back in the moment in which the place of its session is given up. */
@Timeout(20)
class AbortedOpeningTest {
    @SuppressWarnings("NullAway") // nothing here asks for the opening request
    private static final DuplexRequest REQUEST = null;

    private final CompletableFuture<Thread.State> comesBack = new CompletableFuture<>();

    @SuppressWarnings("NullAway.Init")
    private SessionDuplex<ResumableSession> duplex;

    /** {@return the state of a thread that resumes the session: it waits for the lock, or has not met it} */
    private Thread.State comeBack() {
        Thread client = new Thread(
                () -> duplex.session().tell(state -> state.attach(1, 0, 100, DownloadWay.STREAMING, 0, () -> {})));
        client.setDaemon(true);
        client.start();
        Thread.State state;
        do {
            Thread.onSpinWait();
            state = client.getState();
        } while (state != Thread.State.WAITING && state != Thread.State.TERMINATED);
        return state;
    }

    @Test
    void theSessionCannotBeResumedBeforeItsPlaceIsGivenUp() throws Exception {
        SessionHost host = new SessionHost() {
            @Override
            public void ended(@Nullable Failure failure) {}

            @Override
            public void aborted() {
                comesBack.complete(comeBack());
            }
        };
        duplex = new SessionDuplex<>(
                SessionId.next(""),
                REQUEST,
                new ResumableSession(SimulatedHost.LIMITS, new MemoryBudget(0), 0),
                new DuplexContext(
                        "downloadBufferSize",
                        UserThreads.of(Runnable::run),
                        new Monitoring(),
                        null,
                        Scheduler.SHARED,
                        () -> false),
                host);
        duplex.opened();
        DownloadAttachment attachment =
                duplex.session().tellFor(state -> state.attach(0, 0, 100, DownloadWay.STREAMING, 0, () -> {}));

        duplex.session().tell(state -> attachment.lost(null, 0));

        assertThat(comesBack.get()).isEqualTo(Thread.State.WAITING);
        duplex.reset();
    }
}
