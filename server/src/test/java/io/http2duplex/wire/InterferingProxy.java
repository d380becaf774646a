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
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A proxy that does to requests and responses what some on the internet do. HTTP/2 over TLS to the client, HTTP/1.1 to
 * the server. Unless it cuts them, requests go on only when they are whole.
 */
public final class InterferingProxy implements AutoCloseable {
    /** What it does. */
    public enum Kind {
        /** It holds every body back until it has ended, and the head of its response with it, as those do that look for viruses. */
        HOLDING,
        /** It holds every body back until it has ended; the head of its response passes at once. */
        HOLDING_BODIES,
        /** It ends every response of a duplex some time after its first byte. */
        ENDING,
        /**
         * It answers one in eight requests of open duplexes with 520. Half of these have reached the server, and what that has
         * answered is lost.
         */
        ANSWERING,
        /** It drops every field that is neither of HTTP itself nor of the protocol of duplexes. */
        STRIPPING,
        /** It drops every field that is not of HTTP itself. */
        STRIPPING_ALL,
        /** It sends every POST twice, one after the other, and gives the second answer. */
        REPEATING,
        /** It passes the bodies of requests on as they come, and breaks those off that are longer than 2 MiB. */
        CUTTING
    }

    private static final int LONGEST_UPLOAD = 2 * 1024 * 1024;
    private static final int ANSWERED = 8;

    /** Fields that are about one connection, or that the client makes itself. */
    private static final Set<String> OWN_FIELDS =
            Set.of("connection", "content-length", "transfer-encoding", "host", "upgrade", "expect", "date");

    /** Without the last one a server that is called by another name than its page must know the page's origin. */
    private static final Set<String> FIELDS_OF_HTTP = Set.of(
            "accept", "cache-control", "content-type", "cookie", "origin", "referer", "user-agent", "sec-fetch-site");

    private static final String FIELDS_OF_DUPLEXES = "http2-duplex-";
    private static final String ID = "http2-duplex-id";

    private final Executor threads = Executors.newCachedThreadPool(InterferingProxy::daemon);
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(threads)
            .build();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(InterferingProxy::daemon);
    private final AtomicInteger count = new AtomicInteger();
    /** The bodies of the server's responses that have not ended. */
    private final Set<InputStream> open = ConcurrentHashMap.newKeySet();

    private final Undertow front;
    private final Kind kind;
    private final int targetPort;
    private final Duration longest;

    private InterferingProxy(Kind kind, int targetPort, Duration longest) {
        this.kind = kind;
        this.targetPort = targetPort;
        this.longest = longest;
        Undertow.Builder builder = Undertow.builder()
                .addHttpsListener(0, "127.0.0.1", TestServer.tls())
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setWorkerThreads(64)
                .setHandler(new BlockingHandler(this::pass));
        if (kind == Kind.CUTTING) {
            builder.setServerOption(UndertowOptions.MAX_ENTITY_SIZE, (long) LONGEST_UPLOAD);
        }
        front = builder.build();
        front.start();
    }

    /** Any kind; one that ends responses does so after a second. */
    public static InterferingProxy of(Kind kind, int targetPort) {
        return new InterferingProxy(kind, targetPort, Duration.ofSeconds(1));
    }

    /** One that ends every response of a duplex so long after its first byte. */
    public static InterferingProxy ending(int targetPort, Duration longest) {
        return new InterferingProxy(Kind.ENDING, targetPort, longest);
    }

    public String url(String path) {
        InetSocketAddress address =
                (InetSocketAddress) front.getListenerInfo().get(0).getAddress();
        return "https://localhost:" + address.getPort() + path;
    }

