package io.http2duplex.contract;

import static io.http2duplex.internal.runtime.TestBrowser.SECONDS;
import static io.http2duplex.internal.runtime.TestBrowser.assertFailed;
import static io.http2duplex.internal.runtime.TestBrowser.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.ErrorCode;
import io.http2duplex.contract.TestHost.Transport;
import io.http2duplex.internal.core.plain.UploadKind;
import io.http2duplex.internal.handler.SimulatedHost;
import io.http2duplex.internal.runtime.TestBrowser;
import io.http2duplex.server.DuplexHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class BoundsAndTimersTest {
    private final SimulatedHost host = new SimulatedHost();

    @AfterEach
    void close() {
        host.close();
    }

    static Stream<Transport> networks() {
        return Transport.networks();
    }

    @Test
    void aWriterFillsTheTransportAndTheBufferAndNotOneByteMore() throws Exception {
        try (SimulatedHost.Page browser = host.open(10_000)) {
            OutputStream output = browser.duplex.outputStream();
            int fits = 10_000 + SimulatedHost.BOUND;
            output.write(new byte[10_000]);
            browser.settle();
            output.write(new byte[fits - 10_000]);

            CompletableFuture<Void> oneMore = CompletableFuture.runAsync(
                    () -> {
                        try {
                            output.write(1);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    task -> new Thread(task).start());
            browser.settle();
            assertThat(oneMore).isNotDone();

            assertThat(browser.download().readNBytes(fits)).hasSize(fits);
            get(oneMore);
            assertThat(browser.download().read()).isEqualTo(1);
        }
    }

    @Test
    void anUploadFillsTheBufferAndIsAnsweredOnceItWasRead() throws Exception {
        try (SimulatedHost.Page browser = host.open(1)) {
            assertThat(get(browser.post(UploadKind.CHUNK, new byte[SimulatedHost.BOUND])))
                    .isEqualTo(200);
            CompletableFuture<Integer> oneMore = browser.post(UploadKind.CHUNK, new byte[1]);
            browser.settle();
            assertThat(oneMore).isNotDone();
            assertThat(browser.duplex.inputStream().available()).isEqualTo(SimulatedHost.BOUND);

            browser.duplex.inputStream().readNBytes(SimulatedHost.BOUND);

            assertThat(get(oneMore)).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void aBrowserThatNeverReadsStopsTheWriterAndTimesOut(Transport transport) throws Exception {
        CompletableFuture<Long> written = new CompletableFuture<>();
        CompletableFuture<Duplex> opened = new CompletableFuture<>();
        CountDownLatch browserHasOpened = new CountDownLatch(1);
        try (TestHost server = transport.start(
                        duplex -> {
                            opened.complete(duplex);
                            // Else a browser that is slow to read the first byte finds the download broken off already.
                            assertThat(browserHasOpened.await(SECONDS, TimeUnit.SECONDS))
                                    .isTrue();
                            long count = 0;
                            try (OutputStream output = duplex.outputStream()) {
                                for (; count < 1L << 30; count += 1 << 16) {
                                    output.write(new byte[1 << 16]);
                                }
                            } finally {
                                written.complete(count);
                            }
                        },
                        builder -> builder.stallTimeout(Duration.ofMillis(500)));
                TestBrowser browser = server.open()) {
            browserHasOpened.countDown();
            assertFailed(get(opened).closed(), ErrorCode.TIMED_OUT, 6);
            assertThat(get(written)).isLessThan(64L << 20);
            assertThat(browser.download()).isNotNull();
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void aBrowserThatGoesAfterTheServersEndIsNoticedByTheLingerTime(Transport transport) throws Exception {
        CompletableFuture<Duplex> opened = new CompletableFuture<>();
        try (TestHost server = transport.start(
                        duplex -> {
                            opened.complete(duplex);
                            duplex.end();
                        },
                        builder -> builder.lingerTimeout(Duration.ofMillis(100)));
                TestBrowser browser = server.open()) {
            assertThat(browser.download().readAllBytes()).isEmpty();

            assertFailed(get(opened).closed(), ErrorCode.TIMED_OUT, 6);
        }
    }

    @Test
    void aDeadlineEarlierThanTheRunningTimerIsMet() throws Exception {
        try (SimulatedHost impatient =
                        new SimulatedHost(duplex -> {}, options -> options.lingerTimeout(Duration.ofMillis(50)));
                SimulatedHost.Page browser = impatient.open(1)) {
            browser.duplex.send(ByteBuffer.allocate(10)); // held up: the timer runs for five minutes
            browser.settle();
            browser.duplex.end();

            assertThat(browser.download().readAllBytes()).hasSize(10);

            assertFailed(browser.duplex.closed(), ErrorCode.TIMED_OUT, 6);
        }
    }

    @Test
    void aTimeoutMayBeAsLongAsADurationCanBe() {
        try (DuplexHandler handler = DuplexHandler.builder(duplex -> {})
                .lingerTimeout(Duration.ofSeconds(Long.MAX_VALUE))
                .stallTimeout(Duration.ofSeconds(Long.MAX_VALUE))
                .build()) {
            assertThat(handler.sessions()).isZero();
        }
    }
}
