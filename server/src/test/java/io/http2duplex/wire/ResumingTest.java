package io.http2duplex.wire;

import static io.http2duplex.wire.RefusalsTest.assertRefused;
import static io.http2duplex.wire.UploadsTest.bytes;
import static io.http2duplex.wire.VanishedBrowserTest.assertFailedWith;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import io.http2duplex.wire.Request.Ending;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A duplex that outlives its connections. */
class ResumingTest {
    @ParameterizedTest
    @EnumSource
    void nothingIsLostWhenConnectionsAreCutAgainAndAgain(Transport transport) throws IOException {
        byte[] sent = bytes(2_000_000);
        Random random = new Random(1);
        try (TestServer server = TestServer.start(TestServer::echo)) {
            Client client = Client.connect(transport, server);
            Resumable resumable = Resumable.open(client);
            resumable.core.write(sent);
            int read = 0;
            int cuts = 0;
            while (read < sent.length) {
                int count = Math.min(sent.length - read, 1 + random.nextInt(200_000));
                byte[] part = resumable.readAtLeast(count);
                assertThat(part).isEqualTo(Arrays.copyOfRange(sent, read, read + part.length));
                read += part.length;
                client.close();
                cuts++;
                client = Client.connect(transport, server);
                resumable.resume(client);
            }
            resumable.end();

            assertThat(cuts).isGreaterThan(5);
            Await.result(server.duplex().closed());
            server.awaitNoSessions();
            client.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWasUnderWayInAPostThatWasCutIsTakenAsFarAsItCame(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Resumable resumable = Resumable.open(client);
            Duplex duplex = server.duplex();
            byte[] frame = Frames.data(0, bytes(1000));
            Request post = client.send("POST", true, Resumable.headers("http2-duplex-id", resumable.id()));
            post.write(Arrays.copyOf(frame, 500));
            assertThat(duplex.inputStream().readNBytes(488)).isEqualTo(Arrays.copyOf(bytes(1000), 488));
            post.cut();

            assertThat(Resumable.post(client, resumable.id(), frame, Frames.end(1000))
                            .status())
                    .isEqualTo(204);
            assertThat(duplex.inputStream().readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes(1000), 488, 1000));
        }
    }

