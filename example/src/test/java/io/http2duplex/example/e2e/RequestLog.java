package io.http2duplex.example.e2e;

import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.wire.Await;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A log of the requests that come to duplexes. */
final class RequestLog {
    /** What a request to a duplex is for. */
    enum Kind {
        OPEN,
        /** The browser asks whether a page of another origin may send a request. */
        PREFLIGHT,
        /** Dialect 2: a resuming GET. */
        ATTACH,
        /** Dialect 2: a POST, whatever it carries. */
        FRAMES,
        CHUNK,
        SINGLE,
        END,
        DESTROY
    }

    /** @param protocol as Undertow has it: {@code HTTP/2.0} or {@code HTTP/1.1} */
    record Request(String path, Kind kind, HttpString protocol) {}

    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();

    /** {@return a handler that logs a request on its way to the next one} */
    HttpHandler before(HttpHandler next) {
        return exchange -> {
            // Everything else is files, which have an extension.
            if (!exchange.getRequestPath().contains(".")) {
                requests.add(new Request(exchange.getRequestPath(), kindOf(exchange), exchange.getProtocol()));
            }
            next.handleRequest(exchange);
        };
    }

    private static Kind kindOf(HttpServerExchange exchange) {
        if (exchange.getRequestMethod().equals(Methods.OPTIONS)) {
            return Kind.PREFLIGHT;
        }
        if (exchange.getRequestMethod().equals(Methods.GET)) {
            return exchange.getRequestHeaders().contains(HeaderNames.ID) ? Kind.ATTACH : Kind.OPEN;
        }
        if (exchange.getRequestHeaders().contains(HeaderNames.VERSION)) {
            return Kind.FRAMES;
        }
        if (isTrue(exchange, HeaderNames.DESTROYED)) {
            return Kind.DESTROY;
        }
        if (isTrue(exchange, HeaderNames.END)) {
            return Kind.END;
        }
        return isTrue(exchange, HeaderNames.SINGLE) ? Kind.SINGLE : Kind.CHUNK;
    }

    private static boolean isTrue(HttpServerExchange exchange, String header) {
        return "true".equals(exchange.getRequestHeaders().getFirst(header));
    }

    /** {@return what a duplex asks for that writes once and then ends cleanly} */
    static List<Kind> ofCleanLife(int dialect, String mode) {
        if (dialect == 2) {
            // The last one confirms the server's end.
            return List.of(Kind.OPEN, Kind.FRAMES, Kind.FRAMES);
        }
        return mode.equals("post") ? List.of(Kind.OPEN, Kind.CHUNK, Kind.END) : List.of(Kind.OPEN, Kind.SINGLE);
    }

    void clear() {
        requests.clear();
    }

    /** {@return what the requests since the last {@link #clear} were for, in the order in which they came} */
    List<Kind> kinds() {
        return requests.stream().map(Request::kind).toList();
    }

    long count(Kind kind) {
        return requests.stream().filter(request -> request.kind() == kind).count();
    }

    /** Waits until a request of that kind has come. */
    void awaitOne(Kind kind) {
        Await.until("a request that is " + kind + " has come", () -> count(kind) > 0);
    }

    /** {@return the protocols that they came over} */
    List<String> protocols() {
        return requests.stream()
                .map(request -> request.protocol().toString())
                .distinct()
                .toList();
    }
}
