package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.DuplexObserver;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xnio.XnioIoThread;

/** Tests of the calls to an observer. */
class ObserverTest {
    private static final class Recorder implements DuplexObserver {
        final List<String> calls = new CopyOnWriteArrayList<>();
        private final @Nullable RuntimeException failure;

        Recorder(@Nullable RuntimeException failure) {
            this.failure = failure;
        }

        private void record(String call) {
            calls.add(Thread.currentThread() instanceof XnioIoThread ? call + " on an I/O thread" : call);
            if (failure != null) {
                throw failure;
            }
        }

        private static String by(DownloadMode mode) {
            return mode == DownloadMode.STREAMING ? "" : ", " + mode;
        }

        @Override
        public void opened(Duplex duplex) {
            record("opened");
        }

        @Override
        public void attached(Duplex duplex, DownloadMode mode) {
            record("attached" + by(mode));
        }

        @Override
        public void detached(Duplex duplex, Detachment why) {
            record("detached: " + why.reason());
        }

        @Override
        public void resumed(Duplex duplex, DownloadMode mode) {
            record("resumed" + by(mode));
        }

        @Override
        public void ended(Duplex duplex, @Nullable DuplexException failed) {
            record("ended: " + (failed == null ? "cleanly" : failed.code() + " " + failed.number()));
        }
    }

    private final Recorder observer = new Recorder(null);

    @ParameterizedTest
    @EnumSource
    void itIsToldOfALifeInOrder(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo, options -> options.observer(observer))) {
            Client client = Client.connect(transport, server);
            Resumable resumable = Resumable.open(client);
            resumable.resume(client);
            client.close();
            Await.until("it was detached", () -> observer.calls.size() >= 4);
            try (Client again = Client.connect(transport, server)) {
                resumable.resume(again);
                resumable.end();
                Await.until("it has ended", () -> observer.calls.size() >= 6);
            }
        }
        assertThat(observer.calls)
                .containsExactly(
                        "opened",
                        "attached",
                        "attached",
                        "detached: The browser, or its connection, was lost.",
                        "resumed",
                        "ended: cleanly");
    }

    @ParameterizedTest
    @EnumSource
    void itIsToldWhyADuplexFailed(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle, options -> options.observer(observer));
                Client client = Client.connect(transport, server)) {
            Resumable.open(client);
            server.duplex().reset(1234, "enough");
            Await.until("it has ended", () -> observer.calls.size() >= 3);
        }
        assertThat(observer.calls).containsExactly("opened", "attached", "ended: APPLICATION 1234");
    }

    @ParameterizedTest
    @EnumSource
    void ofDialect1ItIsToldTheOpeningAndTheEnd(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo, options -> options.observer(observer));
                Client client = Client.connect(transport, server)) {
            Request download = client.open();
            client.end(download.id()).status();
            Await.until("it has ended", () -> observer.calls.size() >= 2);
        }
        assertThat(observer.calls).containsExactly("opened", "ended: cleanly");
    }

    @Test
    void whatItThrowsIsLoggedAndHarmsNothing() throws IOException {
        Recorder failing = new Recorder(new IllegalStateException("as the test wants it"));
        try (ServerLog log = new ServerLog();
                TestServer server = TestServer.start(TestServer::echo, options -> options.observer(failing));
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            for (int i = 0; i < 3; i++) {
                Resumable resumable = Resumable.open(client);
                resumable.write(bytes(100));
                assertThat(resumable.read(100)).isEqualTo(bytes(100));
                resumable.end();
            }
            Await.until("every failure was logged", () -> log.warnings().size() == 9);
            assertThat(log.warnings()).allMatch(line -> line.contains("as the test wants it"));
        }
    }
}
