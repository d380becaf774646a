package io.http2duplex.benchmark.browser;

import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.certs.TlsContexts;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A proxy that passes on the head of a response at once, and its body when that has ended; requests when they have. It
 * speaks HTTP/2 over TLS with the page and with the server.
 */
final class HoldingProxy implements AutoCloseable {
    /** More than a page has open at once. */
    private static final int THREADS = 64;

    /** Fields that each end makes itself. */
    private static final Set<String> OWN_FIELDS =
            Set.of(":status", "connection", "content-length", "date", "expect", "host", "transfer-encoding", "upgrade");

    private final String server;
    private final HttpClient client;
    private final Undertow front;
    /** The bodies that have not ended. */
    private final Set<InputStream> held = ConcurrentHashMap.newKeySet();

    HoldingProxy(int serverPort, DevelopmentCertificates certificates) {
        server = "https://localhost:" + serverPort;
        client = HttpClient.newBuilder()
                .sslContext(TlsContexts.trusting(certificates.caCertificate()))
                .build();
        front = Undertow.builder()
                .addHttpsListener(0, "localhost", certificates.sslContext())
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setWorkerThreads(THREADS)
                .setHandler(new BlockingHandler(this::pass))
                .build();
        front.start();
    }

    int port() {
        return ((InetSocketAddress) front.getListenerInfo().get(0).getAddress()).getPort();
    }

    private void pass(HttpServerExchange exchange) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server + exchange.getRequestURI()))
                .method(
                        exchange.getRequestMethod().toString(),
                        BodyPublishers.ofByteArray(exchange.getInputStream().readAllBytes()));
        HeaderMap fields = exchange.getRequestHeaders();
        for (HttpString name : fields.getHeaderNames()) {
            if (passes(name)) {
                fields.get(name).forEach(value -> request.header(name.toString(), value));
            }
        }
        HttpResponse<InputStream> response = client.send(request.build(), BodyHandlers.ofInputStream());
        exchange.setStatusCode(response.statusCode());
        response.headers().map().forEach((field, values) -> {
            HttpString name = new HttpString(field);
            if (passes(name)) {
                exchange.getResponseHeaders().putAll(name, values);
            }
        });
        try (InputStream body = response.body()) {
            held.add(body);
            exchange.getOutputStream().flush();
            exchange.getOutputStream().write(body.readAllBytes());
        } finally {
            held.remove(response.body());
        }
    }

    private static boolean passes(HttpString name) {
        return !OWN_FIELDS.contains(name.toString().toLowerCase(Locale.ROOT));
    }

    @Override
    public void close() throws IOException {
        for (InputStream body : held) {
            body.close(); // else its thread would wait for it
        }
        front.stop();
    }
}
