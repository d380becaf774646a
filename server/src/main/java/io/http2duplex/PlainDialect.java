package io.http2duplex;

import io.http2duplex.protocol.Failure;
import io.http2duplex.protocol.HeaderNames;
import io.http2duplex.protocol.Limits;
import io.http2duplex.protocol.Problem;
import io.http2duplex.protocol.RequestFields;
import io.http2duplex.protocol.SessionId;
import io.http2duplex.protocol.dialect1.PlainSession;
import io.http2duplex.protocol.dialect1.Upload;
import io.http2duplex.protocol.dialect1.UploadKind;
import io.http2duplex.protocol.dialect1.UploadRequest;
import io.http2duplex.undertow.Answer;
import io.http2duplex.undertow.DownloadExchange;
import io.http2duplex.undertow.HandledExchange;
import io.http2duplex.undertow.UploadExchange;
import io.undertow.util.HttpString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Serves requests of dialect 1. All methods are called on the exchange's I/O thread, in a dispatched task. */
final class PlainDialect implements Application.Dialect {
    private static final HttpString ID = new HttpString(HeaderNames.ID);

    private final Application application;
    private final Gate gate;
    private final Limits limits;
    final Sessions<PlainSession> sessions = new Sessions<>();

    PlainDialect(Application application, Gate gate, Limits limits) {
        this.application = application;
        this.gate = gate;
        this.limits = limits;
    }

    /** A GET that opens a duplex. */
    void open(Opening opening) {
        HandledExchange exchange = opening.exchange();
        DownloadExchange download = new DownloadExchange(exchange);
        String id = SessionId.next();
        SessionDuplex<PlainSession> duplex =
                application.duplex(id, opening, new PlainSession(limits, download::wake), this);
        if (!sessions.add(duplex)) {
            opening.place().leave();
            new Answer(exchange).problem(Problem.shutDown());
            return;
        }
        duplex.opened();
        if (application.call(duplex)) {
            download.start(new PlainDownload(duplex.session()), Map.of(ID, id), HeaderNames.ID);
        } else {
            new Answer(exchange).problem(Problem.overloaded());
        }
    }

    /** A POST. */
    void upload(HandledExchange exchange, RequestFields fields) {
        UploadRequest request = UploadRequest.parse(fields, limits.maxChunkSize());
        if (request.problem() != null) {
            new Answer(exchange).problem(request.problem());
            return;
        }
        SessionDuplex<PlainSession> duplex = sessions.get(request.id());
        if (duplex != null) {
            gate.use(exchange, duplex.request(), () -> upload(exchange, duplex, request));
        } else if (request.kind() == UploadKind.DESTROY) {
            new Answer(exchange).ok(); // it is as the page wants it
        } else {
            new Answer(exchange).problem(Problem.unknownSession());
        }
    }

    private static void upload(HandledExchange exchange, SessionDuplex<PlainSession> duplex, UploadRequest request) {
        UploadExchange carrier = new UploadExchange(exchange);
        boolean empty = request.contentLength() < 0 && exchange.undertow().isRequestComplete();
        long contentLength = empty ? 0 : request.contentLength();
        Upload upload = duplex.session()
                .call(session -> session.openUpload(request.kind(), contentLength, System.nanoTime(), carrier::wake));
        boolean streaming = request.kind() == UploadKind.SINGLE && contentLength < 0;
        carrier.start(new PlainUpload(duplex.session(), upload), streaming);
    }

    @Override
    public void over(String id, @Nullable Failure failure) {
        sessions.remove(id);
    }
}
