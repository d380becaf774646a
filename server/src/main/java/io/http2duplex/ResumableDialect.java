package io.http2duplex;

import io.http2duplex.protocol.DownloadRequest;
import io.http2duplex.protocol.Failure;
import io.http2duplex.protocol.HeaderNames;
import io.http2duplex.protocol.Limits;
import io.http2duplex.protocol.Problem;
import io.http2duplex.protocol.RequestFields;
import io.http2duplex.protocol.SessionId;
import io.http2duplex.protocol.dialect2.Attachment;
import io.http2duplex.protocol.dialect2.FrameUpload;
import io.http2duplex.protocol.dialect2.MemoryBudget;
import io.http2duplex.protocol.dialect2.ResumableSession;
import io.http2duplex.undertow.Answer;
import io.http2duplex.undertow.DownloadExchange;
import io.http2duplex.undertow.HandledExchange;
import io.http2duplex.undertow.UploadExchange;
import io.undertow.util.HttpString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Serves requests of dialect 2. Methods are called on the exchange's I/O thread, in a dispatched task. */
final class ResumableDialect implements Application.Dialect {
    private static final HttpString ID = new HttpString(HeaderNames.ID);
    private static final HttpString VERSION = new HttpString(HeaderNames.VERSION);
    private static final String EXPOSED = HeaderNames.ID + ", " + HeaderNames.VERSION;

    private final Application application;
    private final Gate gate;
    private final Limits limits;
    private final MemoryBudget budget;
    final Sessions<ResumableSession> sessions = new Sessions<>();
    final Outcomes outcomes;

    ResumableDialect(Application application, Gate gate, Limits limits, MemoryBudget budget, Outcomes outcomes) {
        this.application = application;
        this.gate = gate;
        this.limits = limits;
        this.budget = budget;
        this.outcomes = outcomes;
    }

    /** A GET that opens a duplex. */
    void open(Opening opening, DownloadRequest.OpensResumable request) {
        HandledExchange exchange = opening.exchange();
        long now = System.nanoTime();
        String id = SessionId.next();
        SessionDuplex<ResumableSession> duplex =
                application.duplex(id, opening, new ResumableSession(limits, budget, now), this);
        if (!sessions.add(duplex)) {
            opening.place().leave();
            new Answer(exchange).problem(Problem.shutDown());
            return;
        }
        duplex.opened();
        DownloadExchange download = new DownloadExchange(exchange);
        Attachment attachment =
                duplex.session().call(session -> session.attach(0, 0, request.limit(), now, download::wake));
        if (attachment.problem() != null) { // the handler was closed meanwhile
            new Answer(exchange).problem(Problem.shutDown());
        } else if (application.call(duplex)) {
            start(download, duplex, attachment);
        } else {
            new Answer(exchange).problem(Problem.overloaded());
        }
    }

    /** A GET that resumes a duplex. */
    void resume(HandledExchange exchange, DownloadRequest.Resumes request) {
        SessionDuplex<ResumableSession> duplex = sessions.get(request.id());
        if (duplex == null) {
            Outcomes.Outcome outcome = outcomes.get(request.id());
            new Answer(exchange)
                    .problem(
                            outcome == null
                                    ? Problem.unknownSession()
                                    : outcome.failure() == null ? Problem.over() : Problem.gone(outcome.failure()));
            return;
        }
        gate.use(exchange, duplex.request(), () -> resume(exchange, duplex, request));
    }

    private static void resume(
            HandledExchange exchange, SessionDuplex<ResumableSession> duplex, DownloadRequest.Resumes request) {
        DownloadExchange download = new DownloadExchange(exchange);
        Attachment attachment = duplex.session()
                .call(session -> session.attach(
                        request.number(), request.offset(), request.limit(), System.nanoTime(), download::wake));
        if (attachment.problem() != null) {
            new Answer(exchange).problem(attachment.problem());
        } else {
            start(download, duplex, attachment);
        }
    }

    private static void start(
            DownloadExchange download, SessionDuplex<ResumableSession> duplex, Attachment attachment) {
        Map<HttpString, String> fields = Map.of(ID, duplex.id(), VERSION, HeaderNames.DIALECT_2);
        download.start(new ResumableDownload(duplex.session(), attachment), fields, EXPOSED);
    }

    /** A POST. */
    void upload(HandledExchange exchange, RequestFields fields) {
        Problem problem = fields.isDialect2()
                ? fields.idProblem()
                : Problem.badHeaders("The header " + HeaderNames.VERSION + " is to be " + HeaderNames.DIALECT_2
                        + ", once, or absent for dialect 1.");
        if (problem != null) {
            new Answer(exchange).problem(problem);
            return;
        }
        String id = fields.get(HeaderNames.ID).get(0);
        SessionDuplex<ResumableSession> duplex = sessions.get(id);
        if (duplex != null) {
            gate.use(exchange, duplex.request(), () -> upload(exchange, duplex));
            return;
        }
        Outcomes.Outcome outcome = outcomes.get(id);
        if (outcome == null) {
            new Answer(exchange).problem(Problem.unknownSession());
        } else if (outcome.failure() != null) {
            new Answer(exchange).problem(Problem.gone(outcome.failure()));
        } else {
            new Answer(exchange).noContent(); // everything in it had come before
        }
    }

    private static void upload(HandledExchange exchange, SessionDuplex<ResumableSession> duplex) {
        UploadExchange carrier = new UploadExchange(exchange);
        FrameUpload upload = duplex.session().call(session -> session.openUpload(System.nanoTime(), carrier::wake));
        boolean streaming = exchange.undertow().getRequestContentLength() < 0;
        carrier.start(new ResumableUpload(duplex.session(), upload), streaming);
    }

    @Override
    public void over(String id, @Nullable Failure failure) {
        outcomes.add(id, failure);
        sessions.remove(id);
    }
}
