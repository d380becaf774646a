package io.http2duplex;

import io.http2duplex.protocol.DownloadRequest;
import io.http2duplex.protocol.HeaderNames;
import io.http2duplex.protocol.Problem;
import io.http2duplex.protocol.RequestFields;
import io.http2duplex.undertow.Answer;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.HttpContinueAcceptingHandler;
import io.undertow.server.handlers.HttpContinueReadHandler;
import io.undertow.util.AttachmentKey;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.Protocols;
import io.undertow.util.SameThreadExecutor;
import java.util.List;
import java.util.function.Consumer;

/** Tells the requests of a handler apart, and gives each to the dialect that serves it. */
final class Requests implements HttpHandler {
    private static final String ALLOW = "GET, POST, OPTIONS";

    private final PlainDialect dialect1;
    private final ResumableDialect dialect2;
    private final Origins origins;
    private final Admission admission;
    private final Gate gate;
    /** Of a connection: how many sessions of this handler were opened over it. */
    private final AttachmentKey<Admission.Tally> tallies = AttachmentKey.create(Admission.Tally.class);
    /** Meets an expectation (Expect: 100-continue) when the body is read: what is refused needs not be sent. */
    private final HttpHandler http1Uploads = new HttpContinueReadHandler(this::upload);
    /** Meets it at once: over HTTP/2 Undertow resets the stream of an answer that goes out before that. */
    private final HttpHandler http2Uploads = new HttpContinueAcceptingHandler(this::upload);

    Requests(PlainDialect dialect1, ResumableDialect dialect2, Origins origins, Admission admission, Gate gate) {
        this.dialect1 = dialect1;
        this.dialect2 = dialect2;
        this.origins = origins;
        this.admission = admission;
        this.gate = gate;
    }

    /** Takes one request. Called by Undertow, on any of its threads. */
    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        checkOrigin(exchange, this::handleAllowed);
    }

    /** Gives a request to the next handler if its origin is allowed, and it is no preflight: those are answered. */
    void checkOrigin(HttpServerExchange exchange, HttpHandler next) throws Exception {
        // The bounds are the session's: an upload is as long as the client likes, and never held whole.
        if (exchange.isRequestChannelAvailable()) {
            exchange.setMaxEntitySize(-1);
        }
        Problem problem = origins.check(exchange);
        if (problem != null) {
            dispatch(exchange, () -> new Answer(exchange).problem(problem));
        } else if (Origins.isPreflight(exchange)) {
            origins.allow(exchange);
            dispatch(exchange, () -> new Answer(exchange).noContent());
        } else {
            next.handleRequest(exchange);
        }
    }

    private void handleAllowed(HttpServerExchange exchange) throws Exception {
        if (exchange.getRequestMethod().equals(Methods.GET)) {
            dispatch(exchange, () -> download(exchange));
        } else if (exchange.getRequestMethod().equals(Methods.POST)) {
            (isHttp2(exchange) ? http2Uploads : http1Uploads).handleRequest(exchange);
        } else if (exchange.getRequestMethod().equals(Methods.OPTIONS)) {
            exchange.getResponseHeaders().put(Headers.ALLOW, ALLOW);
            dispatch(exchange, () -> new Answer(exchange).ok());
        } else {
            exchange.getResponseHeaders().put(Headers.ALLOW, ALLOW);
            dispatch(exchange, () -> new Answer(exchange).problem(Problem.methodNotAllowed()));
        }
    }

    private void download(HttpServerExchange exchange) {
        if (!exchange.isRequestComplete() && !isHttp2(exchange)) {
            // Behind a body the close of an HTTP/1.1 connection would not be noticed.
            new Answer(exchange).problem(Problem.badHeaders("GET opens or resumes a duplex: it has no body."));
            return;
        }
        DownloadRequest request = DownloadRequest.parse(fields(exchange));
        if (request instanceof DownloadRequest.Refused refused) {
            new Answer(exchange).problem(refused.problem());
        } else if (request instanceof DownloadRequest.OpensResumable opens) {
            open(exchange, opening -> dialect2.open(opening, opens));
        } else if (request instanceof DownloadRequest.Resumes resumes) {
            if (dialect1.sessions.get(resumes.id()) == null) {
                dialect2.resume(exchange, resumes);
            } else {
                new Answer(exchange).problem(Problem.otherDialect());
            }
        } else {
            open(exchange, dialect1::open);
        }
    }

    private void open(HttpServerExchange exchange, Consumer<Opening> dialect) {
        DuplexRequest request = new DuplexRequest(exchange);
        Admission.Place place = admission.enter(tally(exchange), request.remoteAddress(), System.nanoTime());
        if (place.problem() != null) {
            new Answer(exchange).problem(place.problem());
            return;
        }
        gate.open(exchange, request, new Gate.Opened() {
            @Override
            public void accepted(DuplexRequest accepted) {
                String account = accepted.account();
                Problem problem = account == null ? null : place.giveTo(account);
                if (problem == null) {
                    dialect.accept(new Opening(exchange, accepted, place));
                } else {
                    place.leave();
                    new Answer(exchange).problem(problem);
                }
            }

            @Override
            public void refused() {
                place.leave();
            }
        });
    }

    /** {@return the count of the exchange's connection} Called on its I/O thread. */
    private Admission.Tally tally(HttpServerExchange exchange) {
        Admission.Tally tally = exchange.getConnection().getAttachment(tallies);
        if (tally == null) {
            tally = new Admission.Tally();
            exchange.getConnection().putAttachment(tallies, tally);
        }
        return tally;
    }

    private void upload(HttpServerExchange exchange) {
        RequestFields fields = fields(exchange);
        boolean hasVersion = !fields.get(HeaderNames.VERSION).isEmpty();
        String id = fields.only(HeaderNames.ID);
        Sessions<?> others = hasVersion ? dialect1.sessions : dialect2.sessions;
        dispatch(exchange, () -> {
            if (id != null && others.get(id) != null) {
                new Answer(exchange).problem(Problem.otherDialect());
            } else if (hasVersion) {
                dialect2.upload(exchange, fields);
            } else {
                dialect1.upload(exchange, fields);
            }
        });
    }

    private static RequestFields fields(HttpServerExchange exchange) {
        return name -> {
            HeaderValues values = exchange.getRequestHeaders().get(name);
            return values == null ? List.of() : values;
        };
    }

    private static boolean isHttp2(HttpServerExchange exchange) {
        return exchange.getProtocol().equals(Protocols.HTTP_2_0);
    }

    /** Goes on, on the exchange's I/O thread, after this call of the handler chain has returned. */
    private static void dispatch(HttpServerExchange exchange, Runnable task) {
        exchange.dispatch(exchange.isInIoThread() ? SameThreadExecutor.INSTANCE : exchange.getIoThread(), task);
    }
}
