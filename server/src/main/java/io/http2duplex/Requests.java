package io.http2duplex;

import io.http2duplex.protocol.DownloadRequest;
import io.http2duplex.protocol.HeaderNames;
import io.http2duplex.protocol.Problem;
import io.http2duplex.protocol.RequestFields;
import io.http2duplex.undertow.Answer;
import io.http2duplex.undertow.HandledExchange;
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
final class Requests {
    private static final String ALLOW = "GET, POST, OPTIONS";

    private final PlainDialect dialect1;
    private final ResumableDialect dialect2;
    private final Origins origins;
    private final Admission admission;
    private final Gate gate;
    /** Of a connection: how many sessions of this handler were opened over it. */
    private final AttachmentKey<Admission.Tally> tallies = AttachmentKey.create(Admission.Tally.class);

    Requests(PlainDialect dialect1, ResumableDialect dialect2, Origins origins, Admission admission, Gate gate) {
        this.dialect1 = dialect1;
        this.dialect2 = dialect2;
        this.origins = origins;
        this.admission = admission;
        this.gate = gate;
    }

    /** Takes one request. Called on any of Undertow's threads. */
    void handle(HandledExchange handled) throws Exception {
        if (isAllowed(handled)) {
            handleAllowed(handled);
        }
    }

    /** Gives a request to the next handler if its origin is allowed, and it is no preflight: those are answered. */
    void checkOrigin(HandledExchange handled, HttpHandler next) throws Exception {
        if (isAllowed(handled)) {
            origins.remember(handled.undertow());
            next.handleRequest(handled.undertow());
        }
    }

    /** {@return whether the request's origin is allowed, and it is no preflight; otherwise it is answered} */
    private boolean isAllowed(HandledExchange handled) {
        HttpServerExchange exchange = handled.undertow();
        // The bounds are the session's: an upload is as long as the client likes, and never held whole.
        if (exchange.isRequestChannelAvailable()) {
            exchange.setMaxEntitySize(-1);
        }
        Problem problem = origins.check(exchange);
        if (problem != null) {
            dispatch(exchange, () -> new Answer(handled).problem(problem));
            return false;
        }
        if (Origins.isPreflight(exchange)) {
            origins.allow(exchange);
            dispatch(exchange, () -> new Answer(handled).noContent());
            return false;
        }
        return true;
    }

    private void handleAllowed(HandledExchange handled) throws Exception {
        HttpServerExchange exchange = handled.undertow();
        if (exchange.getRequestMethod().equals(Methods.GET)) {
            dispatch(exchange, () -> download(handled));
        } else if (exchange.getRequestMethod().equals(Methods.POST)) {
            continuing(exchange, same -> upload(handled)).handleRequest(exchange);
        } else if (exchange.getRequestMethod().equals(Methods.OPTIONS)) {
            exchange.getResponseHeaders().put(Headers.ALLOW, ALLOW);
            dispatch(exchange, () -> new Answer(handled).ok());
        } else {
            exchange.getResponseHeaders().put(Headers.ALLOW, ALLOW);
            dispatch(exchange, () -> new Answer(handled).problem(Problem.methodNotAllowed()));
        }
    }

    /** {@return meets an expectation (Expect: 100-continue) before the next handler} */
    private static HttpHandler continuing(HttpServerExchange exchange, HttpHandler next) {
        return isHttp2(exchange)
                // At once: Undertow resets the stream of an answer that goes out before that.
                ? new HttpContinueAcceptingHandler(next)
                // When the body is read: what is refused needs not be sent.
                : new HttpContinueReadHandler(next);
    }

    private void download(HandledExchange handled) {
        HttpServerExchange exchange = handled.undertow();
        if (!exchange.isRequestComplete() && !isHttp2(exchange)) {
            // Behind a body the close of an HTTP/1.1 connection would not be noticed.
            new Answer(handled).problem(Problem.badHeaders("GET opens or resumes a duplex: it has no body."));
            return;
        }
        DownloadRequest request = DownloadRequest.parse(fields(exchange));
        if (request instanceof DownloadRequest.Refused refused) {
            new Answer(handled).problem(refused.problem());
        } else if (request instanceof DownloadRequest.OpensResumable opens) {
            open(handled, opening -> dialect2.open(opening, opens));
        } else if (request instanceof DownloadRequest.Resumes resumes) {
            if (dialect1.sessions.get(resumes.id()) == null) {
                dialect2.resume(handled, resumes);
            } else {
                new Answer(handled).problem(Problem.otherDialect());
            }
        } else {
            open(handled, dialect1::open);
        }
    }

    private void open(HandledExchange handled, Consumer<Opening> dialect) {
        HttpServerExchange exchange = handled.undertow();
        DuplexRequest request = new DuplexRequest(exchange);
        Admission.Place place = admission.enter(tally(exchange), request.remoteAddress(), System.nanoTime());
        if (place.problem() != null) {
            new Answer(handled).problem(place.problem());
            return;
        }
        gate.open(handled, request, new Gate.Opened() {
            @Override
            public void accepted(DuplexRequest accepted) {
                String account = accepted.account();
                Problem problem = account == null ? null : place.giveTo(account);
                if (problem == null) {
                    dialect.accept(new Opening(handled, accepted, place));
                } else {
                    place.leave();
                    new Answer(handled).problem(problem);
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

    private void upload(HandledExchange handled) {
        HttpServerExchange exchange = handled.undertow();
        RequestFields fields = fields(exchange);
        boolean hasVersion = !fields.get(HeaderNames.VERSION).isEmpty();
        String id = fields.only(HeaderNames.ID);
        Sessions<?> others = hasVersion ? dialect1.sessions : dialect2.sessions;
        dispatch(exchange, () -> {
            if (id != null && others.get(id) != null) {
                new Answer(handled).problem(Problem.otherDialect());
            } else if (hasVersion) {
                dialect2.upload(handled, fields);
            } else {
                dialect1.upload(handled, fields);
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
