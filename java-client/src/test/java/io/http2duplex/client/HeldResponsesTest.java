package io.http2duplex.client;

import static io.http2duplex.client.TestServer.ECHO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.http2duplex.DownloadMode;
import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.DuplexObserver;
import io.http2duplex.ErrorCode;
import io.http2duplex.client.transport.Transport;
import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import io.http2duplex.wire.InterferingProxy;
import io.http2duplex.wire.InterferingProxy.Kind;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Openings where something on the way holds responses back: the next way down is tried beside the first. */
@Timeout(60)
class HeldResponsesTest {
    private static final Duration STEP = Duration.ofSeconds(3);

    @Test
    void aDuplexPollsAndTheNextOneDoesSoAtOnce() throws Exception {
        try (TestServer server = TestServer.start(ECHO, options -> options, 0, false);
                InterferingProxy proxy = InterferingProxy.of(Kind.HOLDING, server.port())) {
            URI uri = URI.create(proxy.url("/duplex"));
            // its TLS is of other certificates than that of TestServer
            DuplexClient client = DuplexClient.builder()
                    .httpClient(() -> java.net.http.HttpClient.newBuilder()
                            .sslContext(io.http2duplex.wire.TestServer.trust())
                            .build())
                    .build();
            Duplex first = client.connect(uri);
            assertEchoes(first);
            long before = System.nanoTime();
            Duplex second = client.connect(uri);
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(STEP);
            assertEchoes(second);
        }
    }

    private static void assertEchoes(Duplex duplex) throws Exception {
        assertThat(duplex.downloadMode()).isEqualTo(DownloadMode.POLLING);
        duplex.outputStream().write('x');
        assertThat(duplex.inputStream().read()).isEqualTo('x');
        duplex.end();
        assertThat(duplex.inputStream().read()).isEqualTo(-1);
    }

    @Test
    void aWayThatIsTheOnlyOneIsNotLeft() throws Exception {
        ScriptedTransport transport = new ScriptedTransport();
        DuplexException failure = catchThrowableOfType(
                DuplexException.class,
                () -> DuplexClient.builder()
                        .transport(transport)
                        .downloadModes(DownloadMode.STREAMING)
                        .openTimeout(STEP.plusMillis(200))
                        .build()
                        .connect(URI.create("https://localhost/")));
        assertThat(failure.code()).isEqualTo(ErrorCode.TIMED_OUT);
        assertThat(transport.gets).hasSize(1);
    }

    @Test
    void aSlowAnswerThatAnotherGetHasOvertakenStillOpensTheDuplex() throws Exception {
        ScriptedTransport transport = new ScriptedTransport();
        transport.whenAsked = count -> {
            if (count == 2) {
                transport.gets.get(0).answer("streaming");
            }
        };
        Duplex duplex = DuplexClient.builder().transport(transport).build().connect(URI.create("https://localhost/"));
        assertThat(duplex.id()).isEqualTo("streaming");
        assertThat(duplex.downloadMode()).isEqualTo(DownloadMode.STREAMING);
        assertThat(transport.gets.get(1).aborted).as("the other is given up").isTrue();
        assertThat(transport.gets.get(0).fields.get(HeaderNames.OPENING))
                .hasSizeGreaterThanOrEqualTo(22)
                .isEqualTo(transport.gets.get(1).fields.get(HeaderNames.OPENING));
        assertThat(transport.gets.get(1).fields).containsEntry(HeaderNames.ATTACH, "1");
        duplex.reset();
    }

    @Test
    void anAnswerThatEndsAtOnceBecauseAnotherGetHasOvertakenItDoesNotCount() throws Exception {
        ScriptedTransport transport = new ScriptedTransport();
        transport.whenAsked = count -> {
            if (count == 2) {
                transport.gets.get(0).answer("held");
                transport.gets.get(0).receiver.ended();
                transport.gets.get(1).answer("typed");
            }
        };
        Duplex duplex = DuplexClient.builder().transport(transport).build().connect(URI.create("https://localhost/"));
        assertThat(duplex.id()).isEqualTo("typed");
        assertThat(duplex.downloadMode()).isEqualTo(DownloadMode.TYPED);
        duplex.reset();
    }

    @Test
    void anAnswerThatComesWhileAnotherOneOpensTheDuplexIsGivenUp() throws Exception {
        ScriptedTransport transport = new ScriptedTransport();
        transport.whenAsked = count -> {
            if (count == 2) {
                transport.gets.get(0).answer("streaming");
            }
        };
        DuplexObserver observer = new DuplexObserver() {
            @Override
            public void opened(Duplex duplex) {
                transport.gets.get(1).answer("typed");
            }
        };
        Duplex duplex = DuplexClient.builder()
                .transport(transport)
                .observer(observer)
                .executor(Runnable::run)
                .build()
                .connect(URI.create("https://localhost/"));
        assertThat(duplex.id()).isEqualTo("streaming");
        assertThat(transport.gets.get(1).aborted).isTrue();
        duplex.reset();
    }

