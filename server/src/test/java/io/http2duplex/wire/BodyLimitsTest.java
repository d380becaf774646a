package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.server.DuplexServer;
import io.undertow.server.HttpHandler;
import io.undertow.server.RequestTooBigException;
import io.undertow.server.handlers.BlockingHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How long the body of a request may be on the project's own server: a duplex takes any, other handlers 2 MiB. */
class BodyLimitsTest {
    private static final int MIB = 1024 * 1024;

    private static int count(io.undertow.server.HttpServerExchange exchange) throws IOException {
        int count = 0;
        byte[] buffer = new byte[65_536];
        for (int n = exchange.getInputStream().read(buffer);
                n >= 0;
                n = exchange.getInputStream().read(buffer)) {
            count += n;
        }
        return count;
    }

    private static final HttpHandler COUNT = new BlockingHandler(exchange -> {
        String limit = exchange.getRequestHeaders().getFirst("x-limit");
        if (limit != null) {
            exchange.setMaxEntitySize(Long.parseLong(limit));
        }
        try {
            exchange.getResponseSender().send(Integer.toString(count(exchange)));
        } catch (RequestTooBigException e) {
            exchange.setStatusCode(413);
        }
    });

    private static Client client(Transport transport, DuplexServer server) throws IOException {
        return transport.http2
                ? Http2Client.over(Sockets.open(server.port(), TestServer.trust(), "h2"), "/")
                : new Http1Client(server.port(), TestServer.trust(), "/");
    }

    private static DuplexServer start() {
        DuplexServer server =
                DuplexServer.builder().tls(TestServer.tls()).handle("/", COUNT).build();
        server.start();
        return server;
    }

    /** On a thread of a worker: the I/O thread compares what comes with the bound at any moment. */
    @Test
    void theBoundOfAnUploadIsNeverBelowWhatHasCome() throws Exception {
        BlockingQueue<Long> bounds = new LinkedBlockingQueue<>();
        try (TestServer server = TestServer.behind(duplexes -> new BlockingHandler(exchange -> {
                    duplexes.handleRequest(exchange);
                    bounds.add(exchange.getMaxEntitySize());
                }));
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            Request download = client.open();
            assertThat(client.post(download.id(), bytes(10)).status()).isEqualTo(200);
            assertThat(bounds).hasSize(2).allSatisfy(bound -> assertThat(bound).isGreaterThan(Long.MAX_VALUE / 2));
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aStreamingUploadOfADuplexHasNone(Transport transport) throws Exception {
        try (TestServer server = TestServer.start(TestServer::echo, options -> options, Listeners::own);
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            Request upload = client.single(download.id());
            for (int i = 0; i < 5; i++) {
                upload.write(bytes(MIB));
                assertThat(download.read(MIB)).isEqualTo(bytes(MIB));
            }
            upload.end();
            assertThat(upload.status()).isEqualTo(200);
            assertThat(download.readToEnd()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP1_TLS, false", "HTTP1_TLS, true", "HTTP2_TLS, false", "HTTP2_TLS, true"})
    void anotherHandlerHas2MiBAndItsConnectionLivesOn(Transport transport, boolean announced) throws Exception {
        PrintStream stderr = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try (DuplexServer server = start();
                Client client = client(transport, server)) {
            String[] length = announced ? new String[] {"content-length", "" + (2 * MIB + 1)} : new String[] {};
            Request upload = client.send("POST", true, length);
            try {
                upload.write(bytes(2 * MIB)).write(bytes(1)).end();
            } catch (IOException e) {
                assertThat(transport.http2).as("it was answered early").isTrue();
            }
            assertThat(upload.status()).isEqualTo(413);
            if (client instanceof Http2Client http2) {
                http2.ping();
                assertThat(http2.resetCodes).isSubsetOf(0, 0);
            }
        } finally {
            System.setErr(stderr);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8)).doesNotContain("at io.undertow");
    }

    @ParameterizedTest
    @CsvSource({"HTTP1_TLS", "HTTP2_TLS"})
    void aHandlerMayMoveItsLimit(Transport transport) throws Exception {
        try (DuplexServer server = start();
                Client client = client(transport, server)) {
            for (String none : new String[] {"-1", "" + 3 * MIB}) {
                Request large = client.send("POST", true, "x-limit", none);
                large.write(bytes(3 * MIB)).end();
                assertThat(large.readToEnd()).asString().isEqualTo("" + 3 * MIB);
            }
            Request small = client.send("POST", true, "x-limit", "10");
            small.write(bytes(11));
            assertThat(small.status()).isEqualTo(413);
            if (client instanceof Http2Client http2) {
                http2.ping();
            }
        }
    }

    /** Undertow would give the handler an empty body, as if it were whole, and reset the stream. */
    @ParameterizedTest
    @CsvSource({"HTTP1_TLS, false", "HTTP2_TLS, false", "HTTP1_TLS, true", "HTTP2_TLS, true"})
    void aHandlerMayLowerItsLimitWhenMoreHasCome(Transport transport, boolean ended) throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        HttpHandler late = new BlockingHandler(exchange -> {
            sent.await();
            COUNT.handleRequest(exchange);
        });
        DuplexServer server =
                DuplexServer.builder().tls(TestServer.tls()).handle("/", late).build();
        server.start();
        try (server;
                Client client = client(transport, server)) {
            Request small = client.send("POST", true, "x-limit", "10");
            small.write(bytes(11)).write(bytes(1000));
            if (ended) {
                small.end();
            }
            if (client instanceof Http2Client http2) {
                http2.ping();
            }
            sent.countDown();
            assertThat(small.status()).isEqualTo(413);
            assertThat(small.readToEnd()).isEmpty();
            if (client instanceof Http2Client http2) {
                http2.ping();
                if (!ended) {
                    Await.until("the rest of the body is refused", () -> !http2.resetCodes.isEmpty());
                }
                assertThat(http2.resetCodes).isSubsetOf(0, 0);
            }
        }
    }

    @Test
    void aBodyOfExactlyTheLimitIsTaken() throws Exception {
        try (DuplexServer server = start();
                Client client = client(Transport.HTTP1_TLS, server)) {
            Request upload = client.send("POST", true);
            upload.write(bytes(2 * MIB)).end();
            assertThat(upload.readToEnd()).asString().isEqualTo("" + 2 * MIB);
        }
    }
}
