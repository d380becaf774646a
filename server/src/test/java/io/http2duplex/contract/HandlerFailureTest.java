package io.http2duplex.contract;

import static io.http2duplex.internal.runtime.TestBrowser.assertFailed;
import static io.http2duplex.internal.runtime.TestBrowser.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import io.http2duplex.contract.TestHost.Transport;
import io.http2duplex.internal.core.plain.UploadKind;
import io.http2duplex.internal.runtime.TestBrowser;
import io.http2duplex.wire.ServerLog;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class HandlerFailureTest {
    private final Logger logger = Logger.getLogger("io.http2duplex");
    private final Queue<LogRecord> records = new ConcurrentLinkedQueue<>();
    private final Handler recorder = new Handler() {
        @Override
        public void publish(LogRecord logged) {
            if (logged.getLevel().intValue() >= Level.WARNING.intValue() && !ServerLog.isOfEarlierTests(logged)) {
                records.add(logged);
            }
        }

        @Override
        public void flush() {
            // nothing is buffered
        }

        @Override
        public void close() {
            // nothing is open
        }
    };

    @BeforeEach
    void record() {
        logger.addHandler(recorder);
        logger.setUseParentHandlers(false);
    }

    @AfterEach
    void stop() {
        logger.removeHandler(recorder);
        logger.setUseParentHandlers(true);
    }

    @ParameterizedTest
    @EnumSource
    void anExceptionOfTheHandlerResetsItsOwnDuplexAndIsLoggedOnce(Transport transport) throws Exception {
        CompletableFuture<Duplex> failing = new CompletableFuture<>();
        CompletableFuture<Duplex> living = new CompletableFuture<>();
        IllegalStateException thrown = new IllegalStateException("the password is 1234");
        try (TestHost server = transport.start(duplex -> {
                    if (failing.complete(duplex)) {
                        assertThat(duplex.inputStream().read()).isEqualTo(7);
                        throw thrown;
                    }
                    living.complete(duplex);
                    Echo.STREAM_TO_STREAM.onDuplex(duplex);
                });
                TestBrowser browser = server.open()) {
            Duplex failed = get(failing);
            try (TestBrowser other = server.open()) {
                get(living);
                get(browser.post(UploadKind.CHUNK, new byte[] {7}));

                assertFailed(failed.closed(), ErrorCode.HANDLER_FAILED, 3);
                assertThatThrownBy(() -> browser.download().readAllBytes())
                        .isInstanceOf(IOException.class)
                        .message()
                        .doesNotContain("1234");
                assertThat(get(other.post(UploadKind.SINGLE, new byte[] {1, 2, 3})))
                        .isEqualTo(200);
                assertThat(other.download().readAllBytes()).containsExactly(1, 2, 3);
            }
            assertThat(records).hasSize(1);
            LogRecord logged = records.element();
            assertThat(logged.getThrown()).isSameAs(thrown);
            assertThat(logged.getMessage())
                    .contains(failed.id().substring(0, 8))
                    .doesNotContain(failed.id());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerThatStopsBecauseItsBrowserWentIsNotLogged(Transport transport) throws Exception {
        CompletableFuture<Duplex> opened = new CompletableFuture<>();
        CompletableFuture<Throwable> seen = new CompletableFuture<>();
        try (TestHost server = transport.start(duplex -> {
                    opened.complete(duplex);
                    try {
                        duplex.inputStream().read();
                    } catch (IOException e) {
                        seen.complete(e);
                        throw new IllegalStateException(e);
                    }
                });
                TestBrowser browser = server.open()) {
            get(opened);
            get(browser.post(UploadKind.DESTROY, new byte[0]));

            assertThat(get(seen)).isInstanceOf(DuplexException.class);
        }
        assertThat(records).isEmpty();
    }
}