    @ParameterizedTest
    @EnumSource
    void uploadsThatWentWithTheirConnectionAreNoLongerOpen(Transport transport) throws IOException {
        int more = 20; // than a session may have open at once
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Resumable resumable = Resumable.open(client);
            InputStream input = server.duplex().inputStream();
            for (int i = 0; i < more; i++) {
                try (Client lost = Client.connect(transport, server)) {
                    Request post = lost.send("POST", true, Resumable.headers("http2-duplex-id", resumable.id()));
                    post.write(Frames.data(i, new byte[] {(byte) i}));
                    assertThat(input.read()).isEqualTo(i);
                }
            }

            Await.until("a POST is taken", () -> {
                try {
                    return Resumable.post(client, resumable.id()).status() == 204;
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDownloadFromAnotherConnectionTakesThePlaceOfTheFirst(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client first = Client.connect(transport, server);
                Client second = Client.connect(transport, server)) {
            Resumable resumable = Resumable.open(first);
            Request replaced = resumable.download();
            resumable.write(bytes(1000));
            assertThat(resumable.read(1000)).isEqualTo(bytes(1000));

            resumable.resume(second);

            assertThat(replaced.ending()).isEqualTo(Ending.WHOLE);
            resumable.write(bytes(2000));
            assertThat(resumable.read(2000)).isEqualTo(bytes(2000));
            resumable.end();
            server.awaitNoSessions();
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofTwoAttachesThatRaceTheOneWithTheLargerNumberIsThere(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(transport, server);
                Client other = Client.connect(transport, server)) {
            Resumable resumable = Resumable.open(client);
            String id = resumable.id();
            for (int attempt = 1; attempt < 40; attempt += 2) {
                Request smaller = Resumable.attach(client, id, attempt, 0);
                Request larger = Resumable.attach(other, id, attempt + 1, 0);
                assertThat(larger.status()).isEqualTo(200);
                if (smaller.status() == 200) {
                    assertThat(smaller.ending()).isEqualTo(Ending.WHOLE);
                } else {
                    assertRefused(smaller, 409, "stale-attach");
                }
                assertThat(larger.isOver()).isFalse();
                assertThat(Frames.next(larger).type()).isEqualTo(Frames.HELLO);
            }
            assertThat(server.handler().sessions()).isOne();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAttachThatIsStaleOrFromAnOffsetThatWasNotSentLeavesTheSessionAlone(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Resumable resumable = Resumable.open(client);
            resumable.write(bytes(1000));
            assertThat(resumable.read(1000)).isEqualTo(bytes(1000));
            resumable.resume(client);

            assertRefused(Resumable.attach(client, resumable.id(), 1, 1000), 409, "stale-attach");
            assertRefused(Resumable.attach(client, resumable.id(), 2, 1001), 409, "bad-offset");
            assertRefused(Resumable.attach(client, resumable.id(), 2, 1L << 40), 409, "bad-offset");

            resumable.write(bytes(500));
            assertThat(resumable.read(500)).isEqualTo(bytes(500));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDuplexThatNobodyResumesIsLostAndTheClientIsToldWhenItAsks(Transport transport) throws IOException {
        Await.keepsUpWith(Duration.ofMillis(500), time -> {
            try (TestServer server = TestServer.start(TestServer::idle, options -> options.resumeTimeout(time))) {
                String id;
                try (Client client = Client.connect(transport, server)) {
                    id = Resumable.open(client).id();
                }
                assertFailedWith(ErrorCode.CONNECTION_LOST, server.duplex());
                server.awaitNoSessions();
                try (Client client = Client.connect(transport, server)) {
                    assertGone(Resumable.attach(client, id, 1, 0), 4);
                    assertGone(Resumable.post(client, id, Frames.ping(1)), 4);
                    Await.until("it is forgotten", () -> statusOfAttach(client, id) == 404);
                }
            }
        });
    }

    private static int statusOfAttach(Client client, String id) {
        try {
            return Resumable.attach(client, id, 1, 0).status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void assertGone(Request request, int number) {
        assertRefused(request, 410, number == 0 ? "session-over" : "session-reset", number, null);
    }

    @ParameterizedTest
    @EnumSource
    void withoutATimeToResumeALostConnectionIsTheEnd(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle, options -> options.resumeTimeout(Duration.ZERO))) {
            String id;
            try (Client client = Client.connect(transport, server)) {
                id = Resumable.open(client).id();
            }
            assertFailedWith(ErrorCode.CONNECTION_LOST, server.duplex());
            server.awaitNoSessions();
            try (Client client = Client.connect(transport, server)) {
                assertRefused(Resumable.attach(client, id, 1, 0), 404, "unknown-session");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSessionThatEndedCleanlyIsRememberedAsSuch(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Resumable resumable = Resumable.open(client);
            resumable.write(bytes(100));
            assertThat(resumable.read(100)).isEqualTo(bytes(100));
            resumable.end();

            assertThat(resumable.download().readToEnd())
                    .as("at most the WINDOW that confirms the client's end")
                    .hasSizeLessThanOrEqualTo(20);
            server.awaitNoSessions();
            assertGone(Resumable.attach(client, resumable.id(), 1, 101), 0);
            Request late = Resumable.post(client, resumable.id(), Frames.data(0, bytes(100)), Frames.end(100));
            assertThat(late.status()).isEqualTo(204);
            assertThat(late.readToEnd()).isEmpty();
            assertThat(late.header("content-length"))
                    .as("RFC 9110, section 8.6")
                    .isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResetOfTheApplicationReachesTheClientWithNumberAndReason(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Resumable resumable = Resumable.open(client);
            Request open = client.send("POST", true, Resumable.headers("http2-duplex-id", resumable.id()));
            open.write(Frames.data(0, bytes(100)));
            Duplex duplex = server.duplex();
            assertThat(duplex.inputStream().readNBytes(100)).isEqualTo(bytes(100));

            duplex.reset(4711, "had enough");

            assertThat(resumable.awaitReset()).isEqualTo(4711);
            assertThat(resumable.core.resetReason()).isEqualTo("had enough");
            assertThat(resumable.download().ending()).isEqualTo(Ending.WHOLE);
            assertRefused(open, 410, "session-reset", 4711, "had enough");
            open.write(bytes(1000)).end(); // late, and dropped
            assertRefused(Resumable.attach(client, resumable.id(), 1, 0), 410, "session-reset", 4711, "had enough");
            assertRefused(
                    Resumable.post(client, resumable.id(), Frames.ping(1)), 410, "session-reset", 4711, "had enough");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResetOfADetachedDuplexIsLearnedFromTheAnswerToTheAttach(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle)) {
            Client client = Client.connect(transport, server);
            Resumable resumable = Resumable.open(client);
            Duplex duplex = server.duplex();
            client.close();
            duplex.reset(300, "while you were away");
            server.awaitNoSessions();
            try (Client again = Client.connect(transport, server)) {
                assertRefused(
                        Resumable.attach(again, resumable.id(), 1, 0),
                        410,
                        "session-reset",
                        300,
                        "while you were away");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResetOfTheClientReachesTheApplication(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Resumable resumable = Resumable.open(client);
            Request streaming = client.send("POST", true, Resumable.headers("http2-duplex-id", resumable.id()));
            streaming.write(Frames.ping(1));
            Frames.next(resumable.download(), Frames.PONG);
            Duplex duplex = server.duplex();

            assertThat(Resumable.post(client, resumable.id(), Frames.reset(5000, "page left"))
                            .status())
                    .isEqualTo(204);

            assertThat(Await.failure(duplex.closed())).isInstanceOfSatisfying(DuplexException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.APPLICATION);
                assertThat(e.number()).isEqualTo(5000);
                assertThat(e).hasMessageContaining("page left");
            });
            assertThat(resumable.download().ending()).isEqualTo(Ending.WHOLE);
            assertThat(streaming.status()).isEqualTo(410);
            streaming.end();
            server.awaitNoSessions();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerThatThrowsIsTheCodeHandlerFailedForTheClientAndNothingMore(Transport transport) throws IOException {
        try (ServerLog log = new ServerLog();
                TestServer server = TestServer.start(duplex -> {
                    throw new IllegalStateException("secret");
                });
                Client client = Client.connect(transport, server)) {
            Resumable resumable = Resumable.open(client);
            assertThat(resumable.awaitReset()).isEqualTo(ErrorCode.HANDLER_FAILED.number());
            assertThat(resumable.core.resetReason()).isEmpty();
            assertThat(resumable.download().ending()).isEqualTo(Ending.WHOLE);
            Await.until("the failure is logged", () -> !log.warnings().isEmpty());
            assertThat(log.warnings()).hasSize(1).allMatch(line -> line.contains("secret"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = "HTTP2_.*", mode = EnumSource.Mode.MATCH_ALL)
    void aDownloadThatIsHeldUpIsBrokenOffWhenAnotherTakesItsPlace(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Http2Client stuck = Http2Client.withWindow(transport, server, 1000);
                Client other = Client.connect(transport, server)) {
            Request replaced = Resumable.get(stuck);
            server.duplex().send(ByteBuffer.wrap(bytes(5000)));
            replaced.read(1000);

            Request next = Resumable.attach(other, replaced.id(), 1, 0);

            assertThat(Frames.next(next, Frames.DATA).after(8)).isEqualTo(bytes(5000));
            assertThat(replaced.ending()).isEqualTo(Ending.BROKEN_OFF);
            stuck.ping();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "HTTP2_.*", mode = EnumSource.Mode.MATCH_ALL)
    void aResetWhileTheDownloadIsHeldUpBreaksItOffAndIsLearnedFromTheAttach(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Http2Client stuck = Http2Client.withWindow(transport, server, 1000)) {
            Request download = Resumable.get(stuck);
            Duplex duplex = server.duplex();
            duplex.send(ByteBuffer.wrap(bytes(5000)));
            download.read(1000);

            duplex.reset(999, "stop");

            assertThat(download.ending()).isEqualTo(Ending.BROKEN_OFF);
            assertRefused(Resumable.attach(stuck, download.id(), 1, 0), 410, "session-reset", 999, "stop");
        }
    }

    @Test
    void bytesWrittenWhileNobodyIsThereAreSentOnceTheDuplexIsResumed() throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle)) {
            Client client = Client.connect(Transport.HTTP2_TLS, server);
            Resumable resumable = Resumable.open(client);
            Duplex duplex = server.duplex();
            duplex.send(ByteBuffer.wrap(bytes(100)));
            assertThat(resumable.read(100)).isEqualTo(bytes(100));
            client.close();
            duplex.send(ByteBuffer.wrap(bytes(200)));
            duplex.end();
            try (Client again = Client.connect(Transport.HTTP1_CLEAR, server)) {
                resumable.resume(again);
                assertThat(resumable.read(200)).isEqualTo(bytes(200));
                resumable.end();
                Await.result(duplex.closed());
            }
        }
    }
}
