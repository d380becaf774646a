package io.http2duplex.internal.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DuplexRequest;
import io.http2duplex.internal.core.DownloadRequest;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.SessionId;
import io.http2duplex.internal.core.resumable.DownloadAttachment;
import io.http2duplex.internal.core.resumable.ResumableSession;
import io.http2duplex.internal.runtime.DuplexContext;
import io.http2duplex.internal.runtime.Monitoring;
import io.http2duplex.internal.runtime.Scheduler;
import io.http2duplex.internal.runtime.SessionDuplex;
import io.http2duplex.internal.runtime.SessionHost;
import io.http2duplex.internal.runtime.UserThreads;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.AbstractOwnableSynchronizer;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A client that goes, and comes back, in the moment in which the place of its session is given up or taken again: a session
 * that is attached has its place.
 */
@Timeout(20)
class AbortedOpeningTest {
    private static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    private final Admission admission = new Admission(Map.of(OpeningLimit.SESSIONS, 1));
    private final Admission.Place place = admission.enter(new Object(), ADDRESS, 0);
    private final SessionRegistry sessions =
            new SessionRegistry(new EndedSessions(0, System::nanoTime, Scheduler.SHARED), "");
    private final Monitoring monitoring = new Monitoring();
    private final OpenExchanges exchanges = new OpenExchanges(monitoring);
    private final UserThreads threads = UserThreads.of(Runnable::run);
    private final DuplexContext context =
            new DuplexContext("downloadBufferSize", threads, monitoring, null, Scheduler.SHARED, () -> false);
    private final MemoryBudget budget = new MemoryBudget(0);
    private final ResumableDialect dialect = new ResumableDialect(
            new DuplexFactory(duplex -> {}, context, exchanges, sessions, 0, 0),
            new AuthorizationGate(null, threads, Duration.ofSeconds(1).toNanos(), monitoring, exchanges),
            exchanges,
            sessions,
            SimulatedHost.LIMITS,
            budget,
            Set.of(DownloadWay.STREAMING.mode()),
            false);
    private final String id = SessionId.next("");
    private final List<Thread> others = new ArrayList<>();
    /** What happens while the place is given up, or has just been taken. */
    private Runnable meanwhile = () -> {};

    private final SessionHost owner = new SessionHost() {
        @Override
        public void ended(@Nullable Failure failure) {}

        @Override
        public void aborted() {
            happen();
            place.suspend();
        }

        @Override
        public @Nullable Problem readmit() {
            Problem full = place.readmit();
            happen();
            return full;
        }
    };

    /** On another thread, as far as that does not wait for a lock. */
    private void happen() {
        Thread other = new Thread(meanwhile);
        meanwhile = () -> {};
        other.setDaemon(true);
        other.start();
        others.add(other);
        while (other.isAlive() && !(LockSupport.getBlocker(other) instanceof AbstractOwnableSynchronizer)) {
            Thread.onSpinWait();
        }
    }

    private SessionDuplex<ResumableSession> open(DuplexRequest request) {
        SessionDuplex<ResumableSession> duplex = new SessionDuplex<>(
                id, request, new ResumableSession(SimulatedHost.LIMITS, budget, System.nanoTime()), context, owner);
        sessions.add(duplex, null);
        duplex.opened();
        return duplex;
    }

    private static DownloadAttachment attach(SessionDuplex<ResumableSession> duplex) {
        return duplex.session()
                .tellFor(state -> state.attach(0, 0, 100, DownloadWay.STREAMING, System.nanoTime(), () -> {}));
    }

    private static void lose(SessionDuplex<ResumableSession> duplex, DownloadAttachment attachment) {
        duplex.session().tell(state -> attachment.lost(null, System.nanoTime()));
    }

    private void resume(SimulatedExchange exchange) {
        dialect.resume(exchange, new DownloadRequest.Resumes(id, 1, 0, 100, DownloadWay.STREAMING));
    }

    private static SimulatedExchange get(SimulatedHost host) {
        host.endpoint().exchangeBegan();
        return new SimulatedExchange(
                host,
                new SimulatedHost.Client(),
                "GET",
                Map.of(),
                SimulatedExchange.Body.of(new byte[0]),
                0,
                SimulatedHost.BOUND);
    }

    private void assertThatItHasItsPlace(SimulatedExchange resumed) throws Exception {
        assertThat(resumed.await().status()).isEqualTo(200);
        for (Thread other : others) {
            other.join();
        }
        assertThat(admission.enter(new Object(), ADDRESS, 0).problem()).isNotNull();
    }

    @Test
    void aClientThatComesBackWhileThePlaceIsGivenUpTakesItAgain() throws Exception {
        try (SimulatedHost host = new SimulatedHost()) {
            SimulatedExchange resuming = get(host);
            SessionDuplex<ResumableSession> duplex = open(resuming.request(null));
            DownloadAttachment attachment = attach(duplex);
            meanwhile = () -> resume(resuming);

            lose(duplex, attachment);

            assertThatItHasItsPlace(resuming);
            duplex.reset();
        }
    }

    @Test
    void aDownloadThatIsLostWhileAnotherTakesItsPlaceGivesNothingUp() throws Exception {
        try (SimulatedHost host = new SimulatedHost()) {
            SimulatedExchange resuming = get(host);
            SessionDuplex<ResumableSession> duplex = open(resuming.request(null));
            DownloadAttachment attachment = attach(duplex);
            meanwhile = () -> lose(duplex, attachment);

            resume(resuming);

            assertThatItHasItsPlace(resuming);
            duplex.reset();
        }
    }
}
