package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests that are refused: with the right status, a problem that says why, and no harm to anyone else. */
class RefusalsTest {
    private static final String UNKNOWN = "x".repeat(32);

    /** The body is sent, so that the connection has to take it although the request is refused. */
    static void assertRefused(Request request, int status, String type) {
        JsonNode problem = assertProblem(request, status, type);
        assertThat(problem.propertyNames()).containsExactlyInAnyOrder("type", "title", "status", "detail");
    }

    /** For a session that is over: the members tell how. */
    static void assertRefused(Request request, int status, String type, int number, @Nullable String reason) {
        JsonNode problem = assertProblem(request, status, type);
        assertThat(problem.get("number").asInt()).isEqualTo(number);
        if (reason == null) {
            assertThat(problem.has("reason")).isFalse();
        } else {
            assertThat(problem.get("reason").asString()).isEqualTo(reason);
        }
    }

    private static JsonNode assertProblem(Request request, int status, String type) {
        assertThat(request.status()).isEqualTo(status);
        assertThat(request.header("content-type")).isEqualTo("application/problem+json");
        assertThat(request.header("cache-control")).isEqualTo("no-store");
        assertThat(request.header("x-content-type-options")).isEqualTo("nosniff");
        JsonNode problem = JsonMapper.shared().readTree(request.readToEnd());
        assertThat(problem.get("type").asString()).isEqualTo("urn:http2-duplex:problem:" + type);
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("title").asString()).isNotBlank();
        assertThat(problem.get("detail").asString()).isNotBlank().doesNotContain("hostile");
        return problem;
    }

    @ParameterizedTest
    @EnumSource
    void aPostThatNamesNoSessionAsItShouldIsRefused(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Request good = client.open();
            assertRefused(client.send("POST", true).write(bytes(100)).end(), 400, "missing-id");
            assertRefused(client.post("hostile<script>", bytes(100)), 400, "malformed-id");
            assertRefused(client.post("", bytes(0)), 400, "malformed-id");
            assertRefused(client.post("hostile".repeat(1500), bytes(100)), 400, "malformed-id");
            assertRefused(client.post(UNKNOWN, bytes(100)), 404, "unknown-session");
            assertRefused(client.post(good.id(), bytes(100), "http2-duplex-id", UNKNOWN), 400, "malformed-id");
            assertThat(client.post(good.id(), bytes(100)).status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @EnumSource
    void headersThatContradictEachOtherAreRefusedAndTheDuplexGoesOn(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            String id = download.id();
            for (String[] headers : new String[][] {
                {"http2-duplex-single", "true", "http2-duplex-end", "true"},
                {"http2-duplex-destroyed", "true"},
                {"http2-duplex-end", "hostile"},
                {"http2-duplex-end", "true", "http2-duplex-end", "true"},
                {"http2-duplex-single", ""},
            }) {
                assertRefused(client.post(id, bytes(10), headers), 400, "bad-headers");
            }
            assertRefused(client.send("GET", false, "http2-duplex-id", id), 400, "bad-headers");
            assertThat(client.post(id, bytes(20)).status()).isEqualTo(200);
            assertThat(download.read(20)).isEqualTo(bytes(20));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anotherMethodIsRefusedAndOptionsTellsWhichThereAre(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            for (String method : List.of("PUT", "DELETE", "PATCH", "HOSTILE")) {
                Request request = client.send(method, true).write(bytes(100)).end();
                assertRefused(request, 405, "method-not-allowed");
                assertThat(request.header("allow")).isEqualTo("GET, POST, OPTIONS");
            }
            Request head = client.send("HEAD", false);
            assertThat(head.status()).isEqualTo(405);
            assertThat(head.readToEnd()).isEmpty();
            Request options = client.send("OPTIONS", false);
            assertThat(options.status()).isEqualTo(200);
            assertThat(options.header("allow")).isEqualTo("GET, POST, OPTIONS");
            assertThat(options.readToEnd()).isEmpty();
            client.open();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP2_TLS, true", "HTTP2_TLS, false", "HTTP2_CLEAR, true", "HTTP2_CLEAR, false",
        "HTTP1_TLS, true", "HTTP1_TLS, false", "HTTP1_CLEAR, true", "HTTP1_CLEAR, false"
    })
    void aChunkOverTheLimitIsRefusedAndOtherStreamsGoOn(Transport transport, boolean announced) throws IOException {
        int limit = 100_000;
        try (TestServer server = TestServer.start(TestServer::echo, options -> options.maxChunkSize(limit));
                Client client = Client.connect(transport, server)) {
            Request other = client.open();
            server.duplex();
            Request download = client.open();
            List<String> headers = new ArrayList<>(List.of("http2-duplex-id", download.id()));
            if (announced) {
                headers.addAll(List.of("content-length", "" + (limit + 1)));
            }
            Request chunk = client.send("POST", true, headers.toArray(String[]::new));
            chunk.write(bytes(limit + 1)).end();

            assertRefused(chunk, 413, "chunk-too-large");
            if (announced) {
                assertThat(client.post(download.id(), bytes(limit)).status()).isEqualTo(200);
            } else {
                assertThat(Await.failure(server.duplex().closed()))
                        .isInstanceOfSatisfying(
                                DuplexException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
                assertThat(download.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            }
            assertThat(client.post(other.id(), bytes(limit)).status()).isEqualTo(200);
            assertThat(other.read(limit)).isEqualTo(bytes(limit));
        }
    }

    @ParameterizedTest
    @EnumSource
    void bytesAfterTheEndAreRefusedAndResetTheDuplex(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            assertThat(client.end(download.id()).status()).isEqualTo(200);
            assertThat(client.end(download.id()).status()).isEqualTo(200);
            Request empty = client.send("POST", false, "http2-duplex-id", download.id());
            assertThat(empty.status()).isEqualTo(200);
            assertRefused(client.post(download.id(), bytes(1)), 409, "upload-ended");
            assertThat(download.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            server.awaitNoSessions();
        }
    }

    @Test
    void anExecutorWithoutAThreadRefusesTheDuplexWithRetryAfter() throws IOException {
        try (TestServer server = TestServer.start(
                        TestServer::idle,
                        options -> options.executor(task -> {
                            throw new RejectedExecutionException("full");
                        }));
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            Request get = client.send("GET", false);
            assertRefused(get, 503, "overloaded");
            assertThat(get.header("retry-after")).isEqualTo("1");
            assertThat(server.handler().sessions()).isZero();
        }
    }

    /** A client that asks first whether it may send a body (RFC 9110, section 10.1.1). */
    @ParameterizedTest
    @EnumSource
    void anExpectationIsMetOrTheRequestRefused(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            Request taken = client.send("POST", true, "http2-duplex-id", download.id(), "expect", "100-continue");
            taken.write(bytes(10)).end();
            assertThat(taken.status()).isEqualTo(200);
            assertThat(download.read(10)).isEqualTo(bytes(10));

            Request refused = client.send("POST", true, "http2-duplex-id", UNKNOWN, "expect", "100-continue");
            assertRefused(refused, 404, "unknown-session");
            if (client instanceof Http2Client http2) {
                refused.write(bytes(50_000)).end();
                http2.ping();
                assertThat(http2.resetsReceived).hasValue(0);
            }
            assertThat(client.post(download.id(), bytes(11)).status()).isEqualTo(200);
            assertThat(download.read(11)).isEqualTo(bytes(11));
        }
    }
}
