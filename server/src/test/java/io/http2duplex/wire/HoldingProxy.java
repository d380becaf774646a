package io.http2duplex.wire;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * A proxy that does to responses what those do that look for viruses: it passes a body on only when it has ended, or it
 * ends every response after some time. Requests, too, go on only when they are whole. HTTP/2 over TLS to the client,
 * HTTP/1.1 to the server.
 */
public final class HoldingProxy implements AutoCloseable {
    /** Fields that are about one connection, or that the client makes itself. */
    private static final Set<String> OWN_FIELDS =
            Set.of("connection", "content-length", "transfer-encoding", "host", "upgrade", "expect", "date");

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(Executors.newCachedThreadPool(HoldingProxy::daemon))
            .build();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(HoldingProxy::daemon);
    private final Undertow front;
    private final int targetPort;
    private final @Nullable Duration longest;
    /** Whether the head of a response passes at once. */
    private final boolean passesHeads;

    private HoldingProxy(int targetPort, @Nullable Duration longest, boolean passesHeads) {
        this.targetPort = targetPort;
        this.longest = longest;
        this.passesHeads = passesHeads;
        front = Undertow.builder()
                .addHttpsListener(0, "127.0.0.1", TestServer.tls())
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setWorkerThreads(64)
                .setHandler(new BlockingHandler(this::pass))
                .build();
        front.start();
    }

    /** Holds every body back until it has ended, and the head of its response with it. */
    public static HoldingProxy holding(int targetPort) {
        return new HoldingProxy(targetPort, null, false);
    }

    /** Holds every body back until it has ended; the head of its response passes at once. */
    public static HoldingProxy holdingBodies(int targetPort) {
        return new HoldingProxy(targetPort, null, true);
    }

    /** Passes bodies on as they come, but ends each after that time. */
    public static HoldingProxy ending(int targetPort, Duration longest) {
        return new HoldingProxy(targetPort, longest, false);
    }

    public String url(String path) {
        InetSocketAddress address =
                (InetSocketAddress) front.getListenerInfo().get(0).getAddress();
        return "https://localhost:" + address.getPort() + path;
    }

    private void pass(HttpServerExchange exchange) throws IOException, InterruptedException {
        byte[] body = exchange.getInputStream().readAllBytes();
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + targetPort + exchange.getRequestURI()))
                .method(
                        exchange.getRequestMethod().toString(),
                        body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        HeaderMap fields = exchange.getRequestHeaders();
        for (HttpString name : fields.getHeaderNames()) {
            if (!OWN_FIELDS.contains(name.toString().toLowerCase(Locale.ROOT))) {
                fields.get(name).forEach(value -> request.header(name.toString(), value));
            }
        }
        HttpResponse<InputStream> response = client.send(request.build(), BodyHandlers.ofInputStream());
        exchange.setStatusCode(response.statusCode());
        response.headers().map().forEach((name, values) -> {
            if (!OWN_FIELDS.contains(name)) {
                exchange.getResponseHeaders().putAll(new HttpString(name), values);
            }
        });
        try (InputStream input = response.body();
                OutputStream output = exchange.getOutputStream()) {
            if (passesHeads) {
                output.flush();
            }
            if (longest == null) {
                output.write(input.readAllBytes());
            } else {
                Future<?> end = timer.schedule(() -> end(input), longest.toMillis(), MILLISECONDS);
                passOn(input, output);
                end.cancel(false);
            }
        }
    }

    /** Passes on what comes until it is over, one way or the other. */
    private static void passOn(InputStream input, OutputStream output) throws IOException {
        byte[] piece = new byte[64 * 1024];
        for (int count; (count = read(input, piece)) >= 0; ) {
            output.write(piece, 0, count);
            output.flush();
        }
    }

    private static int read(InputStream input, byte[] piece) {
        try {
            return input.read(piece);
        } catch (IOException e) {
            return -1;
        }
    }

    private static void end(InputStream input) {
        try {
            input.close();
        } catch (IOException e) {
            // It is over in any case.
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "holding-proxy");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        timer.shutdownNow();
        front.stop();
    }
}
