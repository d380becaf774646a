package io.http2duplex.example;

import static io.undertow.Handlers.header;
import static io.undertow.Handlers.path;
import static io.undertow.Handlers.redirect;

import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;

/** Sends back what a duplex receives; joins those that come to the same path below {@code /pipe/}; has a page for each. */
public final class EchoServer implements AutoCloseable {
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    /** The requests whose connections have become WebSockets, while those are open. */
    private final Set<HttpServerExchange> sockets = ConcurrentHashMap.newKeySet();

    private final DuplexServer server;

    /** Port 0 takes any that is free: {@link #port} tells which. */
    public EchoServer(String host, int port, SSLContext tls) {
        DuplexHandler duplexes = DuplexHandler.builder(duplex -> duplex.input().subscribe(duplex.output()))
                .oneRequest(true)
                .webSocket(true)
                .build();
        ClassLoader classPath = EchoServer.class.getClassLoader();
        server = DuplexServer.builder()
                .host(host)
                .port(port)
                .tls(tls)
                .handle("/example", duplexes)
                .handle("/pipe/", new Pipes(LONGEST_WAIT.toMillis()).handler())
                .handle("/cut", this::cut)
                .resources(classPath, "page")
                .resources(classPath, "META-INF/resources/http2-duplex")
                .wrap(next -> path(next).addExactPath("/", redirect("/client.html")))
                .wrap(EchoServer::withHeaders)
                .wrap(this::watchSockets)
                .build();
    }

    private HttpHandler watchSockets(HttpHandler next) {
        return exchange -> {
            if (exchange.getRequestHeaders().contains(Headers.SEC_WEB_SOCKET_KEY)) {
                sockets.add(exchange);
                exchange.getConnection().addCloseListener(closed -> sockets.remove(exchange));
            }
            next.handleRequest(exchange);
        };
    }

    /** Cuts the connection that the page's POST came over, with all that goes over it, and the WebSockets of its machine. */
    private void cut(HttpServerExchange exchange) {
        InetAddress page = exchange.getSourceAddress().getAddress();
        sockets.stream()
                .filter(socket -> page.equals(socket.getSourceAddress().getAddress()))
                .forEach(server::disconnect);
        server.disconnect(exchange);
    }

    private static HttpHandler withHeaders(HttpHandler next) {
        String policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        HttpHandler handler = header(next, "Content-Security-Policy", policy);
        handler = header(handler, "Cache-Control", "no-cache");
        handler = header(handler, "X-Content-Type-Options", "nosniff");
        return header(handler, "Referrer-Policy", "no-referrer");
    }

    /** Throws an {@link java.io.UncheckedIOException} that says where it cannot listen, and why not. */
    public void start() {
        server.start();
    }

    public int port() {
        return server.port();
    }

    /** Tells the pages, which end their duplexes then, and closes when none is left, or the time is over. */
    public void shutdown(Duration time) {
        server.shutdown(time);
    }

    /** Resets the duplexes, so that the pages get to know, and closes everything at once. */
    @Override
    public void close() {
        server.close();
    }
}
