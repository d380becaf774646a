package io.http2duplex.wire;

import static io.http2duplex.wire.RefusalsTest.assertRefused;
import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests of the ways in which a download travels ({@code protocol.md}, section "Ways down"). */
class DownloadModesTest {
    private static final String SECRET = "0123456789abcdefghijkl";
    private static final Duration SHORT = Duration.ofMillis(200);

    private static Resumable openPolling(Client client) throws IOException {
        Request first = Resumable.get(client, "http2-duplex-poll", "0", "http2-duplex-limit", "1");
        Resumable resumable = Resumable.opened(client, first);
        resumable.answer(first);
        return resumable;
    }

    /** {@return a poll that may wait for long, and that has come to the server: it allows to send more than before} */
    private static Request waitingPoll(TestServer server, Resumable resumable) throws IOException {
        Request poll = resumable.poll(60_000);
        Await.until("it waits", () -> server.handler().statistics().download().window() > 1);
        return poll;
    }

    @ParameterizedTest
    @EnumSource
    void pollsCarryAllBytesInBothDirectionsWithoutADetachment(Transport transport) throws IOException {
        byte[] sent = bytes(3_000_000);
        RecordedCalls observer = new RecordedCalls();
        try (TestServer server = TestServer.start(TestServer::echo, options -> options.observer(observer));
                Client client = Client.connect(transport, server)) {
            Resumable resumable = openPolling(client);
            assertThat(server.duplex().downloadMode()).isEqualTo(DownloadMode.POLLING);
            resumable.core.write(sent);
            resumable.core.end();
            int read = 0;
            while (!resumable.core.isOver()) {
                resumable.post();
                resumable.answer(resumable.poll(5_000));
                for (ByteBuffer got = resumable.core.poll(); got != null; got = resumable.core.poll()) {
                    byte[] part = new byte[got.remaining()];
                    got.get(part);
                    assertThat(part).isEqualTo(Arrays.copyOfRange(sent, read, read + part.length));
                    read += part.length;
                }
            }
            resumable.post();
            assertThat(read).isEqualTo(sent.length);
            Await.until("it has ended", () -> observer.calls.size() == 2);
            assertThat(observer.calls).containsExactly("attached POLLING", "ended null");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPollWaitsForSomethingToCarryAndNoLongerThanItMay(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Resumable resumable = openPolling(client);
            assertThat(resumable.answer(resumable.poll(10)))
                    .as("HELLO and WINDOW alone")
                    .hasSize(12 + 20);
            Request poll = resumable.poll(60_000);
            server.duplex().offer(ByteBuffer.wrap(bytes(1)));
            resumable.answer(poll);
            assertThat(resumable.core.poll()).isEqualTo(ByteBuffer.wrap(bytes(1)));
        }
    }

    /** A cache gives such an answer to another GET, which has another number. */
    @ParameterizedTest
    @EnumSource
    void anAnswerNamesTheNumberOfItsGetAndIsForNoCache(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Request opening = Resumable.get(client);
            Request polling = Resumable.attach(client, opening.id(), 7, 0, "http2-duplex-poll", "0");
            assertThat(opening.header("http2-duplex-attach")).isEqualTo("0");
            assertThat(polling.header("http2-duplex-attach")).isEqualTo("7");
            for (Request get : List.of(opening, polling)) {
                assertThat(get.header("access-control-expose-headers")).contains("http2-duplex-attach");
                assertThat(get.header("vary")).isEqualTo("*");
            }
        }
    }

