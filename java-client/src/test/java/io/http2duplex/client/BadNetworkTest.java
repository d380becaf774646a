package io.http2duplex.client;

import static io.http2duplex.client.TestServer.ECHO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.http2duplex.DownloadMode;
import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import io.http2duplex.client.transport.AnswerException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client and a real server on a network that cuts, holds and answers itself. {@code -Pcuts} does more of it. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class BadNetworkTest {
    private static final int CUTS = Integer.getInteger("e2e.cuts", 20);
    private static final long BYTES = Long.getLong("e2e.cuts-bytes", 10_000_000);

    @ParameterizedTest
    @CsvSource({"true, STREAMING", "false, STREAMING", "true, POLLING"})
    void noByteIsLostWhenConnectionsAreCut(boolean streaming, DownloadMode mode) throws Exception {
        try (TestServer server = TestServer.start(ECHO);
                BadNetwork network = new BadNetwork(server.port())) {
            Duplex duplex = TestServer.client()
                    .streaming(streaming)
                    .downloadModes(mode)
                    .build()
                    .connect(server.uri(network.port()));
            AtomicLong cuts = new AtomicLong();

            Transfer done = Transfer.over(duplex, BYTES, received -> {
                if (received * (CUTS + 1) / BYTES > cuts.get() && cuts.get() < CUTS) {
                    cuts.incrementAndGet();
                    network.cut();
                }
            });

            assertThat(cuts).hasValue(CUTS);
            assertThat(done.count()).isEqualTo(BYTES);
            assertThat(done.received()).isEqualTo(done.sent());
            duplex.closed().toCompletableFuture().get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void aConnectionThatIsHeldIsNoticedByHeartbeatsAndReplaced() throws Exception {
        try (TestServer server = TestServer.start(ECHO, options -> options.heartbeat(Duration.ofMillis(500)), 0, true);
                BadNetwork network = new BadNetwork(server.port())) {
            Duplex duplex = TestServer.client().build().connect(server.uri(network.port()));
            duplex.outputStream().write('x');
            assertThat(duplex.inputStream().read()).isEqualTo('x');
            network.holdWhatIsOpen();
            duplex.outputStream().write('y');
            assertThat(duplex.inputStream().read()).isEqualTo('y');
            duplex.reset();
        }
    }

    @Test
    void anOpeningThatIsHeldFailsInTime() throws Exception {
        try (TestServer server = TestServer.start(ECHO);
                BadNetwork network = new BadNetwork(server.port())) {
            network.hold();
            DuplexException failure = catchThrowableOfType(
                    DuplexException.class,
                    () -> TestServer.client()
                            .openTimeout(Duration.ofMillis(300))
                            .build()
                            .connect(server.uri(network.port())));
            assertThat(failure.code()).isEqualTo(ErrorCode.TIMED_OUT);
            assertThat(failure).hasMessageContaining("openTimeout");
        }
    }

    @Test
    void anOpeningOverAConnectionThatIsHeldFailsAndTheNextGoesOverAnother() throws Exception {
        try (TestServer server = TestServer.start(ECHO);
                BadNetwork network = new BadNetwork(server.port())) {
            DuplexClient client =
                    TestServer.client().openTimeout(Duration.ofSeconds(3)).build();
            client.connect(server.uri(network.port())).reset();
            network.holdWhatIsOpen();

            DuplexException failure =
                    catchThrowableOfType(DuplexException.class, () -> client.connect(server.uri(network.port())));
            assertThat(failure.code()).isEqualTo(ErrorCode.TIMED_OUT);
            client.connect(server.uri(network.port())).reset();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"502 Bad Gateway", "404 Not Found", "401 Unauthorized", "200 OK", "204 No Content"})
    void answersOfAnotherEndNoDuplex(String status) throws Exception {
        try (TestServer server = TestServer.start(ECHO, options -> options, 0, false);
                BadNetwork network = new BadNetwork(server.port())) {
            HttpClient http =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            Duplex duplex =
                    DuplexClient.builder().httpClient(() -> http).build().connect(server.uri(network.port()));
            duplex.outputStream().write('x');
            assertThat(duplex.inputStream().read()).isEqualTo('x');
            network.answer(status);
            network.cut();
            duplex.outputStream().write('y');
            network.awaitAnswers(2);
            network.answer(null);

            assertThat(duplex.inputStream().read()).isEqualTo('y');
            duplex.end();
            assertThat(duplex.inputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void anAnswerOfAnotherToTheOpeningIsAFailureWithItsStatus() throws Exception {
        try (BadNetwork network = new BadNetwork(1)) {
            network.answer("502 Bad Gateway");
            DuplexException failure = catchThrowableOfType(
                    DuplexException.class,
                    () -> DuplexClient.builder()
                            .build()
                            .connect(java.net.URI.create("http://localhost:" + network.port() + "/")));
            assertThat(failure.code()).isEqualTo(ErrorCode.REFUSED);
            assertThat(failure).hasMessageContaining("502: <html>Please log in</html>");
            assertThat(failure.getCause()).isInstanceOfSatisfying(AnswerException.class, answer -> {
                assertThat(answer.status()).isEqualTo(502);
                assertThat(answer.problem()).isNull();
            });
        }
    }
}
