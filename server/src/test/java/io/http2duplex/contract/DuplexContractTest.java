package io.http2duplex.contract;

import static io.http2duplex.internal.runtime.TestBrowser.SECONDS;
import static io.http2duplex.internal.runtime.TestBrowser.assertFailed;
import static io.http2duplex.internal.runtime.TestBrowser.get;
import static io.http2duplex.internal.runtime.TestBrowser.random;
import static io.http2duplex.internal.runtime.TestBrowser.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import io.http2duplex.contract.TestHost.Transport;
import io.http2duplex.internal.core.plain.UploadKind;
import io.http2duplex.internal.runtime.TestBrowser;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for a duplex whatever is between the application and the browser. */
@Timeout(60)
class DuplexContractTest {
    static Stream<Arguments> pairsAndTransports() {
        return Arrays.stream(Transport.values())
                .flatMap(transport -> Arrays.stream(Echo.values()).map(echo -> Arguments.of(echo, transport)));
    }

    @ParameterizedTest
    @MethodSource("pairsAndTransports")
    void aMegabyteGoesUpInChunksAndComesBackAsItWas(Echo echo, Transport transport) throws Exception {
        byte[] sent = random(1 << 20);
        CompletableFuture<CompletionStage<Void>> closed = new CompletableFuture<>();
        try (TestHost server = transport.start(duplex -> {
                    closed.complete(duplex.closed());
                    echo.onDuplex(duplex);
                });
                TestBrowser browser = server.open()) {
            CompletableFuture<byte[]> received = readAll(browser.download());
            for (int at = 0; at < sent.length; at += 40_000) {
                byte[] chunk = Arrays.copyOfRange(sent, at, Math.min(sent.length, at + 40_000));
                assertThat(get(browser.post(UploadKind.CHUNK, chunk))).isEqualTo(200);
            }
            assertThat(get(browser.post(UploadKind.END, new byte[0]))).isEqualTo(200);

            assertThat(get(received)).isEqualTo(sent);
            get(get(closed));
        }
    }