    private void pass(HttpServerExchange exchange) throws IOException, InterruptedException {
        HeaderMap fields = exchange.getRequestHeaders();
        int number = fields.contains(ID) ? count.incrementAndGet() % ANSWERED : -1;
        if (kind == Kind.ANSWERING && number == 0) {
            answer(exchange);
            return;
        }
        HttpRequest.Builder builder = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + targetPort + exchange.getRequestURI()))
                .method(exchange.getRequestMethod().toString(), body(exchange));
        for (HttpString name : fields.getHeaderNames()) {
            if (passes(name.toString().toLowerCase(Locale.ROOT))) {
                fields.get(name).forEach(value -> builder.header(name.toString(), value));
            }
        }
        HttpRequest request = builder.build();
        if (kind == Kind.REPEATING && request.method().equals("POST")) {
            client.send(request, BodyHandlers.discarding());
        }
        HttpResponse<InputStream> response = client.send(request, BodyHandlers.ofInputStream());
        if (kind == Kind.ANSWERING && number == ANSWERED / 2) {
            response.body().close();
            answer(exchange);
            return;
        }
        exchange.setStatusCode(response.statusCode());
        response.headers().map().forEach((name, values) -> {
            if (passes(name)) {
                exchange.getResponseHeaders().putAll(new HttpString(name), values);
            }
        });
        try (InputStream input = response.body();
                OutputStream output = exchange.getOutputStream()) {
            open.add(input);
            if (kind == Kind.HOLDING || kind == Kind.HOLDING_BODIES) {
                if (kind == Kind.HOLDING_BODIES) {
                    output.flush();
                }
                output.write(input.readAllBytes());
            } else {
                boolean ends =
                        kind == Kind.ENDING && response.headers().firstValue(ID).isPresent();
                passOn(input, output, ends);
            }
        } finally {
            open.remove(response.body());
        }
    }

    private BodyPublisher body(HttpServerExchange exchange) throws IOException {
        InputStream input = exchange.getInputStream();
        if (exchange.isRequestComplete()) {
            return BodyPublishers.noBody();
        }
        return kind == Kind.CUTTING
                ? BodyPublishers.fromPublisher(asItComes(input))
                : BodyPublishers.ofByteArray(input.readAllBytes());
    }

    /** With {@code ofInputStream} the client waits for the next piece before it sends the last. */
    private Flow.Publisher<ByteBuffer> asItComes(InputStream input) {
        return subscriber -> {
            SubmissionPublisher<ByteBuffer> pieces = new SubmissionPublisher<>(threads, 1);
            pieces.subscribe(subscriber);
            threads.execute(() -> {
                byte[] piece = new byte[16 * 1024];
                try {
                    for (int count; (count = input.read(piece)) >= 0; ) {
                        pieces.submit(ByteBuffer.wrap(Arrays.copyOf(piece, count)));
                    }
                    pieces.close();
                } catch (IOException e) {
                    pieces.closeExceptionally(e);
                }
            });
        };
    }

    private boolean passes(String name) {
        if (OWN_FIELDS.contains(name)) {
            return false;
        }
        return switch (kind) {
            case STRIPPING -> FIELDS_OF_HTTP.contains(name) || name.startsWith(FIELDS_OF_DUPLEXES);
            case STRIPPING_ALL -> FIELDS_OF_HTTP.contains(name);
            default -> true;
        };
    }

    /** As a gateway does that does not understand its server. */
    private static void answer(HttpServerExchange exchange) throws IOException {
        exchange.getInputStream().readAllBytes();
        exchange.setStatusCode(520);
        exchange.getResponseHeaders().put(new HttpString("content-type"), "text/html");
        try (OutputStream output = exchange.getOutputStream()) {
            output.write("<html>Unknown error</html>".getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Passes on what comes until it is over, one way or the other. */
    private void passOn(InputStream input, OutputStream output, boolean ends) throws IOException {
        Future<?> end = null;
        byte[] piece = new byte[64 * 1024];
        output.flush();
        for (int count; (count = read(input, piece)) >= 0; ) {
            output.write(piece, 0, count);
            output.flush();
            if (ends && end == null) {
                end = timer.schedule(() -> end(input), longest.toMillis(), MILLISECONDS);
            }
        }
        if (end != null) {
            end.cancel(false);
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
        Thread thread = new Thread(task, "interfering-proxy");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        timer.shutdownNow();
        open.forEach(InterferingProxy::end); // those who wait for more would keep it
        front.stop();
    }
}