    /** What comes in the time in which it is watched would fill the memory. */
    @Test
    void anAnswerIsHeldUpToABound() throws Exception {
        ScriptedTransport transport = new ScriptedTransport();
        AtomicBoolean opened = new AtomicBoolean();
        CompletableFuture<List<Boolean>> openedAfter = new CompletableFuture<>();
        transport.whenAsked = count -> {
            if (count == 2) {
                List<Boolean> seen = new ArrayList<>();
                transport.gets.get(0).answer("flood");
                for (int i = 0; i < 3; i++) {
                    seen.add(opened.get());
                    transport.gets.get(0).receiver.bytes(padding(700_000));
                }
                seen.add(opened.get());
                openedAfter.complete(seen);
            }
        };
        DuplexObserver observer = new DuplexObserver() {
            @Override
            public void opened(Duplex duplex) {
                opened.set(true);
            }
        };
        Duplex duplex = DuplexClient.builder()
                .transport(transport)
                .observer(observer)
                .executor(Runnable::run)
                .build()
                .connect(URI.create("https://localhost/"));
        assertThat(duplex.id()).isEqualTo("flood");
        assertThat(openedAfter).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(List.of(false, false, true, true));
        duplex.reset();
    }

    /** {@return a frame that means nothing} */
    private static ByteBuffer padding(int length) {
        return ByteBuffer.allocate(Integer.BYTES + length).putInt(0, (127 << 24) | length);
    }

    @Test
    void theApplicationIsAskedForHeadersWithoutALock() {
        ScriptedTransport transport = new ScriptedTransport();
        CompletableFuture<CompletableFuture<Duplex>> opening = new CompletableFuture<>();
        CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
        DuplexClient client = DuplexClient.builder()
                .transport(transport)
                .headers(() -> {
                    if (transport.gets.size() == 1) { // for the second GET
                        cancelled.complete(CompletableFuture.supplyAsync(
                                        () -> opening.join().cancel(true))
                                .completeOnTimeout(false, 5, TimeUnit.SECONDS)
                                .join());
                    }
                    return Map.of();
                })
                .build();
        opening.complete(client.connectAsync(URI.create("https://localhost/")).toCompletableFuture());
        assertThat(cancelled).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(true);
    }

    /** A cache may give them to every GET, and each looks like one of the session's. */
    @Test
    void oldAnswersThatSomethingHasKeptAttachNothing() throws Exception {
        ScriptedTransport transport = new ScriptedTransport();
        transport.whenAsked = count -> transport.gets.get(count - 1).answerPoll("kept", "0");
        Duplex duplex = DuplexClient.builder()
                .transport(transport)
                .resumeTimeout(Duration.ofMillis(300))
                .build()
                .connect(URI.create("https://localhost/"));
        assertThat(duplex.closed())
                .failsWithin(Duration.ofSeconds(20))
                .withThrowableThat()
                .withMessageContaining("The last answer was 200: an answer to another GET, which a cache has kept");
        assertThat(transport.gets.get(1).fields).containsEntry(HeaderNames.ATTACH, "1");
    }

    @Test
    void anOldAnswerOpensNothing() {
        ScriptedTransport transport = new ScriptedTransport();
        transport.whenAsked = count -> transport.gets.get(0).answerPoll("kept", "5");
        DuplexException failure = catchThrowableOfType(
                DuplexException.class,
                () -> DuplexClient.builder().transport(transport).build().connect(URI.create("https://localhost/")));
        assertThat(failure).hasMessageContaining("200: an answer to another GET, which a cache has kept");
    }

    private interface Asked {
        void by(int count);
    }

    /** A network that does as a test says. */
    private static final class ScriptedTransport implements Transport {
        final List<Get> gets = new ArrayList<>();
        Asked whenAsked = count -> {};

        @Override
        public Call openDownload(URI uri, Map<String, String> fields, Receiver receiver) {
            Get get = new Get(uri, fields, receiver);
            gets.add(get);
            whenAsked.by(gets.size());
            return get;
        }

        @Override
        public Call openUpload(
                URI uri, Map<String, String> fields, Flow.Publisher<ByteBuffer> body, long length, Receiver receiver) {
            return new Get(uri, fields, receiver);
        }
    }

    private static final class Get implements Transport.Call {
        /** A heartbeat and a resume timeout of a minute. */
        private static final byte[] HELLO = HexFormat.of().parseHex("07000008" + "0000ea60" + "0000ea60");

        final URI uri;
        final Map<String, String> fields;
        final Transport.Receiver receiver;
        volatile boolean aborted;

        Get(URI uri, Map<String, String> fields, Transport.Receiver receiver) {
            this.uri = uri;
            this.fields = fields;
            this.receiver = receiver;
        }

        void answer(String id) {
            answer(Map.of(HeaderNames.ID, List.of(id), HeaderNames.VERSION, List.of(HeaderNames.DIALECT_2)));
        }

        /** @param number the attach number of the GET that it answers */
        void answerPoll(String id, String number) {
            answer(Map.of(
                    HeaderNames.ID, List.of(id),
                    HeaderNames.VERSION, List.of(HeaderNames.DIALECT_2),
                    HeaderNames.ATTACH, List.of(number),
                    HeaderNames.POLL, List.of("0")));
            receiver.ended();
        }

        private void answer(Map<String, List<String>> head) {
            receiver.answered(new Transport.Head(200, uri, head));
            receiver.bytes(ByteBuffer.wrap(HELLO));
            receiver.bytes(new FrameEncoder().window(0, 65_536).take());
        }

        @Override
        public void abort() {
            aborted = true;
        }

        @Override
        public void abandon() {
            aborted = true;
        }
    }
}
