package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.server.DuplexServer;
import io.undertow.io.DefaultIoCallback;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.BlockingHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses that a client leaves unread: they are ended after a time, whatever handler writes them. */
class ResponseTimeoutTest {
    private static final byte[] LARGE = new byte[32 * 1024 * 1024];

    private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
    private final CompletableFuture<Void> complete = new CompletableFuture<>();

    private HttpHandler handler(String kind) {
        return switch (kind) {
            case "sender" -> exchange -> exchange.getResponseSender().send(ByteBuffer.wrap(LARGE));
            case "blocking" ->
                new BlockingHandler(exchange -> {
                    try {
                        exchange.getOutputStream().write(LARGE);
                    } catch (IOException e) {
                        failure.complete(e);
                        throw e;
                    }
                });
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private DuplexServer start(HttpHandler handler, Duration timeout) {
        DuplexServer server = DuplexServer.builder()
                .responseTimeout(timeout)
                .handle("/large", exchange -> {
                    exchange.addExchangeCompleteListener((ended, next) -> {
                        complete.complete(null);
                        next.proceed();
                    });
                    handler.handleRequest(exchange);
                })
                .resources(ResponseTimeoutTest.class.getClassLoader(), "io/http2duplex/wire")
                .build();
        server.start();
        return server;
    }

    private static long reached(DuplexServer server) {
        return server.statistics().limitsReached().getOrDefault("responseTimeout", 0L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sender", "blocking"})
    void aStreamThatIsNotReadIsReset(String kind) throws Exception {
        try (DuplexServer server = start(handler(kind), Duration.ofMillis(50));
                Http2Client client =
                        Http2Client.withWindow(Sockets.open(server.port(), null, "h2"), "/large", 20_000)) {
            Request unread = client.send("GET", false);
            assertThat(unread.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            Await.result(complete);
            if (kind.equals("blocking")) {
                Await.result(failure);
            }
            client.ping();
            assertThat(reached(server)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sender", "blocking"})
    void aConnectionThatIsNotReadIsClosed(String kind) throws Exception {
        try (DuplexServer server = start(handler(kind), Duration.ofMillis(50))) {
            Sockets sockets = Sockets.open(server.port(), null, "http/1.1");
            OutputStream out = sockets.top().getOutputStream();
            out.write("GET /large HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            Await.result(complete);
            if (kind.equals("blocking")) {
                Await.result(failure);
            }
            Await.until("it is closed", () -> server.statistics().connections() == 0);
            assertThat(reached(server)).isEqualTo(1);
            sockets.kill();
        }
    }

    @Test
    void aHundredStaticFilesThatNobodyReadsAreGone() throws Exception {
        try (DuplexServer server = start(handler("sender"), Duration.ofMillis(50));
                Http2Client client = Http2Client.withWindow(
                        Sockets.open(server.port(), null, "h2"), "/ResponseTimeoutTest.class", 0)) {
            var unread = IntStream.range(0, 100)
                    .mapToObj(i -> {
                        try {
                            return client.send("GET", false);
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    })
                    .toList();
            for (Request request : unread) {
                assertThat(request.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            }
            Await.until("no stream is open", () -> server.statistics().streams() == 0);
            client.ping();
        }
    }

    @Test
    void anAddressMayLeaveAsManyResponsesUnreadAsItMayHaveConnections() throws Exception {
        DuplexServer server = DuplexServer.builder()
                .maxConnectionsPerAddress(20)
                .resources(ResponseTimeoutTest.class.getClassLoader(), "io/http2duplex/wire")
                .build();
        server.start();
        String path = "/ResponseTimeoutTest.class";
        try (server) {
            for (int round = 1; round <= 2; round++) {
                try (Http2Client client = Http2Client.withWindow(Sockets.open(server.port(), null, "h2"), path, 0)) {
                    for (int i = 0; i < 100; i++) {
                        client.send("GET", false);
                    }
                    Await.until("only 20 are left", () -> server.statistics().streams() == 20);
                    client.ping();
                }
                Await.until("all are over", () -> server.statistics().connections() == 0);
                assertThat(server.statistics().limitsReached()).containsEntry("maxConnectionsPerAddress", 80L * round);
            }
            try (Http2Client reader = Http2Client.over(Sockets.open(server.port(), null, "h2"), path)) {
                assertThat(reader.send("GET", false).ending()).isEqualTo(Request.Ending.WHOLE);
            }
        }
    }

    /** Else a burst would hold as many files as requests, until those beyond are reset. */
    @Test
    void theHandlerOfOneTooManyIsToldWhileItWrites() throws Exception {
        HttpHandler writer = exchange -> {
            AtomicBoolean isWriting = new AtomicBoolean(true);
            exchange.getResponseSender().send(ByteBuffer.wrap(LARGE), new DefaultIoCallback() {
                @Override
                public void onException(HttpServerExchange same, Sender sender, IOException e) {
                    if (isWriting.get()) {
                        failure.complete(e);
                    }
                    super.onException(same, sender, e);
                }
            });
            isWriting.set(false);
        };
        DuplexServer server = DuplexServer.builder()
                .maxConnectionsPerAddress(1)
                .handle("/large", writer)
                .build();
        server.start();
        try (server;
                Http2Client client =
                        Http2Client.withWindow(Sockets.open(server.port(), null, "h2"), "/large", 20_000)) {
            client.send("GET", false);
            Request second = client.send("GET", false);
            assertThat(Await.result(failure)).hasMessageStartingWith("Too many responses wait for clients");
            assertThat(second.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
        }
    }

    @Test
    void aResponseOfWhichAPartIsReadIsEndedToo() throws Exception {
        try (DuplexServer server = start(handler("sender"), Duration.ofMillis(50));
                Http2Client client = Http2Client.withWindow(
                        Sockets.open(server.port(), null, "h2"), "/ResponseTimeoutTest.class", 10)) {
            Request unread = client.send("GET", false);
            unread.read(10);
            assertThat(unread.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
        }
    }

    @Test
    void aHandlerThatHasNothingToWriteIsNotBlocked() throws Exception {
        CompletableFuture<Runnable> goOn = new CompletableFuture<>();
        HttpHandler slow = exchange -> exchange.getResponseSender().send("a", new IoCallback() {
            @Override
            public void onComplete(HttpServerExchange same, Sender sender) {
                exchange.dispatch(
                        io.undertow.util.SameThreadExecutor.INSTANCE,
                        () -> goOn.complete(() -> exchange.getIoThread().execute(() -> sender.send("b"))));
            }

            @Override
            public void onException(HttpServerExchange same, Sender sender, IOException e) {
                failure.complete(e);
            }
        });
        HttpHandler large = handler("sender");
        try (DuplexServer server = start(
                        exchange -> (exchange.getRequestHeaders().contains("x-large") ? large : slow)
                                .handleRequest(exchange),
                        Duration.ofMillis(50));
                Http2Client client =
                        Http2Client.withWindow(Sockets.open(server.port(), null, "h2"), "/large", 20_000)) {
            Request first = client.send("GET", false);
            Runnable more = Await.result(goOn);
            assertThat(client.send("GET", false, "x-large", "1").ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            assertThat(client.send("GET", false, "x-large", "1").ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            more.run();
            assertThat(first.readToEnd()).asString().isEqualTo("ab");
        }
    }
}
