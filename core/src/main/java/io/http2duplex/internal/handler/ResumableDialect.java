package io.http2duplex.internal.handler;

import io.http2duplex.DownloadMode;
import io.http2duplex.internal.core.Dialect;
import io.http2duplex.internal.core.DownloadRequest;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.MemoryShare;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.RequestFields;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.UploadOutcome;
import io.http2duplex.internal.core.resumable.Attach;
import io.http2duplex.internal.core.resumable.DownloadAttachment;
import io.http2duplex.internal.core.resumable.FrameUpload;
import io.http2duplex.internal.core.resumable.ResumableSession;
import io.http2duplex.internal.core.resumable.Ticket;
import io.http2duplex.internal.runtime.GuardedDownload;
import io.http2duplex.internal.runtime.GuardedSession;
import io.http2duplex.internal.runtime.GuardedUpload;
import io.http2duplex.internal.runtime.SessionHost;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The dialect 2 side of an endpoint: serves its requests.
 *
 * @param webSocket whether sockets may attach: downloads bring tickets then
 */
record ResumableDialect(
        DuplexFactory factory,
        AuthorizationGate gate,
        OpenExchanges exchanges,
        SessionRegistry sessions,
        SessionLimits limits,
        MemoryBudget budget,
        Set<DownloadMode> modes,
        boolean webSocket) {
    /** A GET that opens a duplex, unless another of the same opening was faster. */
    void open(AdmittedRequest opening, DownloadRequest.OpensResumable request) {
        if (resumeOpened(opening.exchange(), request)) { // while the authorizer was asked
            opening.place().leave();
            return;
        }
        long now = System.nanoTime();
        DownloadWay way = request.way().within(modes);
        DownloadAnswer answer =
                new DownloadAnswer(opening.exchange(), exchanges, Dialect.DIALECT_2, request.number(), way);
        MemoryShare share = budget.share(opening.place().owner());
        boolean isFirst = factory.open(
                opening,
                new ResumableSession(limits, share, now),
                (session, download, id) -> answer.accepted(download, id),
                request.opening(),
                (session, id) -> attach(session, id, request.number(), 0, request.limit(), way, answer));
        if (!isFirst) { // another came at the same time
            open(opening, request);
        }
    }

    /** Attaches a download, with a ticket if sockets may attach. Called under the session's lock. */
    private DownloadAttachment attach(
            ResumableSession session,
            String id,
            long number,
            long offset,
            long limit,
            DownloadWay way,
            Runnable onReady) {
        Ticket before = session.ticket();
        DownloadAttachment attachment = session.attach(number, offset, limit, way, System.nanoTime(), onReady);
        if (webSocket && attachment.problem() == null) {
            Ticket next = Ticket.next();
            session.issue(next);
            sessions.changeTicket(id, before, next);
        }
        return attachment;
    }

    /**
     * Resumes the session that an earlier GET of the same opening has opened.
     *
     * @return false if there is none
     */
    boolean resumeOpened(Exchange exchange, DownloadRequest.OpensResumable request) {
        String id = request.opening() == null ? null : sessions.openedWith(request.opening());
        if (id != null) {
            resume(exchange, new DownloadRequest.Resumes(id, request.number(), 0, request.limit(), request.way()));
        }
        return id != null;
    }

    /** A GET that resumes a duplex. */
    void resume(Exchange exchange, DownloadRequest.Resumes request) {
        use(exchange, request.id(), UploadOutcome.refused(Problem.sessionOver()), (session, host) -> {
            DownloadWay way = request.way().within(modes);
            DownloadAnswer answer = new DownloadAnswer(exchange, exchanges, Dialect.DIALECT_2, request.number(), way);
            DownloadAttachment attachment = session.tellFor(state -> {
                Problem full = host.readmit();
                return full == null
                        ? attach(state, request.id(), request.number(), request.offset(), request.limit(), way, answer)
                        : DownloadAttachment.refused(full);
            });
            if (attachment.problem() == null) {
                answer.accepted(new GuardedDownload(session, attachment), request.id());
            } else {
                exchanges.refuse(exchange, attachment.problem());
            }
        });
    }

    /**
     * ATTACH has come on a socket, whose carrier begins if it is accepted. The ticket stands for the id, and for the account:
     * it came over a download that the account was asked for.
     *
     * @return why it is refused; null if it is not
     */
    @Nullable
    Problem attach(Socket socket, Attach attach) {
        if (!(sessions.find(attach.ticket()) instanceof SessionRegistry.Live live)) {
            return Problem.unknownTicket();
        }
        GuardedSession<ResumableSession> session = live.duplex().sessionAs(ResumableSession.class);
        if (session == null) {
            return Problem.unknownTicket();
        }
        SessionHost host = live.duplex().host();
        Runnable waker = socket.waker();
        DownloadAttachment attachment = session.tellFor(state -> {
            Problem full = host.readmit();
            if (full != null) {
                return DownloadAttachment.refused(full);
            }
            DownloadAttachment attached = state.attachSocket(attach, System.nanoTime(), waker);
            if (attached.problem() == null) {
                sessions.changeTicket(live.duplex().id(), attach.ticket(), null);
            }
            return attached;
        });
        if (attachment.problem() == null) {
            host.known();
            FrameUpload upload = session.tellFor(state -> state.openSocketUpload(System.nanoTime()));
            socket.carry(new GuardedUpload(session, upload), new GuardedDownload(session, attachment));
        }
        return attachment.problem();
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
        boolean streaming = exchange.requestLength() < 0;
        Problem noStreaming = streaming ? exchange.noStreaming() : null;
        if (noStreaming != null) {
            exchanges.refuse(exchange, noStreaming);
            return;
        }
        // If the session has ended, everything in the body had come before.
        use(exchange, fields.get(HeaderNames.ID).get(0), UploadOutcome.PROCESSED, (session, host) -> {
            host.known();
            FrameUpload upload = session.tellFor(state -> state.openUpload(System.nanoTime(), exchange.waker()));
            exchanges.upload(exchange, new GuardedUpload(session, upload), streaming);
        });
    }

    /**
     * Finds the session of a request, and answers if there is none, or it is another's.
     *
     * @param ended how to answer if it has ended cleanly
     */
    private void use(
            Exchange exchange,
            String id,
            UploadOutcome ended,
            BiConsumer<GuardedSession<ResumableSession>, SessionHost> then) {
        SessionRegistry.Found found = sessions.find(id);
        if (found instanceof SessionRegistry.Live live) {
            GuardedSession<ResumableSession> session = live.duplex().sessionAs(ResumableSession.class);
            if (session == null) {
                exchanges.refuse(exchange, Problem.otherDialect());
            } else {
                gate.use(
                        exchange,
                        live.duplex().request(),
                        () -> then.accept(session, live.duplex().host()));
            }
        } else if (found instanceof SessionRegistry.Ended known) {
            exchanges.answer(
                    exchange,
                    known.failure() == null ? ended : UploadOutcome.refused(Problem.sessionReset(known.failure())));
        } else {
            exchanges.refuse(
                    exchange,
                    found instanceof SessionRegistry.Elsewhere ? Problem.otherNode() : Problem.unknownSession());
        }
    }
}
