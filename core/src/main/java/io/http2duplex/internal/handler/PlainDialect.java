package io.http2duplex.internal.handler;

import io.http2duplex.internal.core.Dialect;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.RequestFields;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.UploadOutcome;
import io.http2duplex.internal.core.plain.PlainSession;
import io.http2duplex.internal.core.plain.PlainUpload;
import io.http2duplex.internal.core.plain.UploadKind;
import io.http2duplex.internal.core.plain.UploadRequest;
import io.http2duplex.internal.runtime.GuardedSession;
import io.http2duplex.internal.runtime.GuardedUpload;
import io.http2duplex.internal.runtime.SessionDuplex;

/** The dialect 1 side of an endpoint: serves its requests. */
record PlainDialect(
        DuplexFactory factory,
        AuthorizationGate gate,
        OpenExchanges exchanges,
        SessionRegistry sessions,
        SessionLimits limits) {
    /** A GET that opens a duplex. */
    void open(AdmittedRequest opening) {
        DownloadAnswer answer =
                new DownloadAnswer(opening.exchange(), exchanges, Dialect.DIALECT_1, 0, DownloadWay.STREAMING);
        PlainSession session = new PlainSession(limits, answer);
        factory.open(
                opening,
                session,
                (opened, download, id) -> answer.accepted(download, id),
                null,
                (opened, id) -> opened.download());
    }

    /** A POST. */
    void upload(Exchange exchange, RequestFields fields) {
        UploadRequest request = UploadRequest.parse(fields, limits.maxChunkSize());
        if (request.problem() != null) {
            exchanges.refuse(exchange, request.problem());
            return;
        }
        if (exchange.requestLength() < 0 && !exchange.tellsCutFromEnd()) {
            exchanges.refuse(exchange, Problem.cutLooksLikeEnd());
            return;
        }
        SessionRegistry.Found found = sessions.find(request.id());
        if (found instanceof SessionRegistry.Live live) {
            upload(exchange, live.duplex(), request);
        } else if (found instanceof SessionRegistry.Elsewhere) {
            exchanges.refuse(exchange, Problem.otherNode());
        } else if (request.kind() == UploadKind.DESTROY) {
            exchanges.answer(exchange, UploadOutcome.TAKEN); // it is as the page wants it
        } else {
            exchanges.refuse(exchange, Problem.unknownSession());
        }
    }

    private void upload(Exchange exchange, SessionDuplex<?> duplex, UploadRequest request) {
        GuardedSession<PlainSession> session = duplex.sessionAs(PlainSession.class);
        if (session == null) {
            exchanges.refuse(exchange, Problem.otherDialect());
        } else {
            gate.use(exchange, duplex.request(), () -> upload(exchange, session, request));
        }
    }

    private void upload(Exchange exchange, GuardedSession<PlainSession> session, UploadRequest request) {
        long length = exchange.requestLength();
        boolean streaming = request.kind() == UploadKind.SINGLE && length < 0;
        PlainUpload upload =
                session.tellFor(state -> state.openUpload(request.kind(), length, System.nanoTime(), exchange.waker()));
        exchanges.upload(exchange, new GuardedUpload(session, upload), streaming);
    }
}
