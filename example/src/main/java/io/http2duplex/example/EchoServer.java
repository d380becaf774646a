package io.http2duplex.example;

import static io.undertow.Handlers.header;
import static io.undertow.Handlers.path;
import static io.undertow.Handlers.redirect;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.http2duplex.DuplexHandler;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.ResponseCodeHandler;
import io.undertow.server.handlers.resource.ClassPathResourceManager;
import io.undertow.server.handlers.resource.ResourceHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import javax.net.ssl.SSLContext;

/** Sends back on every duplex what it receives, and serves {@code /client.html}, the page that opens one. */
public final class EchoServer implements AutoCloseable {
    private final DuplexHandler duplexes = DuplexHandler.builder(
                    duplex -> duplex.input().subscribe(duplex.output()))
            .build();
    private final Undertow undertow;

    /** Port 0 takes any that is free: {@link #port} tells which. */
    public EchoServer(String host, int port, SSLContext tls) {
        HttpHandler bundles = files("META-INF/resources/http2-duplex", ResponseCodeHandler.HANDLE_404);
        HttpHandler page = files("page", bundles);
        HttpHandler routes = path(page)
                .addExactPath("/", redirect("/client.html"))
                .addExactPath("/example", duplexes)
                .addExactPath("/cut", EchoServer::cut);
        undertow = Undertow.builder()
                .addHttpsListener(port, host, tls)
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setHandler(withSecurityHeaders(routes))
                .build();
    }

    /** Files from the class path; what is not there goes to the next handler. */
    private static HttpHandler files(String folder, HttpHandler next) {
        ClassLoader classPath = EchoServer.class.getClassLoader();
        return new ResourceHandler(new ClassPathResourceManager(classPath, folder), next).setCacheTime(0);
    }

    /** Cuts the connection that the page's POST came over, with all that goes over it. */
    private static void cut(HttpServerExchange exchange) throws IOException {
        // Over HTTP/2 that resets the stream; Undertow closes the connection when the body comes behind it.
        exchange.getConnection().close();
    }

    private static HttpHandler withSecurityHeaders(HttpHandler next) {
        String policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        HttpHandler handler = header(next, "Content-Security-Policy", policy);
        handler = header(handler, "X-Content-Type-Options", "nosniff");
        return header(handler, "Referrer-Policy", "no-referrer");
    }

    /** Throws a {@link RuntimeException} with the cause that Undertow met if it cannot listen there. */
    public void start() {
        undertow.start();
    }

    public int port() {
        return ((InetSocketAddress) undertow.getListenerInfo().get(0).getAddress()).getPort();
    }

    /** Tells the pages, which end their duplexes then, and closes when none is left, or the time is over. */
    public void shutdown(Duration time) {
        duplexes.drain()
                .toCompletableFuture()
                .completeOnTimeout(null, time.toMillis(), MILLISECONDS)
                .join();
        close();
    }

    /** First resets the duplexes, so that the pages get to know, and then stops the server under them. */
    @Override
    public void close() {
        duplexes.close();
        undertow.stop();
    }
}
