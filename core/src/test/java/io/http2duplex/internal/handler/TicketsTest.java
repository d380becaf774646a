package io.http2duplex.internal.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DuplexRequest;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.SessionId;
import io.http2duplex.internal.core.resumable.Attach;
import io.http2duplex.internal.core.resumable.DownloadAttachment;
import io.http2duplex.internal.core.resumable.ResumableSession;
import io.http2duplex.internal.core.resumable.Ticket;
import io.http2duplex.internal.handler.SessionRegistry.Live;
import io.http2duplex.internal.handler.SessionRegistry.Unknown;
import io.http2duplex.internal.runtime.DuplexContext;
import io.http2duplex.internal.runtime.Monitoring;
import io.http2duplex.internal.runtime.Scheduler;
import io.http2duplex.internal.runtime.SessionDuplex;
import io.http2duplex.internal.runtime.UserThreads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests of what a registry remembers of tickets: one a session at most. */
@Timeout(20)
class TicketsTest {
    @SuppressWarnings("NullAway") // nothing here asks for the opening request
    private static final DuplexRequest REQUEST = null;

    private final SessionRegistry sessions =
            new SessionRegistry(new EndedSessions(0, System::nanoTime, Scheduler.SHARED), "");
    private final String id = SessionId.next("");
    private final SessionDuplex<ResumableSession> duplex = new SessionDuplex<>(
            id,
            REQUEST,
            new ResumableSession(SimulatedHost.LIMITS, new MemoryBudget(0), 0),
            new DuplexContext(
                    "downloadBufferSize",
                    UserThreads.of(Runnable::run),
                    new Monitoring(),
                    null,
                    Scheduler.SHARED,
                    () -> false),
            failure -> sessions.ended(id, failure));

    private Ticket attach(long number) {
        return duplex.session().tellFor(state -> {
            Ticket before = state.ticket();
            Ticket next = Ticket.next();
            assertThat(state.attach(number, 0, 100, DownloadWay.STREAMING, 0, () -> {})
                            .problem())
                    .isNull();
            state.issue(next);
            sessions.changeTicket(id, before, next);
            return next;
        });
    }

    @Test
    void onlyTheNewestTicketOfASessionIsKnownAndNoneWhenItHasEnded() {
        sessions.add(duplex, null);
        duplex.opened();
        Ticket first = attach(0);
        assertThat(sessions.find(first)).isEqualTo(new Live(duplex));

        Ticket second = attach(1);
        assertThat(sessions.find(first)).isInstanceOf(Unknown.class);
        assertThat(sessions.find(second)).isEqualTo(new Live(duplex));
        assertThat(sessions.tickets()).isEqualTo(1);

        duplex.reset();
        assertThat(sessions.find(second)).isInstanceOf(Unknown.class);
        assertThat(sessions.tickets()).isZero();
    }

    @Test
    void aSessionTakesItsNewestTicketOnce() {
        Ticket first = attach(0);
        Ticket second = attach(1);
        assertThat(problemOf(new Attach(2, 0, 100, first))).isEqualTo("unknown-session");
        assertThat(problemOf(new Attach(1, 0, 100, second))).isEqualTo("stale-attach");
        assertThat(problemOf(new Attach(2, 50, 100, second))).isEqualTo("bad-offset");
        assertThat(problemOf(new Attach(2, 0, 100, second))).isEmpty();
        assertThat(problemOf(new Attach(3, 0, 100, second))).isEqualTo("unknown-session");
        duplex.reset();
        assertThat(problemOf(new Attach(4, 0, 100, second))).isEqualTo("session-reset");
    }

    private String problemOf(Attach attach) {
        DownloadAttachment attached = duplex.session().tellFor(state -> state.attachSocket(attach, 0, () -> {}));
        return attached.problem() == null ? "" : attached.problem().name();
    }
}
