package io.http2duplex.internal.handler;

import static io.http2duplex.internal.runtime.TestBrowser.assertFailed;
import static io.http2duplex.internal.runtime.TestBrowser.get;
import static io.http2duplex.internal.runtime.TestBrowser.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.Authorization;
import io.http2duplex.DownloadMode;
import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.DuplexObserver;
import io.http2duplex.DuplexOptions;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.UploadOutcome;
import io.http2duplex.internal.core.plain.UploadKind;
import io.http2duplex.internal.handler.SimulatedExchange.Answer;
import io.http2duplex.internal.handler.SimulatedExchange.Body;
import io.http2duplex.internal.handler.SimulatedHost.Client;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Duplexes of one request: what they do besides the contract that holds for every duplex. */
@Timeout(60)
class OneRequestTest {
    private SimulatedHost host = new SimulatedHost();

    @AfterEach
    void close() {
        assertThat(host.uncaught()).isEmpty();
        host.close();
    }

    private void start(Consumer<DuplexOptions<?>> options) {
        host.close();
        host = new SimulatedHost(duplex -> {}, options);
    }

    private OneRequestClient open() throws Exception {
        return new OneRequestClient(host, new Client(), SimulatedHost.BOUND);
    }

    private Answer put(String... fields) throws Exception {
        return host.put(new Client(), Body.of(new byte[0]), 100, fields).await();
    }