    @ParameterizedTest
    @MethodSource("pairsAndTransports")
    void aMegabyteGoesUpInOneBodyAndComesBackAsItWas(Echo echo, Transport transport) throws Exception {
        byte[] sent = random(1 << 20);
        try (TestHost server = transport.start(echo);
                TestBrowser browser = server.open()) {
            CompletableFuture<byte[]> received = readAll(browser.download());

            assertThat(get(browser.post(UploadKind.SINGLE, sent))).isEqualTo(200);

            assertThat(get(received)).isEqualTo(sent);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatEndedFirstTakesWhatTheBrowserStillWrites(Transport transport) throws Exception {
        byte[] sent = random(200_000);
        CompletableFuture<byte[]> received = new CompletableFuture<>();
        CompletableFuture<CompletionStage<Void>> closed = new CompletableFuture<>();
        try (TestHost server = transport.start(duplex -> {
                    closed.complete(duplex.closed());
                    get(duplex.end());
                    received.complete(duplex.inputStream().readAllBytes());
                });
                TestBrowser browser = server.open()) {
            assertThat(browser.download().readAllBytes()).isEmpty();
            assertThat(get(browser.post(UploadKind.CHUNK, sent))).isEqualTo(200);
            assertThat(get(browser.post(UploadKind.END, new byte[0]))).isEqualTo(200);

            assertThat(get(received)).isEqualTo(sent);
            get(get(closed));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBrowserThatEndedFirstGetsWhatTheServerStillWrites(Transport transport) throws Exception {
        byte[] sent = random(200_000);
        CompletableFuture<CompletionStage<Void>> closed = new CompletableFuture<>();
        try (TestHost server = transport.start(duplex -> {
                    closed.complete(duplex.closed());
                    assertThat(duplex.inputStream().read()).isEqualTo(-1);
                    try (OutputStream output = duplex.outputStream()) {
                        output.write(sent);
                    }
                });
                TestBrowser browser = server.open()) {
            assertThat(get(browser.post(UploadKind.END, new byte[0]))).isEqualTo(200);
            assertThat(browser.download().readAllBytes()).isEqualTo(sent);
            get(get(closed));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anApplicationThatDoesNotReadHoldsUpTheBrowserUntilItReads(Transport transport) throws Exception {
        CountDownLatch mayRead = new CountDownLatch(1);
        CompletableFuture<Integer> read = new CompletableFuture<>();
        try (TestHost server = transport.start(duplex -> {
                    assertThat(mayRead.await(SECONDS, TimeUnit.SECONDS)).isTrue();
                    read.complete(duplex.inputStream().readAllBytes().length);
                });
                TestBrowser browser = server.open()) {
            for (int i = 0; i < 4; i++) {
                assertThat(get(browser.post(UploadKind.CHUNK, random(16 * 1024))))
                        .isEqualTo(200);
            }
            CompletableFuture<Integer> overTheBound = browser.post(UploadKind.CHUNK, random(16 * 1024));
            try (TestBrowser other = server.open()) { // another duplex is served meanwhile
                assertThat(get(other.post(UploadKind.CHUNK, random(16 * 1024)))).isEqualTo(200);
            }
            assertThat(overTheBound).isNotDone();

            mayRead.countDown();

            assertThat(get(overTheBound)).isEqualTo(200);
            assertThat(get(browser.post(UploadKind.END, new byte[0]))).isEqualTo(200);
            assertThat(get(read)).isEqualTo(5 * 16 * 1024);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResetOfTheApplicationIsAFailureForTheBrowserAndNeverAnEnd(Transport transport) throws Exception {
        CompletableFuture<Duplex> opened = new CompletableFuture<>();
        try (TestHost server = transport.start(
                        duplex -> {
                            duplex.send(ByteBuffer.wrap(new byte[10]));
                            opened.complete(duplex);
                            assertThat(duplex.inputStream().readNBytes(100)).hasSize(100);
                            duplex.reset(1000, "enough");
                        },
                        options -> options.uploadBufferSize(1000));
                TestBrowser browser = server.open()) {
            assertThat(browser.download().readNBytes(10)).hasSize(10);
            // Less than HTTP/2's first window: the JDK's client loses an answer that comes before it has sent its body.
            CompletableFuture<Integer> waiting = browser.post(UploadKind.CHUNK, random(60_000));

            assertThat(get(waiting)).isEqualTo(410);
            assertThatThrownBy(() -> browser.download().readAllBytes()).isInstanceOf(IOException.class);
            assertFailed(get(opened).closed(), ErrorCode.APPLICATION, 1000);
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"SIMULATED_ONE_REQUEST", "SIMULATED_CONTAINER_ONE_REQUEST"})
    void aDestroyOfTheBrowserIsAFailureForTheApplication(Transport transport) throws Exception {
        CompletableFuture<Duplex> opened = new CompletableFuture<>();
        CompletableFuture<IOException> seen = new CompletableFuture<>();
        try (TestHost server = transport.start(duplex -> {
                    opened.complete(duplex);
                    try {
                        seen.completeExceptionally(new AssertionError(
                                "read " + duplex.inputStream().read()));
                    } catch (IOException e) {
                        seen.complete(e);
                    }
                });
                TestBrowser browser = server.open()) {
            assertThat(get(browser.post(UploadKind.DESTROY, new byte[0]))).isEqualTo(200);

            assertThat(get(seen))
                    .isInstanceOfSatisfying(
                            DuplexException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
            assertFailed(get(opened).closed(), ErrorCode.CANCELLED, 1);
            assertThat(browser.download().readAllBytes())
                    .as("what it asked for is no error")
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInputThatWasClosedIsDroppedAndStillAnswered(Transport transport) throws Exception {
        CompletableFuture<CompletionStage<Void>> closed = new CompletableFuture<>();
        try (TestHost server = transport.start(duplex -> {
                    closed.complete(duplex.closed());
                    InputStream input = duplex.inputStream();
                    input.close();
                    assertThatThrownBy(input::read).isExactlyInstanceOf(IOException.class);
                    duplex.end();
                });
                TestBrowser browser = server.open()) {
            assertThat(get(browser.post(UploadKind.CHUNK, random(500_000)))).isEqualTo(200);
            assertThat(get(browser.post(UploadKind.END, random(100)))).isEqualTo(200);
            assertThat(browser.download().readAllBytes()).isEmpty();
            get(get(closed));
        }
    }
}
