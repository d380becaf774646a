package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.Duplex;
import io.http2duplex.ErrorCode;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import io.undertow.Handlers;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** How a {@link DuplexServer} goes. */
class ListenerDrainTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private final Bodies bodies = new Bodies();
    private final DuplexServer server =
            DuplexServer.builder().handle("/", bodies).build();

    private Http2Client connect() throws IOException {
        Http2Client client = Http2Client.over(Sockets.open(server.port(), null, "h2"), "/");
        Await.result(client.settings);
        return client;
    }

    private CompletableFuture<Void> shutdown(Duration grace) {
        return shutdown(server, grace);
    }

    private static CompletableFuture<Void> shutdown(DuplexServer server, Duration grace) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        new Thread(
                        () -> {
                            server.shutdown(grace);
                            done.complete(null);
                        },
                        "shutdown")
                .start();
        return done;
    }

    @Test
    void whatIsOpenMayEndAndNothingNewBegins() throws IOException {
        server.start();
        int port = server.port();
        try (Http2Client client = connect();
                Http2Client idle = connect()) {
            idle.send("GET", false).readToEnd();
            Request open = client.send("POST", true).write(new byte[1000]);
            client.ping();
            CompletableFuture<Void> done = shutdown(LONG);
            assertThat(Await.result(client.goneAway)).isEqualTo(1);
            assertThat(Await.result(idle.goneAway)).isEqualTo(1);
            assertThat(Await.result(idle.closed())).contains("EOF");
            Request late = client.send("GET", false);
            assertThat(late.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            assertThat(client.resetsReceived).hasValue(1);
            assertThatThrownBy(() -> Sockets.open(port, null, "h2")).isInstanceOf(ConnectException.class);
            assertThat(done).isNotDone();
            open.write(new byte[200_000]).end().readToEnd();
            assertThat(open.status()).isEqualTo(200);
            assertThat(Await.result(client.closed())).contains("EOF");
            Await.result(done);
        }
    }

    @Test
    void whatIsStillOpenWhenTheTimeIsOverIsBrokenOff() throws IOException {
        server.start();
        try (Http2Client client = connect()) {
            Request open = client.send("POST", true, "x-unread", "");
            bodies.unread();
            server.shutdown(Duration.ofMillis(10));
            assertThat(open.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
        }
    }

    @Test
    void connectedClientsAreToldEvenIfThereIsNoTime() throws IOException {
        server.start();
        try (Http2Client client = connect()) {
            client.send("GET", false).readToEnd();
            server.close();
            assertThat(Await.result(client.goneAway)).isEqualTo(1);
        }
    }

    @Test
    void withoutAnyTimeDuplexesAreResetAndNotDrained() throws IOException {
        CompletableFuture<Duplex> opened = new CompletableFuture<>();
        DuplexServer closing =
                withDuplexes(DuplexHandler.builder(opened::complete).build());
        try (Http2Client client = connect(closing, "/duplex")) {
            Resumable resumable = Resumable.open(client);
            closing.close();
            assertThat(resumable.awaitReset()).isEqualTo(ErrorCode.SHUT_DOWN.number());
            assertThat(resumable.core.drains()).isZero();
            assertThat(Await.result(opened).draining().toCompletableFuture()).isNotDone();
        }
    }

    @Test
    void overHttp1WhatIsOpenMayEndAndNothingNewBegins() throws Exception {
        server.start();
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        URI uri = URI.create("http://localhost:" + server.port() + "/");
        HttpRequest get = HttpRequest.newBuilder(uri).build();
        assertThat(client.send(get, BodyHandlers.discarding()).statusCode())
                .isEqualTo(200); // a connection to use again
        try (Http2Client other = connect()) {
            Request open = other.send("POST", true);
            other.ping();
            CompletableFuture<Void> done = shutdown(LONG);
            Await.result(other.goneAway);
            CompletableFuture<HttpResponse<String>> late = client.sendAsync(get, BodyHandlers.ofString());
            assertThat(Await.result(late).statusCode()).isEqualTo(503);
            assertThat(Await.result(late).headers().firstValue("retry-after")).isPresent();
            assertThat(Await.result(late).body()).contains("urn:http2-duplex:problem:shut-down");
            open.end().readToEnd();
            Await.result(done);
        }
    }

    /** A client that streams its upload waits for an answer before it ends. */
    @Test
    void anUploadThatComesTooLateIsRefusedBeforeItsEnd() throws Exception {
        server.start();
        Sockets old = Sockets.open(server.port(), null, "http/1.1");
        old.top().setSoTimeout((int) Await.LIMIT.toMillis());
        send(old, "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
        assertThat(statusLine(old)).startsWith("HTTP/1.1 200 ");
        try (Http2Client other = connect()) {
            Request open = other.send("POST", true);
            other.ping();
            CompletableFuture<Void> done = shutdown(LONG);
            Await.result(other.goneAway);

            send(old, "PUT / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n");
            assertThat(statusLine(old)).startsWith("HTTP/1.1 503 ");

            open.end().readToEnd();
            Await.result(done);
        }
    }

    private static void send(Sockets to, String text) throws IOException {
        to.top().getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** {@return the first line of an answer, whose head is read} */
    private static String statusLine(Sockets from) throws IOException {
        InputStream in = from.top().getInputStream();
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("After: " + head);
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static Http2Client connect(DuplexServer to, String path) throws IOException {
        Http2Client client = Http2Client.over(Sockets.open(to.port(), null, "h2"), path);
        Await.result(client.settings);
        return client;
    }

    private DuplexServer withDuplexes(DuplexHandler duplexes) {
        DuplexServer withDuplexes = DuplexServer.builder()
                .handle("/", bodies)
                .handle("/duplex", duplexes, next -> Handlers.header(next, "x-front", "1"))
                .build();
        withDuplexes.start();
        return withDuplexes;
    }

    @Test
    void duplexesGoOnOverOldConnectionsAndNewOnesUntilTheyHaveEnded() throws IOException {
        DuplexHandler duplexes = DuplexHandler.builder(TestServer::echo).build();
        DuplexServer draining = withDuplexes(duplexes);
        try (Http2Client client = connect(draining, "/duplex")) {
            Request plain = client.open();
            assertThat(plain.header("x-front")).isEqualTo("1");
            Resumable resumable = Resumable.open(client);
            CompletableFuture<Void> done = shutdown(draining, LONG);
            while (resumable.core.drains() == 0) {
                resumable.pump();
            }
            try (Http2Client later = connect(draining, "/duplex")) {
                assertThat(later.send("GET", false).status()).isEqualTo(503);
                assertThat(client.post(plain.id(), bytes(1000)).status()).isEqualTo(200);
                assertThat(later.post(plain.id(), bytes(2000)).status()).isEqualTo(200);
                assertThat(plain.read(1000)).isEqualTo(bytes(1000));
                assertThat(plain.read(2000)).isEqualTo(bytes(2000));
                resumable.resume(later);
                resumable.write(bytes(3000));
                assertThat(resumable.read(3000)).isEqualTo(bytes(3000));
                try (Http2Client other = connect(draining, "/")) {
                    other.send("GET", false).readToEnd();
                    assertThat(other.goneAway).isNotDone();
                }
                assertThat(done).isNotDone();
                resumable.end();
                assertThat(client.goneAway).isNotDone();
                assertThat(client.end(plain.id()).status()).isEqualTo(200);
                assertThat(plain.readToEnd()).isEmpty();
                Await.result(client.goneAway);
                Await.result(later.goneAway);
                Await.result(done);
            }
        }
    }

    @Test
    void duplexesThatAreStillThereWhenTheTimeIsOverAreReset() throws IOException {
        DuplexServer draining =
                withDuplexes(DuplexHandler.builder(TestServer::idle).build());
        try (Http2Client client = connect(draining, "/duplex")) {
            Resumable resumable = Resumable.open(client);
            draining.shutdown(Duration.ofMillis(10));
            assertThat(resumable.awaitReset()).isEqualTo(ErrorCode.SHUT_DOWN.number());
            assertThat(resumable.core.drains()).isOne();
        }
    }

    @Test
    void anotherShutdownReturnsAtOnceAndAnInterruptEndsTheWaiting() throws Exception {
        DuplexHandler duplexes = DuplexHandler.builder(TestServer::idle).build();
        DuplexServer draining = withDuplexes(duplexes);
        try (Http2Client client = connect(draining, "/duplex")) {
            Resumable resumable = Resumable.open(client);
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            Thread first = new Thread(() -> {
                draining.shutdown(LONG);
                interrupted.complete(Thread.currentThread().isInterrupted());
            });
            first.start();
            Await.until("it drains", duplexes::isDraining);
            draining.shutdown(LONG);
            draining.close();
            assertThat(interrupted).isNotDone();
            first.interrupt();
            assertThat(Await.result(interrupted)).isTrue();
            assertThat(resumable.awaitReset()).isEqualTo(ErrorCode.SHUT_DOWN.number());
        }
    }

    @Test
    void handlersThatCanBeClosedAreClosedInTheirOrder() throws IOException {
        List<String> closed = new CopyOnWriteArrayList<>();
        DuplexServer ordered = DuplexServer.builder()
                .handle("/b", new Closing("b", closed))
                .handle("/a", new Closing("a", closed))
                .handle("/fails", new Closing("fails", closed))
                .handle("/c/", new Closing("c", closed))
                .build();
        ordered.start();
        try (ServerLog log = new ServerLog()) {
            ordered.close();
            ordered.close();
            assertThat(log.warnings()).singleElement().asString().contains("could not be closed");
        }
        assertThat(closed).containsExactly("b", "a", "fails", "c");
    }

    private record Closing(String name, List<String> closed) implements HttpHandler, AutoCloseable {
        @Override
        public void handleRequest(HttpServerExchange exchange) {
            exchange.endExchange();
        }

        @Override
        public void close() {
            closed.add(name);
            if (name.equals("fails")) {
                throw new IllegalStateException("It does not want to");
            }
        }
    }
}