    private static void assertRefused(Answer answer, int status, String type) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(Objects.requireNonNull(answer.problem()).type()).isEqualTo("urn:http2-duplex:problem:" + type);
    }

    // ---- opening

    @Test
    void theHeadComesAtOnceAndTheBodyHoldsNothingButTheApplicationsBytes() throws Exception {
        try (OneRequestClient client = open()) {
            assertThat(client.exchange.await().fields())
                    .containsEntry("http2-duplex-id", client.id)
                    .doesNotContainKey("http2-duplex-version");
            client.duplex.outputStream().write(new byte[] {1, 2});
            assertThat(client.download().readNBytes(2)).containsExactly(1, 2);
        }
    }

    @Test
    void itMustBeAllowed() throws Exception {
        assertThat(host.post(new Client(), new byte[0]).await().status()).isEqualTo(400);
        start(options -> options.oneRequest(false));

        Answer answer = put();

        assertRefused(answer, 405, "method-not-allowed");
        assertThat(answer.fields()).containsEntry("Allow", "GET, POST, OPTIONS");
    }

    @Test
    void thePreflightOfAPageOfAnotherOriginNamesPutOnlyIfItIsAllowed() throws Exception {
        for (boolean allowed : new boolean[] {true, false}) {
            start(options -> options.oneRequest(allowed).allowedOrigins("https://app.example"));
            Answer answer = host.options(
                            new Client(), "origin", "https://app.example", "access-control-request-method", "PUT")
                    .await();
            assertThat(answer.fields())
                    .containsEntry("Access-Control-Allow-Methods", allowed ? "GET, POST, PUT" : "GET, POST");
        }
    }

    @Test
    void aPageOfAnotherOriginIsRefused() throws Exception {
        assertRefused(put("origin", "https://other.example"), 403, "origin-not-allowed");
    }

    @Test
    void itNamesNoSession() throws Exception {
        try (OneRequestClient client = open()) {
            assertRefused(put(HeaderNames.ID, client.id), 400, "bad-headers");
        }
    }

    @Test
    void itsIdIsOfNoUseToOtherRequests() throws Exception {
        try (OneRequestClient client = open()) {
            Answer post = host.post(new Client(), new byte[] {1}, HeaderNames.ID, client.id)
                    .await();
            assertRefused(post, 400, "bad-headers");
            Answer get = host.get(
                            new Client(),
                            10,
                            HeaderNames.ID,
                            client.id,
                            HeaderNames.VERSION,
                            "2",
                            HeaderNames.ATTACH,
                            "1",
                            HeaderNames.OFFSET,
                            "0")
                    .await();
            assertRefused(get, 400, "bad-headers");
            assertThat(client.duplex.closed().toCompletableFuture()).isNotDone();
        }
    }

    @Test
    void limitsAndTheAuthorizerHoldForIt() throws Exception {
        start(options -> options.oneRequest(true)
                .maxSessions(1)
                .authorize(request -> CompletableFuture.completedStage(
                        request.header("account") == null
                                ? Authorization.refuse(401, "Say who you are.")
                                : Authorization.accept("anna"))));
        assertRefused(put(), 401, "not-authorized");
        try (OneRequestClient client =
                new OneRequestClient(host, new Client(), SimulatedHost.BOUND, "account", "anna")) {
            assertThat(client.duplex.request().account()).isEqualTo("anna");
            assertRefused(put("account", "anna"), 503, "too-many-sessions");
        }
    }

    @Test
    void itIsCountedByItself() throws Exception {
        try (OneRequestClient client = open()) {
            assertThat(host.endpoint().statistics().oneRequest().live()).isEqualTo(1);
            assertThat(host.endpoint().statistics().sessions()).isEqualTo(1);
            client.duplex.reset();
            assertThat(host.endpoint().statistics().oneRequest().live()).isZero();
            assertThat(host.endpoint().statistics().oneRequest().opened()).isEqualTo(1);
            assertThat(host.endpoint().statistics().dialect1().opened()).isZero();
        }
    }

    @Test
    void theObserverIsToldOfItsOpeningAndItsEnd() throws Exception {
        Queue<String> told = new ConcurrentLinkedQueue<>();
        CompletableFuture<ErrorCode> ended = new CompletableFuture<>();
        start(options -> options.oneRequest(true).observer(new DuplexObserver() {
            @Override
            public void opened(Duplex duplex) {
                told.add("opened");
            }

            @Override
            public void attached(Duplex duplex, DownloadMode mode) {
                told.add("attached");
            }

            @Override
            public void ended(Duplex duplex, @Nullable DuplexException failure) {
                ended.complete(Objects.requireNonNull(failure).code());
            }
        }));
        try (OneRequestClient client = open()) {
            client.exchange.cut();
            assertThat(get(ended)).isEqualTo(ErrorCode.CONNECTION_LOST);
            assertThat(told).containsExactly("opened");
        }
    }

    // ---- the end

    @Test
    void aServerThatEndsAndClosesItsInputEndsTheDuplexThoughTheClientSendsOn() throws Exception {
        try (OneRequestClient client = open()) {
            CompletableFuture<Integer> sending = client.post(UploadKind.CHUNK, random(SimulatedHost.BOUND + 1));
            client.duplex.outputStream().write(new byte[] {1});
            client.duplex.end();
            assertThat(client.download().readAllBytes()).containsExactly(1);
            host.settle();
            assertThat(client.duplex.closed().toCompletableFuture())
                    .as("it may still want bytes")
                    .isNotDone();
            assertThat(sending).isNotDone();

            client.duplex.inputStream().close();

            get(client.duplex.closed());
            assertThat(get(client.exchange.uploaded())).isEqualTo(UploadOutcome.TAKEN);
            assertThat(host.endpoint().sessions()).isZero();
        }
    }

    @Test
    void soDoesOneThatClosesItsInputFirst() throws Exception {
        try (OneRequestClient client = open()) {
            client.duplex.inputStream().close();
            assertThat(get(client.post(UploadKind.CHUNK, random(SimulatedHost.BOUND * 2))))
                    .isEqualTo(200);
            assertThat(client.duplex.closed().toCompletableFuture()).isNotDone();

            client.duplex.end();

            get(client.duplex.closed());
            assertThat(client.download().readAllBytes()).isEmpty();
        }
    }

    @Test
    void aRequestThatIsCutIsAFailureOnBothSides() throws Exception {
        try (OneRequestClient client = open()) {
            client.exchange.cut();

            assertFailed(client.duplex.closed(), ErrorCode.CONNECTION_LOST, 4);
            assertThatThrownBy(() -> client.download().readAllBytes()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aShutDownIsAFailureOnBothSides() throws Exception {
        try (OneRequestClient client = open()) {
            CompletableFuture<Void> draining = client.duplex.draining().toCompletableFuture();
            var unused = host.endpoint().drain();
            get(draining);
            assertRefused(put(), 503, "shut-down");

            get(host.endpoint().stop());

            assertFailed(client.duplex.closed(), ErrorCode.SHUT_DOWN, 7);
            assertThatThrownBy(() -> client.download().readAllBytes()).isInstanceOf(IOException.class);
        }
    }

    // ---- clients that are slow, or do nothing

    @Test
    void aClientThatNeverReadsHoldsTheWriterAndIsGivenUpAfterTheStallTimeout() throws Exception {
        start(options -> options.oneRequest(true).stallTimeout(Duration.ofMillis(50)));
        try (OneRequestClient client = new OneRequestClient(host, new Client(), 1_000)) {
            OutputStream output = client.duplex.outputStream();
            assertThatThrownBy(() -> output.write(new byte[1_000 + SimulatedHost.BOUND + 1]))
                    .hasMessageContaining("stallTimeout");
            assertFailed(client.duplex.closed(), ErrorCode.TIMED_OUT, 6);
        }
    }

    @Test
    void aSilentOneIsGivenUpAfterTheIdleTimeout() throws Exception {
        start(options -> options.oneRequest(true).idleTimeout(Duration.ofMillis(50)));
        try (OneRequestClient client = open()) {
            assertFailed(client.duplex.closed(), ErrorCode.TIMED_OUT, 6);
        }
    }
}