    @Test
    void anAnswerToAPollCarriesAboutAMebibyteAtMostToBeginWith() throws IOException {
        try (TestServer server =
                        TestServer.start(TestServer::idle, options -> options.downloadBufferSize(3 * 1024 * 1024));
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            Request first = Resumable.get(client, "http2-duplex-poll", "0", "http2-duplex-limit", "" + (1L << 30));
            first.readToEnd();
            server.duplex().offer(ByteBuffer.wrap(bytes(3_000_000)));
            int length = Resumable.attach(client, first.id(), 1, 0, "http2-duplex-poll", "1000")
                    .readToEnd()
                    .length;
            assertThat(length).isBetween(1 << 20, (1 << 20) + (1 << 17));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPageThatPollsNoMoreIsDetachedAfterTwoHeartbeats(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(
                        TestServer::idle, options -> options.heartbeat(SHORT).resumeTimeout(SHORT));
                Client client = Client.connect(transport, server)) {
            long begin = System.nanoTime();
            openPolling(client);
            Throwable failure = Await.failure(server.duplex().closed());
            assertThat(failure).hasMessageContaining("did not come back");
            assertThat(System.nanoTime() - begin)
                    .isGreaterThanOrEqualTo(SHORT.multipliedBy(3).toNanos());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWaitingPollIsAnsweredWhenTheDuplexIsReset(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Resumable resumable = openPolling(client);
            Request poll = waitingPoll(server, resumable);
            server.duplex().reset(300, "enough");
            resumable.answer(poll);
            assertThat(resumable.core.resetNumber()).isEqualTo(300);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPollInThePlaceOfAnotherEndsThat(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Resumable resumable = openPolling(client);
            Request overtaken = waitingPoll(server, resumable);
            Request poll = resumable.poll(0);
            assertThat(overtaken.readToEnd()).isEmpty();
            resumable.answer(poll);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTypedStreamHasTheSameFramesUnderAnotherContentType(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Request download = Resumable.get(client, "accept", "text/event-stream");
            assertThat(download.header("content-type")).isEqualTo("text/event-stream");
            assertThat(download.header("incremental")).isEqualTo("?1");
            Resumable resumable = Resumable.opened(client, download);
            assertThat(server.duplex().downloadMode()).isEqualTo(DownloadMode.TYPED);
            resumable.write(bytes(1000));
            assertThat(resumable.read(1000)).isEqualTo(bytes(1000));
            resumable.end();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*/*, text/event-stream;q=0.5 | text/event-stream",
                "Text/Event-Stream | text/event-stream",
                "text/event-stream;q=0 | application/octet-stream",
                "text/event-streamx, x/text/event-stream | application/octet-stream",
                ";,; | application/octet-stream"
            })
    void onlyWhoAcceptsEventStreamsIsGivenOne(String accept, String type) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            assertThat(Resumable.get(client, "accept", accept).header("content-type"))
                    .isEqualTo(type);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSecondOpeningWithTheSameSecretIsTheSameDuplex(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Request held = Resumable.get(client, "http2-duplex-opening", SECRET);
            String id = held.id();
            Request poll = Resumable.get(
                    client, "http2-duplex-opening", SECRET, "http2-duplex-attach", "1", "http2-duplex-poll", "0");
            assertThat(poll.id()).isEqualTo(id);
            poll.readToEnd();
            held.readToEnd();
            assertThat(server.handler().statistics().dialect2().opened()).isEqualTo(1);
            assertRefused(Resumable.get(client, "http2-duplex-opening", SECRET), 409, "stale-attach");

            assertThat(Resumable.post(client, id).status())
                    .as("the client knows the id")
                    .isEqualTo(204);
            assertThat(Resumable.get(client, "http2-duplex-opening", SECRET).id())
                    .isNotEqualTo(id);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aModeThatIsNotAllowedBecomesTheFirstThatIs(Transport transport) throws IOException {
        try (TestServer server =
                        TestServer.start(TestServer::echo, options -> options.downloadModes(DownloadMode.POLLING));
                Client client = Client.connect(transport, server)) {
            Request download = Resumable.get(client);
            assertThat(download.header("http2-duplex-poll")).isNotNull();
            assertThat(Resumable.attach(client, download.id(), 1, 0, "accept", "text/event-stream")
                            .header("http2-duplex-poll"))
                    .isNotNull();
        }
    }

    @Test
    void valuesThatAreMalformedAreRefused() throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            for (String wait : List.of("x", "-1", "86400001", "")) {
                assertRefused(Resumable.get(client, "http2-duplex-poll", wait), 400, "bad-headers");
            }
            for (String secret : List.of("short", "0123456789abcdefghijk!", "")) {
                assertRefused(Resumable.get(client, "http2-duplex-opening", secret), 400, "bad-headers");
            }
        }
    }
}
