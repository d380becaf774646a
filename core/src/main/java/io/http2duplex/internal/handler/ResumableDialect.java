package io.http2duplex.internal.handler;

import io.http2duplex.internal.core.DownloadRequest;
import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.RequestFields;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.UploadOutcome;
import io.http2duplex.internal.core.resumable.DownloadAttachment;
import io.http2duplex.internal.core.resumable.FrameUpload;
import io.http2duplex.internal.core.resumable.MemoryBudget;
import io.http2duplex.internal.core.resumable.ResumableSession;
import io.http2duplex.internal.runtime.GuardedDownload;
import io.http2duplex.internal.runtime.GuardedSession;
import io.http2duplex.internal.runtime.GuardedUpload;
import io.http2duplex.internal.runtime.SessionDuplex;
import java.util.function.Consumer;

/** The requests of dialect 2. */
final class ResumableDialect {
    private final DuplexFactory factory;
    private final AuthorizationGate gate;
    private final OpenExchanges exchanges;
    private final SessionRegistry sessions;
    private final SessionLimits limits;
    private final MemoryBudget budget;

    ResumableDialect(
            DuplexFactory factory,
            AuthorizationGate gate,
            OpenExchanges exchanges,
            SessionRegistry sessions,
            SessionLimits limits,
            MemoryBudget budget) {
        this.factory = factory;
        this.gate = gate;
        this.exchanges = exchanges;
        this.sessions = sessions;
        this.limits = limits;
        this.budget = budget;
    }

    /** A GET that opens a duplex. */
    void open(AdmittedRequest opening, DownloadRequest.OpensResumable request) {
        long now = System.nanoTime();
        Runnable waker = opening.exchange().waker();
        factory.open(opening, new ResumableSession(limits, budget, now), session -> {
            DownloadAttachment attachment = session.attach(0, 0, request.limit(), now, waker);
            return attachment.problem() == null ? attachment : null;
        });
    }

    /** A GET that resumes a duplex. */
    void resume(Exchange exchange, DownloadRequest.Resumes request) {
        SessionRegistry.Found found = sessions.find(request.id());
        if (found instanceof SessionRegistry.Live live) {
            use(exchange, live.duplex(), session -> resume(exchange, session, request));
        } else if (found instanceof SessionRegistry.Ended ended) {
            exchanges.refuse(
                    exchange, ended.failure() == null ? Problem.sessionOver() : Problem.sessionReset(ended.failure()));
        } else {
            exchanges.refuse(exchange, Problem.unknownSession());
        }
    }

    private void resume(Exchange exchange, GuardedSession<ResumableSession> session, DownloadRequest.Resumes request) {
        DownloadAttachment attachment = session.tellFor(state ->
                state.attach(request.number(), request.offset(), request.limit(), System.nanoTime(), exchange.waker()));
        if (attachment.problem() == null) {
            exchange.download(new GuardedDownload(session, attachment), new DownloadHead(request.id(), 2));
        } else {
            exchanges.refuse(exchange, attachment.problem());
        }
    }

    /** A POST. */
    void upload(Exchange exchange, RequestFields fields) {
        Problem problem = fields.isDialect2()
                ? fields.idProblem()
                : Problem.badHeaders("The header " + HeaderNames.VERSION + " must be " + HeaderNames.DIALECT_2
                        + ", once, or absent for dialect 1.");
        if (problem != null) {
            exchanges.refuse(exchange, problem);
            return;
        }
        SessionRegistry.Found found = sessions.find(fields.get(HeaderNames.ID).get(0));
        if (found instanceof SessionRegistry.Live live) {
            use(exchange, live.duplex(), session -> upload(exchange, session));
        } else if (!(found instanceof SessionRegistry.Ended ended)) {
            exchanges.refuse(exchange, Problem.unknownSession());
        } else if (ended.failure() != null) {
            exchanges.refuse(exchange, Problem.sessionReset(ended.failure()));
        } else {
            exchanges.answer(exchange, UploadOutcome.PROCESSED); // everything in it had come before
        }
    }

    private void upload(Exchange exchange, GuardedSession<ResumableSession> session) {
        FrameUpload upload = session.tellFor(state -> state.openUpload(System.nanoTime(), exchange.waker()));
        exchange.upload(
                new GuardedUpload(session, upload),
                exchange.requestLength() < 0,
                outcome -> exchanges.answer(exchange, outcome));
    }

    private void use(Exchange exchange, SessionDuplex<?> duplex, Consumer<GuardedSession<ResumableSession>> then) {
        GuardedSession<ResumableSession> session = duplex.sessionAs(ResumableSession.class);
        if (session == null) {
            exchanges.refuse(exchange, Problem.otherDialect());
        } else {
            gate.use(exchange, duplex.request(), () -> then.accept(session));
        }
    }
}
