package io.http2duplex.client;

import static io.http2duplex.client.TestServer.ECHO;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.CompletableFuture.completedStage;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.http2duplex.Authorization;
import io.http2duplex.DownloadMode;
import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.DuplexObserver;
import io.http2duplex.ErrorCode;
import io.http2duplex.contract.Echo;
import io.http2duplex.internal.runtime.Hidden;
import io.http2duplex.internal.runtime.TestBrowser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for a duplex at its client, against a real server: over streaming POSTs, and over POST after POST. */
@Timeout(60)
class DuplexClientTest {
    private static final long LIMIT_SECONDS = 30;

    private static <T extends @Nullable Object> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(LIMIT_SECONDS, SECONDS);
    }

    private static byte[] random(int count) {
        byte[] bytes = new byte[count];
        new Random(count).nextBytes(bytes);
        return bytes;
    }

    private static Duplex connect(TestServer server, boolean streaming) throws IOException {
        return TestServer.client().streaming(streaming).build().connect(server.uri());
    }

    /** The echo of the server's contract tests, at the client: the server sends, and compares what comes back. */
    @ParameterizedTest
    @EnumSource
    void aMegabyteGoesThroughEachPairOfFaces(Echo echo) throws Exception {
        byte[] sent = random(1 << 20);
        CompletableFuture<byte[]> received = new CompletableFuture<>();
        try (TestServer server = TestServer.start(duplex -> {
            CompletableFuture<byte[]> reading = TestBrowser.readAll(duplex.inputStream());
            try (OutputStream output = duplex.outputStream()) {
                output.write(sent);
            }
            received.complete(get(reading));
        })) {
            Duplex duplex = server.connect();

            echo.onDuplex(duplex);

            assertThat(get(received)).isEqualTo(sent);
            get(duplex.closed());
        }
    }

    @Test
    void anInputThatWasClosedIsDroppedAndTheServerMayStillWrite() throws Exception {
        try (TestServer server = TestServer.start(duplex -> {
            try (OutputStream output = duplex.outputStream()) {
                output.write(random(500_000));
            }
        })) {
            Duplex duplex = server.connect();
            InputStream input = duplex.inputStream();
            input.close();
            assertThatThrownBy(input::read).isExactlyInstanceOf(IOException.class);
            duplex.end();
            get(duplex.closed());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsTypedComesBackAtOnce(boolean streaming) throws Exception {
        try (TestServer server = TestServer.start(ECHO)) {
            Duplex duplex = connect(server, streaming);
            OutputStream output = duplex.outputStream();
            InputStream input = duplex.inputStream();
            for (int letter = 'a'; letter <= 'z'; letter++) {
                output.write(letter);
                assertThat(input.read()).isEqualTo(letter);
            }
            output.close();
            assertThat(input.read()).isEqualTo(-1);
            get(duplex.closed());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fiveMegabytesGoEachWay(boolean streaming) throws Exception {
        try (TestServer server = TestServer.start(ECHO)) {
            Duplex duplex = connect(server, streaming);

            Transfer done = Transfer.over(duplex, 5_000_000, received -> {});

            assertThat(done.count()).isEqualTo(5_000_000);
            assertThat(done.received()).isEqualTo(done.sent());
            get(duplex.closed());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aServerThatEndedFirstTakesWhatTheClientStillWrites(boolean streaming) throws Exception {
        CompletableFuture<byte[]> received = new CompletableFuture<>();
        try (TestServer server = TestServer.start(duplex -> {
            get(duplex.end());
            received.complete(duplex.inputStream().readAllBytes());
        })) {
            Duplex duplex = connect(server, streaming);
            assertThat(duplex.inputStream().read()).isEqualTo(-1);
            byte[] sent = random(300_000);
            try (OutputStream output = duplex.outputStream()) {
                output.write(sent);
            }
            assertThat(get(received)).isEqualTo(sent);
            get(duplex.closed());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientThatEndedFirstGetsWhatTheServerStillWrites(boolean streaming) throws Exception {
        byte[] sent = random(300_000);
        try (TestServer server = TestServer.start(duplex -> {
            assertThat(duplex.inputStream().read()).isEqualTo(-1);
            try (OutputStream output = duplex.outputStream()) {
                output.write(sent);
            }
        })) {
            Duplex duplex = connect(server, streaming);
            get(duplex.end());
            assertThat(duplex.inputStream().readAllBytes()).isEqualTo(sent);
            get(duplex.closed());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aResetOfTheClientIsAFailureForTheServer(boolean streaming) throws Exception {
        CompletableFuture<DuplexException> failure = new CompletableFuture<>();
        try (TestServer server = TestServer.start(duplex -> {
            duplex.outputStream().write('x');
            try {
                duplex.inputStream().readAllBytes();
            } catch (DuplexException e) {
                failure.complete(e);
            }
        })) {
            Duplex duplex = connect(server, streaming);
            assertThat(duplex.inputStream().read()).isEqualTo('x');
            duplex.outputStream().write('y');
            duplex.reset(1000, "enough");

            assertThat(get(failure))
                    .hasMessage("enough")
                    .extracting(DuplexException::number)
                    .isEqualTo(1000);
            assertThatThrownBy(() -> get(duplex.closed())).hasCauseInstanceOf(DuplexException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aResetOfTheServerIsAFailureForTheClient(boolean streaming) throws Exception {
        try (TestServer server = TestServer.start(duplex -> {
            assertThat(duplex.inputStream().read()).isEqualTo('x');
            duplex.reset(1001, "no more");
        })) {
            Duplex duplex = connect(server, streaming);
            duplex.outputStream().write('x');

            DuplexException failure = catchThrowableOfType(DuplexException.class, duplex.inputStream()::readAllBytes);

            assertThat(failure).hasMessage("no more");
            assertThat(failure.number()).isEqualTo(1001);
            assertThatThrownBy(() -> duplex.outputStream().write(1)).isInstanceOf(DuplexException.class);
        }
    }

    @Test
    void aServerThatDoesNotReadHoldsUpTheClientUntilItReads() throws Exception {
        CompletableFuture<Void> mayRead = new CompletableFuture<>();
        try (TestServer server = TestServer.start(duplex -> {
            get(mayRead);
            duplex.inputStream().transferTo(duplex.outputStream());
            duplex.end();
        })) {
            Duplex duplex = server.connect();
            AtomicInteger taken = new AtomicInteger();
            assertThatThrownBy(() -> {
                        while (true) {
                            while (duplex.offer(ByteBuffer.wrap(new byte[10_000]))) {
                                // two buffers of 64 KiB, and no more
                                assertThat(taken.incrementAndGet()).isLessThan(100);
                            }
                            duplex.writable().toCompletableFuture().get(1, SECONDS);
                        }
                    })
                    .isInstanceOf(TimeoutException.class);
            CompletionStage<Void> again = duplex.writable();

            mayRead.complete(null);

            get(again);
            duplex.end();
            assertThat(duplex.inputStream().readAllBytes()).hasSize(taken.get() * 10_000);
        }
    }

    @Test
    void aDrainOfTheServerIsToldAndTheDuplexCanEndCleanly() throws Exception {
        TestServer server = TestServer.start(ECHO);
        Duplex duplex = server.connect();
        CompletionStage<Void> draining = duplex.draining();
        Thread shutdown = new Thread(() -> server.server().shutdown(Duration.ofSeconds(LIMIT_SECONDS)));
        shutdown.start();

        get(draining);
        duplex.outputStream().write("last words".getBytes(UTF_8));
        duplex.end();

        assertThat(duplex.inputStream().readAllBytes()).isEqualTo("last words".getBytes(UTF_8));
        get(duplex.closed());
        shutdown.join(SECONDS.toMillis(LIMIT_SECONDS));
        assertThat(shutdown.isAlive()).isFalse();
    }

    @Test
    void aServerThatRestartsHasLostItsDuplexesAndTakesOthers() throws Exception {
        TestServer before = TestServer.start(ECHO);
        DuplexClient client = TestServer.client().build();
        Duplex duplex = client.connect(before.uri());
        duplex.outputStream().write('x');
        assertThat(duplex.inputStream().read()).isEqualTo('x');
        int port = before.port();
        before.close();
        try (TestServer after = TestServer.start(ECHO, options -> options, port, true)) {
            DuplexException failure = catchThrowableOfType(DuplexException.class, duplex.inputStream()::read);
            assertThat(failure.code()).isIn(ErrorCode.SHUT_DOWN, ErrorCode.UNKNOWN_SESSION);

            Duplex next = client.connect(after.uri());
            next.outputStream().write('y');
            assertThat(next.inputStream().read()).isEqualTo('y');
            next.reset();
        }
    }

    @Test
    void headersAreReadAnewForEachRequest() throws Exception {
        AtomicInteger count = new AtomicInteger();
        BlockingQueue<String> tokens = new ArrayBlockingQueue<>(100);
        try (TestServer server = TestServer.start(
                ECHO,
                options -> options.authorize(request -> {
                    tokens.add(String.valueOf(request.header("x-token")));
                    return completedStage(Authorization.accept("someone"));
                }),
                0,
                true)) {
            Duplex duplex = TestServer.client()
                    .streaming(false)
                    .headers(() -> Map.of("x-token", "token " + count.incrementAndGet()))
                    .build()
                    .connect(server.uri());
            duplex.outputStream().write('x');
            assertThat(duplex.inputStream().read()).isEqualTo('x');

            assertThat(tokens.poll(LIMIT_SECONDS, SECONDS)).isEqualTo("token 1");
            assertThat(tokens.poll(LIMIT_SECONDS, SECONDS)).startsWith("token ").isNotEqualTo("token 1");
            duplex.reset();
        }
    }

    @Test
    void aStreamingPostAsksProxiesNotToHoldItBack() throws Exception {
        BlockingQueue<String> fields = new ArrayBlockingQueue<>(100);
        try (TestServer server = TestServer.start(
                ECHO,
                options -> options.authorize(request -> {
                    fields.add(String.valueOf(request.header("incremental")));
                    return completedStage(Authorization.accept("someone"));
                }),
                0,
                true)) {
            Duplex duplex = server.connect();
            duplex.outputStream().write('x');
            assertThat(duplex.inputStream().read()).isEqualTo('x');

            assertThat(fields.poll(LIMIT_SECONDS, SECONDS)).as("of the GET").isEqualTo("null");
            assertThat(fields.poll(LIMIT_SECONDS, SECONDS)).as("of the POST").isEqualTo("?1");
            duplex.reset();
        }
    }

    @Test
    void theRequestOfADuplexIsTheGetThatOpenedIt() throws Exception {
        try (TestServer server = TestServer.start(ECHO)) {
            Duplex duplex = TestServer.client()
                    .headers(() -> Map.of("x-room", "1"))
                    .build()
                    .connect(server.uri());
            assertThat(duplex.request().header("X-Room")).isEqualTo("1");
            assertThat(duplex.request().path()).isEqualTo("/duplex");
            assertThat(duplex.request().queryParameter("room")).isEqualTo("1");
            assertThat(duplex.request().remoteAddress().getPort()).isEqualTo(server.port());
            duplex.reset();
        }
    }

    @Test
    void anObserverIsToldOfALifeInOrder() throws Exception {
        List<String> told = new ArrayList<>();
        CompletableFuture<Void> ended = new CompletableFuture<>();
        DuplexObserver observer = new DuplexObserver() {
            @Override
            public void opened(Duplex duplex) {
                told.add("opened");
            }

            @Override
            public void attached(Duplex duplex, DownloadMode mode) {
                told.add("attached");
            }

            @Override
            public void detached(Duplex duplex, Detachment why) {
                told.add("detached");
            }

            @Override
            public void resumed(Duplex duplex, DownloadMode mode) {
                told.add("resumed");
            }

            @Override
            public void ended(Duplex duplex, @Nullable DuplexException failure) {
                told.add("ended");
                ended.complete(null);
            }
        };
        try (TestServer server = TestServer.start(ECHO);
                BadNetwork network = new BadNetwork(server.port())) {
            Duplex duplex = TestServer.client().observer(observer).build().connect(server.uri(network.port()));
            duplex.outputStream().write('x');
            assertThat(duplex.inputStream().read()).isEqualTo('x');
            network.cut();
            duplex.outputStream().write('y');
            assertThat(duplex.inputStream().read()).isEqualTo('y');
            duplex.end();
            assertThat(duplex.inputStream().read()).isEqualTo(-1);
            get(ended);
        }
        assertThat(told).startsWith("opened", "attached", "detached", "resumed").endsWith("ended");
    }

    /** More than a connection may have, of duplexes and of streams. */
    @Test
    void threeHundredDuplexesOfOneClientAreServedAtOnceOverAsManyConnectionsAsTheyNeed() throws Exception {
        AtomicInteger made = new AtomicInteger();
        try (TestServer server = TestServer.start(ECHO)) {
            DuplexClient client = DuplexClient.builder()
                    .httpClient(() -> {
                        made.incrementAndGet();
                        return TestServer.http();
                    })
                    // One way alone: an opening that takes seconds tries the next one beside it, which needs room too.
                    .downloadModes(DownloadMode.STREAMING)
                    .openTimeout(Duration.ofMinutes(1))
                    .build();
            List<CompletableFuture<Duplex>> opening = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                opening.add(client.connectAsync(server.uri()).toCompletableFuture());
            }
            List<Duplex> open = new ArrayList<>();
            for (CompletableFuture<Duplex> duplex : opening) {
                open.add(get(duplex));
            }
            // Before anything is written: one that the server answers slowly sends a second POST, which needs room too.
            assertThat(made).as("HttpClients").hasValue(3);
            assertThat(server.server().statistics().connections()).isEqualTo(3);
            for (Duplex duplex : open) {
                duplex.outputStream().write(duplex.id().getBytes(UTF_8));
            }
            for (Duplex duplex : open) {
                byte[] id = duplex.id().getBytes(UTF_8);
                assertThat(duplex.inputStream().readNBytes(id.length)).isEqualTo(id);
            }
            open.forEach(Duplex::reset);
        }
    }

    @Test
    void aServerThatAllowsFewerDuplexesAConnectionSaysSo() throws Exception {
        try (TestServer server = TestServer.start(ECHO, options -> options.maxSessionsPerConnection(1), 0, true)) {
            DuplexClient tooMany = TestServer.client().build();
            Duplex first = tooMany.connect(server.uri());
            assertThatThrownBy(() -> tooMany.connect(server.uri()))
                    .isInstanceOf(DuplexException.class)
                    .hasMessageContaining("maxSessionsPerConnection");
            first.reset();

            DuplexClient one = TestServer.client().maxDuplexesPerConnection(1).build();
            Duplex second = one.connect(server.uri());
            one.connect(server.uri()).reset();
            second.reset();
        }
    }

    /** What is asked for, what the server allows, what is done. */
    @ParameterizedTest
    @CsvSource({"STREAMING, STREAMING", "TYPED, TYPED", "POLLING, POLLING", "STREAMING, POLLING", "POLLING, STREAMING"})
    void aMegabyteComesBackInTheWayDownThatTheServerAllowsAndNothingIsDetached(DownloadMode asked, DownloadMode allowed)
            throws Exception {
        List<String> told = new ArrayList<>();
        CompletableFuture<Void> ended = new CompletableFuture<>();
        DuplexObserver observer = new DuplexObserver() {
            @Override
            public void attached(Duplex duplex, DownloadMode mode) {
                told.add("attached " + mode);
            }

            @Override
            public void detached(Duplex duplex, Detachment why) {
                told.add("detached: " + why.reason());
            }

            @Override
            public void ended(Duplex duplex, @Nullable DuplexException failure) {
                told.add("ended");
                ended.complete(null);
            }
        };
        try (TestServer server = TestServer.start(ECHO, options -> options.downloadModes(allowed), 0, true)) {
            Duplex duplex = TestServer.client()
                    .downloadModes(asked)
                    .observer(observer)
                    .build()
                    .connect(server.uri());

            Transfer done = Transfer.over(duplex, 1_000_000, received -> {});

            assertThat(done.received()).isEqualTo(done.sent());
            get(ended);
        }
        assertThat(told).containsExactly("attached " + allowed, "ended");
    }

    @Test
    void anOpeningThatIsCancelledLeavesNoSession() throws Exception {
        CompletableFuture<DuplexException> failure = new CompletableFuture<>();
        try (TestServer server = TestServer.start(duplex -> {
                    try {
                        duplex.inputStream().readAllBytes();
                    } catch (DuplexException e) {
                        failure.complete(e);
                    }
                });
                BadNetwork network = new BadNetwork(server.port())) {
            CompletableFuture<Duplex> opening = TestServer.client()
                    .build()
                    .connectAsync(server.uri(network.port()))
                    .toCompletableFuture();
            opening.cancel(false);

            assertThatThrownBy(opening::get).isInstanceOf(CancellationException.class);
            assertThat(get(failure).code()).isIn(ErrorCode.CANCELLED, ErrorCode.ABORTED);
        }
    }

    @Test
    void aDuplexThatOpensAsItsThreadIsInterruptedIsReset() throws Exception {
        Thread connecting = Thread.currentThread();
        CompletableFuture<Duplex> opened = new CompletableFuture<>();
        CompletableFuture<Void> interrupted = new CompletableFuture<>();
        DuplexObserver observer = new DuplexObserver() {
            @Override
            public void opened(Duplex duplex) { // it has succeeded, and nobody has it yet
                connecting.interrupt();
                interrupted.join();
                opened.complete(duplex);
            }
        };
        try (TestServer server = TestServer.start(ECHO)) {
            DuplexClient client = TestServer.client()
                    .executor(Runnable::run)
                    .observer(observer)
                    .build();
            assertThatThrownBy(() -> client.connect(server.uri())).isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
            interrupted.complete(null);
            CompletionStage<Void> closed = get(opened).closed();
            assertThatThrownBy(() -> get(closed))
                    .cause()
                    .isInstanceOfSatisfying(
                            DuplexException.class,
                            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CANCELLED));
        }
    }

    @Test
    void uriOfNoDuplexIsRefusedAtOnce() {
        DuplexClient client = DuplexClient.builder().build();
        for (String uri : List.of("ftp://localhost/", "/duplex", "https:///duplex", "http://localhost/#part")) {
            assertThatThrownBy(() -> client.connect(URI.create(uri))).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> DuplexClient.builder()
                        .headers(() -> Map.of("HTTP2-Duplex-Id", "mine"))
                        .build()
                        .connectAsync(URI.create("http://localhost/")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aServerThatIsNotThereIsALostConnection() {
        assertThatThrownBy(() -> get(DuplexClient.builder().build().connectAsync(URI.create("http://localhost:1/"))))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        DuplexException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CONNECTION_LOST));
    }

    /** As a token that must be fetched anew, and can't be. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void headersThatCantBeHadCostARequestAndNoMore(boolean checked) throws Exception {
        AtomicInteger count = new AtomicInteger();
        try (TestServer server = TestServer.start(ECHO)) {
            Duplex duplex = TestServer.client()
                    .streaming(false)
                    .headers(() -> {
                        if (count.incrementAndGet() % 2 == 0) {
                            Hidden.raise(checked ? new IOException("no token") : new AssertionError("no token"));
                        }
                        return Map.of();
                    })
                    .build()
                    .connect(server.uri());
            for (int letter = 'a'; letter <= 'e'; letter++) {
                duplex.outputStream().write(letter);
                assertThat(duplex.inputStream().read()).isEqualTo(letter);
            }
            duplex.end();
            assertThat(duplex.inputStream().read()).isEqualTo(-1);
            get(duplex.closed());
        }
    }
}
