package io.http2duplex.internal.handler;

import io.http2duplex.internal.core.Dialect;
import io.http2duplex.internal.core.Download;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.Upload;
import io.http2duplex.internal.core.plain.OneRequestSession;
import io.http2duplex.internal.runtime.GuardedUpload;

/** The one-request side of an endpoint: a PUT opens a duplex, and carries both of its directions. */
record OneRequestDialect(DuplexFactory factory, OpenExchanges exchanges, SessionLimits limits, MemoryBudget budget) {
    void open(AdmittedRequest opening) {
        Exchange exchange = opening.exchange();
        Runnable waker = exchange.waker();
        factory.open(
                opening,
                new OneRequestSession(limits, budget.share(opening.place().owner()), waker),
                (session, download, id) -> {
                    Upload upload = session.tellFor(state -> state.upload(exchange.requestLength(), waker));
                    exchanges.both(
                            exchange,
                            download,
                            new DownloadHead(id, Dialect.ONE_REQUEST, 0, DownloadWay.STREAMING, Download.UNKNOWN),
                            new GuardedUpload(session, upload));
                },
                null,
                (session, id) -> session.download());
    }
}
