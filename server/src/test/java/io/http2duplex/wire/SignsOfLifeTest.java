package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static io.http2duplex.wire.VanishedBrowserTest.assertFailedWith;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.ErrorCode;
import io.http2duplex.wire.Request.Ending;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Heartbeats, and downloads that must be replaced. */
class SignsOfLifeTest {
    private static final Duration SHORT = Duration.ofMillis(100);

    @ParameterizedTest
    @EnumSource
    void aClientThatAnswersKeepsItsDownload(Transport transport) throws IOException {
        Await.keepsUpWith(SHORT, time -> {
            try (TestServer server = TestServer.start(TestServer::echo, options -> options.heartbeat(time));
                    Client client = Client.connect(transport, server)) {
                Resumable resumable = Resumable.open(client);
                while (resumable.core.pings() < 3) {
                    resumable.pump();
                    resumable.post();
                }
                resumable.write(bytes(100));
                assertThat(resumable.read(100)).isEqualTo(bytes(100));
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatDoesNotAnswerIsDetachedAndMayResume(Transport transport) throws IOException {
        Await.keepsUpWith(SHORT, time -> {
            try (TestServer server = TestServer.start(TestServer::echo, options -> options.heartbeat(time));
                    Client client = Client.connect(transport, server)) {
                Resumable resumable = Resumable.open(client);
                Frames.next(resumable.download(), Frames.PING);
                assertThat(resumable.download().ending()).isEqualTo(Ending.BROKEN_OFF);
                resumable.resume(client);
                resumable.write(bytes(100));
                assertThat(resumable.read(100)).isEqualTo(bytes(100));
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatDoesNotComeBackIsLost(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(
                        TestServer::idle, options -> options.heartbeat(SHORT).resumeTimeout(SHORT));
                Client client = Client.connect(transport, server)) {
            Resumable.get(client).status();
            assertFailedWith(ErrorCode.CONNECTION_LOST, server.duplex());
            server.awaitNoSessions();
        }
    }

    /** Undertow tells nobody of it: nothing of that stream can be written, and nothing of it is read. */
    @ParameterizedTest
    @EnumSource(names = "HTTP2_.*", mode = EnumSource.Mode.MATCH_ALL)
    void aDownloadThatIsResetWhileFlowControlHoldsItUpIsNoticed(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(
                        TestServer::idle, options -> options.heartbeat(SHORT).resumeTimeout(SHORT));
                Http2Client client = Http2Client.withWindow(transport, server, 1000)) {
            Request download = Resumable.get(client);
            Duplex duplex = server.duplex();
            duplex.send(ByteBuffer.wrap(bytes(50_000)));
            download.read(1000);
            download.cut();
            assertFailedWith(ErrorCode.CONNECTION_LOST, duplex);
            server.awaitNoSessions();
        }
    }

    /** The listener of {@code DuplexServer} sees the frame. */
    @ParameterizedTest
    @EnumSource(names = "HTTP2_.*", mode = EnumSource.Mode.MATCH_ALL)
    void onTheOwnListenerItIsNoticedWithoutHeartbeats(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(
                        TestServer::idle,
                        options -> options.heartbeat(Duration.ZERO).resumeTimeout(SHORT),
                        Listeners::own);
                Http2Client client = Http2Client.withWindow(transport, server, 1000)) {
            Request download = Resumable.get(client);
            Duplex duplex = server.duplex();
            duplex.send(ByteBuffer.wrap(bytes(50_000)));
            download.read(1000);
            download.cut();
            assertFailedWith(ErrorCode.CONNECTION_LOST, duplex);
            server.awaitNoSessions();
        }
    }

    @ParameterizedTest
    @EnumSource
    void withoutHeartbeatsNothingIsSaid(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle, options -> options.heartbeat(Duration.ZERO));
                Client client = Client.connect(transport, server)) {
            Request download = Resumable.get(client);
            assertThat(Frames.next(download, Frames.HELLO).number(0) >>> 32).isZero();
            server.duplex().end();
            assertThat(Frames.next(download, Frames.END).number(0)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDownloadThatHasLastedLongIsReplacedWithoutALoss(Transport transport) throws IOException {
        try (TestServer server =
                        TestServer.start(TestServer::echo, options -> options.maxDownloadLife(Duration.ofMillis(50)));
                Client client = Client.connect(transport, server)) {
            Resumable resumable = Resumable.open(client);
            for (int i = 1; i <= 5; i++) {
                while (resumable.core.rotations() < i) {
                    resumable.pump();
                    resumable.post();
                }
                Request before = resumable.download();
                resumable.resume(client);
                resumable.write(bytes(1000));
                assertThat(resumable.readAtLeast(1000)).isEqualTo(bytes(1000));
                assertThat(before.ending()).isEqualTo(Ending.WHOLE);
            }
            resumable.end();
            server.awaitNoSessions();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDownloadThatNobodyReplacesEndsAfterAHeartbeat(Transport transport) throws IOException {
        Await.keepsUpWith(Duration.ofMillis(400), time -> {
            try (TestServer server = TestServer.start(
                            TestServer::echo,
                            options -> options.maxDownloadLife(Duration.ofMillis(50))
                                    .heartbeat(time));
                    Client client = Client.connect(transport, server)) {
                Resumable resumable = Resumable.open(client);
                Frames.next(resumable.download(), Frames.ROTATE);
                assertThat(resumable.download().ending()).isEqualTo(Ending.WHOLE);
                resumable.resume(client);
                resumable.write(bytes(100));
                assertThat(resumable.read(100)).isEqualTo(bytes(100));
            }
        });
    }
}
