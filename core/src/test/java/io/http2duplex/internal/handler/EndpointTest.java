package io.http2duplex.internal.handler;

import static io.http2duplex.internal.runtime.TestBrowser.SECONDS;
import static io.http2duplex.internal.runtime.TestBrowser.assertFailed;
import static io.http2duplex.internal.runtime.TestBrowser.get;
import static io.http2duplex.internal.runtime.TestBrowser.random;
import static io.http2duplex.internal.runtime.TestBrowser.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.Authorization;
import io.http2duplex.Duplex;
import io.http2duplex.DuplexCallback;
import io.http2duplex.DuplexException;
import io.http2duplex.DuplexOptions;
import io.http2duplex.ErrorCode;
import io.http2duplex.ProblemType;
import io.http2duplex.internal.core.Dialect;
import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.plain.UploadKind;
import io.http2duplex.internal.handler.SimulatedExchange.Quirk;
import io.http2duplex.internal.handler.SimulatedHost.Client;
import io.http2duplex.internal.runtime.TestBrowser;
import io.http2duplex.internal.runtime.UserThreads;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An endpoint on hosts that misbehave, and with clients that go. */
@Timeout(60)
class EndpointTest {
    private static final String[] OPENS_2 = {HeaderNames.VERSION, HeaderNames.DIALECT_2, HeaderNames.LIMIT, "65536"};

    private static final String SECRET = "A".repeat(22);

    private SimulatedHost host = new SimulatedHost();

    @AfterEach
    void close() {
        host.close();
    }

    private void start(DuplexCallback callback, Consumer<DuplexOptions<?>> options) {
        host.close();
        host = new SimulatedHost(callback, options);
    }

    private static void echo(Duplex duplex) {
        duplex.input().subscribe(duplex.output());
    }

    private void assertThatNothingIsLeft() throws Exception {
        get(host.endpoint().stop());
        assertThat(host.endpoint().sessions()).isZero();
        host.settle();
        assertThat(host.uncaught()).isEmpty();
    }

    /** {@return the id of the duplex that a GET has opened} */
    private static String id(SimulatedExchange get) throws Exception {
        return Objects.requireNonNull(get.await().fields().get(HeaderNames.ID));
    }

    private SimulatedExchange resume(Client client, String id, int number) {
        return host.get(
                client,
                SimulatedHost.BOUND,
                HeaderNames.VERSION,
                HeaderNames.DIALECT_2,
                HeaderNames.ID,
                id,
                HeaderNames.ATTACH,
                Integer.toString(number),
                HeaderNames.OFFSET,
                "0",
                HeaderNames.LIMIT,
                "65536");
    }

    /** {@return what happened to the request's answer} */
    private static Throwable failure(SimulatedExchange exchange) throws Exception {
        return get(exchange.answer()
                .handle((answer, thrown) -> thrown instanceof CompletionException ? thrown.getCause() : thrown));
    }

    // ---- several nodes

    @Test
    void aNodeRefusesRequestsForSessionsOfOthersAndTouchesNone() throws Exception {
        start(EndpointTest::echo, options -> options.route("n1"));
        Client client = new Client();
        SimulatedExchange opening = host.get(client, SimulatedHost.BOUND, OPENS_2);
        String id = id(opening);
        assertThat(id).endsWith(".n1");
        String elsewhere = id.replace(".n1", ".n2");

        for (SimulatedExchange foreign : List.of(
                resume(client, elsewhere, 1),
                host.post(client, new byte[0], HeaderNames.ID, elsewhere, HeaderNames.VERSION, HeaderNames.DIALECT_2),
                host.post(client, new byte[] {1}, HeaderNames.ID, elsewhere),
                host.post(
                        client,
                        new byte[0],
                        HeaderNames.ID,
                        elsewhere,
                        HeaderNames.END,
                        "true",
                        HeaderNames.DESTROYED,
                        "true"))) {
            assertThat(problem(foreign)).isEqualTo(ProblemType.OTHER_NODE.urn());
        }
        for (String unknown : List.of("x".repeat(32) + ".n1", "x".repeat(32))) {
            assertThat(problem(resume(client, unknown, 1))).isEqualTo(ProblemType.UNKNOWN_SESSION.urn());
        }
        assertThat(host.endpoint().sessions()).isOne();
        assertThatNothingIsLeft();
    }

    /** {@return the type of the problem that a request was refused with} */
    private static String problem(SimulatedExchange exchange) throws Exception {
        return Objects.requireNonNull(exchange.await().problem()).type();
    }

    // ---- hosts that serve their clients well, each in its own way

    static Stream<Arguments> quirksAndDialects() {
        return Stream.of(
                        Quirk.WRITES_WHOLE,
                        Quirk.BLOCKS_IN_WRITES,
                        Quirk.WAKES_FOR_NOTHING,
                        Quirk.RECYCLES,
                        Quirk.REPORTS_LOSSES_TWICE,
                        Quirk.NEVER_SAYS_GONE,
                        Quirk.BREAKS_OFF_CLEANLY,
                        Quirk.PUSHES_AFTER_THE_ANSWER)
                .flatMap(quirk -> Stream.of(Dialect.values()).map(dialect -> Arguments.of(quirk, dialect)));
    }

    @ParameterizedTest
    @MethodSource("quirksAndDialects")
    void anEchoIsWholeAndEndsCleanly(Quirk quirk, Dialect dialect) throws Exception {
        CompletableFuture<Duplex> opened = new CompletableFuture<>();
        start(
                duplex -> {
                    opened.complete(duplex);
                    echo(duplex);
                },
                options -> {});
        byte[] sent = random(300_000);
        try (TestBrowser browser = host.open(dialect, new Client(quirk))) {
            CompletableFuture<byte[]> received = readAll(browser.download());
            assertThat(get(browser.post(UploadKind.SINGLE, sent))).isEqualTo(200);
            assertThat(get(received)).isEqualTo(sent);
            get(get(opened).closed());
        }
        assertThatNothingIsLeft();
    }

    @ParameterizedTest
    @MethodSource("quirksAndDialects")
    void aClientThatGoesEndsItsDuplexAndNoOther(Quirk quirk, Dialect dialect) throws Exception {
        CompletableFuture<Duplex> first = new CompletableFuture<>();
        start(
                duplex -> {
                    first.complete(duplex);
                    echo(duplex);
                },
                options -> options.resumeTimeout(Duration.ofMillis(50)));
        TestBrowser going = host.open(dialect, new Client(quirk));
        Duplex duplex = get(first);
        try (TestBrowser staying = host.open(dialect, new Client(quirk))) {
            assertThat(get(going.post(UploadKind.CHUNK, new byte[100]))).isEqualTo(200);
            going.vanish();

            assertFailed(duplex.closed(), ErrorCode.CONNECTION_LOST, 4);
            assertThat(get(staying.post(UploadKind.CHUNK, new byte[] {7}))).isEqualTo(200);
            assertThat(staying.download().read()).isEqualTo(7);
        }
        assertThatNothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aWriteThatBlocksTheHostsThreadHoldsUpNeitherTheApplicationNorOtherClients(int dialect) throws Exception {
        SimulatedExchange frozen =
                host.get(new Client(Quirk.BLOCKS_IN_WRITES), 1, dialect == 1 ? new String[0] : OPENS_2);
        Duplex stuck = host.duplex(id(frozen));
        SimulatedExchange reading = host.get(new Client(), SimulatedHost.BOUND, dialect == 1 ? new String[0] : OPENS_2);
        Duplex served = host.duplex(id(reading));
        ByteBuffer news = ByteBuffer.allocate(5_000);
        for (int i = 0; i < 10; i++) {
            stuck.offer(news); // to the one whose host is stuck in a write
            CompletableFuture<Void> sent = served.send(news).toCompletableFuture();
            assertThat(reading.response().readNBytes(5_000)).hasSize(5_000);
            get(sent);
        }
        frozen.vanish();
    }

    /** A silent loss: in dialect 2 the heartbeat finds it, else the time that a duplex may be idle. */
    @ParameterizedTest
    @EnumSource
    void aLossThatNobodyReportsIsFound(Dialect dialect) throws Exception {
        CompletableFuture<Duplex> opened = new CompletableFuture<>();
        start(
                opened::complete,
                options -> options.heartbeat(Duration.ofMillis(200))
                        .resumeTimeout(Duration.ofMillis(200))
                        .idleTimeout(dialect == Dialect.DIALECT_2 ? Duration.ZERO : Duration.ofSeconds(1)));
        TestBrowser browser = host.open(dialect, new Client(Quirk.LOSES_SILENTLY));
        assertThat(get(browser.post(UploadKind.CHUNK, new byte[1]))).isEqualTo(200);
        browser.vanish();

        assertFailed(
                get(opened).closed(),
                dialect == Dialect.DIALECT_2 ? ErrorCode.CONNECTION_LOST : ErrorCode.TIMED_OUT,
                dialect == Dialect.DIALECT_2 ? 4 : 6);
    }

    // ---- hosts that fail

    @Test
    void anAnswerThatFailsEndsItsExchange() throws Exception {
        Client failing = new Client(Quirk.FAILS_TO_ANSWER);

        assertThat(failure(host.post(failing, new byte[10]))).hasMessageContaining("FAILS_TO_ANSWER");
        assertThat(failure(host.post(failing, new byte[10], HeaderNames.ID, "x".repeat(32))))
                .hasMessageContaining("FAILS_TO_ANSWER");
        SimulatedHost.Page page = host.open(new Client(), 1);
        assertThat(failure(host.post(failing, new byte[10], HeaderNames.ID, page.id())))
                .hasMessageContaining("FAILS_TO_ANSWER");
        assertThatNothingIsLeft();
    }

    @Test
    void anAnswerThatFailsAfterTheAuthorizerEndsItsExchangeAndLeavesItsPlace() throws Exception {
        start(
                duplex -> {},
                options -> options.maxSessions(1)
                        .authorize(request -> CompletableFuture.completedStage(
                                request.header("account") == null
                                        ? Authorization.refuse(403, "Say who you are.")
                                        : Authorization.accept("anna"))));

        assertThat(failure(host.get(new Client(Quirk.FAILS_TO_ANSWER), 10))).hasMessageContaining("FAILS_TO_ANSWER");
        assertThat(host.get(new Client(), 10, "account", "anna").await().status())
                .isEqualTo(200);
        assertThatNothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aDownloadThatCannotBeginIsLost(int dialect) throws Exception {
        CompletableFuture<Duplex> opened = new CompletableFuture<>();
        start(opened::complete, options -> {});

        SimulatedExchange get =
                host.get(new Client(Quirk.FAILS_TO_DOWNLOAD), 10, dialect == 1 ? new String[0] : OPENS_2);

        assertThat(failure(get)).hasMessageContaining("FAILS_TO_DOWNLOAD");
        assertFailed(
                get(opened).closed(),
                dialect == 1 ? ErrorCode.CONNECTION_LOST : ErrorCode.ABORTED,
                dialect == 1 ? 4 : 12);
        assertThatNothingIsLeft();
    }

    @Test
    void anUploadThatCannotBeginIsCut() throws Exception {
        SimulatedHost.Page page = host.open(new Client(), 1);

        SimulatedExchange post = host.post(new Client(Quirk.FAILS_TO_UPLOAD), new byte[10], HeaderNames.ID, page.id());

        assertThat(failure(post)).hasMessageContaining("FAILS_TO_UPLOAD");
        assertFailed(page.duplex.closed(), ErrorCode.UPLOAD_CUT, 5);
        assertThatNothingIsLeft();
    }

    // ---- clients that go while they open

    private String abortedOpening(Client client) throws Exception {
        SimulatedExchange get = host.get(client, SimulatedHost.BOUND, OPENS_2);
        String id = id(get);
        get.vanish();
        host.settle();
        return id;
    }

    @Test
    void anOpeningThatItsClientAbortsEndsSoonAsSuch() throws Exception {
        String id = abortedOpening(new Client());

        assertFailed(host.duplex(id).closed(), ErrorCode.ABORTED, 12);
        assertThat(host.endpoint().sessions()).isZero();
    }

    @Test
    void manyAbortedOpeningsDoNotLockTheirPageOut() throws Exception {
        Client page = new Client();
        for (int i = 0; i < 130; i++) {
            abortedOpening(page);
        }

        assertThat(host.get(page, 10, OPENS_2).await().status()).isEqualTo(200);
    }

    @Test
    void aPageThatComesBackAtOnceHasNotAborted() throws Exception {
        Client page = new Client();
        String id = abortedOpening(page);

        SimulatedExchange resumed = resume(page, id, 1);

        assertThat(resumed.await().status()).isEqualTo(200);
        assertThat(host.endpoint().statistics().resumed()).isEqualTo(1);
        resumed.vanish();
        host.settle();
        get(host.endpoint().drain());
        assertFailed(host.duplex(id).closed(), ErrorCode.SHUT_DOWN, 7);
    }

    @Test
    void thePlaceOfAnAbortedOpeningMayBeTakenByAnother() throws Exception {
        start(duplex -> {}, options -> options.maxSessions(1));
        Client page = new Client();
        String id = abortedOpening(page);
        assertThat(host.get(page, 10, OPENS_2).await().status()).isEqualTo(200);

        SimulatedExchange.Answer answer = resume(page, id, 1).await();

        assertThat(answer.status()).isEqualTo(503);
        assertThat(Objects.requireNonNull(answer.problem()).type()).endsWith("too-many-sessions");
    }

    // ---- several GETs that open one duplex

    private SimulatedExchange openWith(String secret, int number) {
        return host.get(
                new Client(),
                SimulatedHost.BOUND,
                HeaderNames.VERSION,
                HeaderNames.DIALECT_2,
                HeaderNames.LIMIT,
                "65536",
                HeaderNames.OPENING,
                secret,
                HeaderNames.ATTACH,
                Integer.toString(number));
    }

    @Test
    void getsOfOneOpeningThatTheAuthorizerHoldsOpenOneDuplex() throws Exception {
        BlockingQueue<CompletableFuture<Authorization>> asked = new LinkedBlockingQueue<>();
        start(
                duplex -> {},
                options -> options.authorize(request -> {
                    CompletableFuture<Authorization> decision = new CompletableFuture<>();
                    asked.add(decision);
                    return decision;
                }));
        SimulatedExchange first = openWith(SECRET, 0);
        SimulatedExchange second = openWith(SECRET, 1);
        List<CompletableFuture<Authorization>> both = List.of(asked.take(), asked.take());

        both.get(0).complete(Authorization.accept());
        get(CompletableFuture.anyOf(first.answer(), second.answer()));
        both.get(1).complete(Authorization.accept());

        List<Integer> statuses = List.of(first.await().status(), second.await().status());
        assertThat(statuses).contains(200).isSubsetOf(200, 409); // if the second was decided first
        assertThat(host.endpoint().statistics().dialect2().opened()).isEqualTo(1);
        assertThat(host.endpoint().sessions()).isEqualTo(1);
    }

    /** {@return the exchange; when it has not found its session yet, it waits until another has not, either} */
    private static Exchange atOnce(SimulatedExchange exchange, CyclicBarrier both) {
        AtomicBoolean looked = new AtomicBoolean();
        return (Exchange) Proxy.newProxyInstance(
                Exchange.class.getClassLoader(), new Class<?>[] {Exchange.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("waker") && !looked.getAndSet(true)) {
                        both.await(SECONDS, TimeUnit.SECONDS);
                    }
                    return method.invoke(exchange, arguments);
                });
    }

    @Test
    void getsOfOneOpeningThatComeAtOnceOpenOneDuplex() throws Exception {
        CyclicBarrier both = new CyclicBarrier(2);
        List<SimulatedExchange> gets = Stream.of("1", "2")
                .map(number -> {
                    SimulatedExchange get = new SimulatedExchange(
                            host,
                            new Client(),
                            "GET",
                            Map.of(
                                    HeaderNames.VERSION,
                                    HeaderNames.DIALECT_2,
                                    HeaderNames.OPENING,
                                    SECRET,
                                    HeaderNames.ATTACH,
                                    number),
                            SimulatedExchange.Body.of(new byte[0]),
                            0,
                            SimulatedHost.BOUND);
                    host.endpoint().exchangeBegan();
                    get.execute(() -> host.endpoint().handle(atOnce(get, both)));
                    return get;
                })
                .toList();

        List<Integer> statuses =
                List.of(gets.get(0).await().status(), gets.get(1).await().status());
        assertThat(statuses).contains(200).isSubsetOf(200, 409); // if the second was first
        assertThat(host.endpoint().statistics().dialect2().opened()).isEqualTo(1);
        assertThat(host.endpoint().sessions()).isEqualTo(1);
        assertThatNothingIsLeft();
    }

    @Test
    void theEndOfADuplexForgetsNoOtherThatWasOpenedWithTheSameSecret() throws Exception {
        SimulatedExchange first = openWith(SECRET, 0);
        String id = id(first);
        host.post(new Client(), new byte[0], HeaderNames.VERSION, HeaderNames.DIALECT_2, HeaderNames.ID, id)
                .await();
        String other = id(openWith(SECRET, 0));
        assertThat(other).isNotEqualTo(id);

        host.duplex(id).reset();

        assertThat(id(openWith(SECRET, 1))).isEqualTo(other);
    }

    // ---- draining

    @Test
    void aClientThatIsAwayDoesNotHoldUpADrain() throws Exception {
        CompletableFuture<Duplex> opened = new CompletableFuture<>();
        start(opened::complete, options -> options.resumeTimeout(Duration.ofMinutes(10)));
        TestBrowser browser = host.open(Dialect.DIALECT_2, new Client());
        assertThat(get(browser.post(UploadKind.CHUNK, new byte[1]))).isEqualTo(200);
        browser.vanish();
        host.settle();
        assertThat(host.endpoint().sessions()).isEqualTo(1);

        get(host.endpoint().drain());

        assertFailed(get(opened).closed(), ErrorCode.SHUT_DOWN, 7);
    }

    @Test
    void aClientThatGoesDuringADrainDoesNotHoldItUp() throws Exception {
        CompletableFuture<Duplex> opened = new CompletableFuture<>();
        start(opened::complete, options -> options.resumeTimeout(Duration.ofMinutes(10)));
        TestBrowser browser = host.open(Dialect.DIALECT_2, new Client());
        assertThat(get(browser.post(UploadKind.CHUNK, new byte[1]))).isEqualTo(200);
        CompletableFuture<Void> drained = host.endpoint().drain().toCompletableFuture();
        host.settle();
        assertThat(drained).isNotDone();

        browser.vanish();

        get(drained);
        assertFailed(get(opened).closed(), ErrorCode.SHUT_DOWN, 7);
    }

    // ---- accounts

    @Test
    void anAccountAtItsLimitTakesNoPlaceOfOthers() throws Exception {
        start(
                duplex -> {},
                options -> options.maxSessions(2)
                        .maxSessionsPerAccount(1)
                        .maxSessionsPerConnection(2)
                        .maxSessionsPerAddress(2)
                        .authorize(request -> CompletableFuture.completedStage(
                                Authorization.accept(Objects.requireNonNull(request.header("account"))))));
        Client client = new Client();
        assertThat(host.get(client, 10, "account", "anna").await().status()).isEqualTo(200);

        for (int i = 0; i < 3; i++) {
            SimulatedExchange.Answer answer =
                    host.get(client, 10, "account", "anna").await();
            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.fields()).containsEntry("Retry-After", "10");
        }

        assertThat(host.get(client, 10, "account", "bert").await().status()).isEqualTo(200);
    }

    @Test
    void handlersThatKeepAllThreadsDoNotKeepTheAuthorizer() throws Exception {
        ExecutorService pool = UserThreads.boundedPool(1);
        CountDownLatch mayLeave = new CountDownLatch(1);
        start(
                duplex -> assertThat(mayLeave.await(SECONDS, TimeUnit.SECONDS)).isTrue(),
                options -> options.executor(pool)
                        .authorize(request -> CompletableFuture.completedStage(Authorization.accept("anna"))));
        try {
            SimulatedHost.Page page = host.open(new Client(), 1);

            assertThat(get(page.post(UploadKind.CHUNK, new byte[10]))).isEqualTo(200);
            SimulatedExchange.Answer oneMore = host.get(new Client(), 1).await();
            assertThat(Objects.requireNonNull(oneMore.problem()).type()).endsWith("overloaded");
        } finally {
            mayLeave.countDown();
            pool.shutdown();
        }
    }

    @Test
    void aRequestIsTheAccountsThatTheAuthorizerNames() throws Exception {
        CompletableFuture<Duplex> opened = new CompletableFuture<>();
        start(
                opened::complete,
                options ->
                        options.authorize(request -> CompletableFuture.completedStage(Authorization.accept("alice"))));
        host.get(new Client(), 1).await();

        assertThat(get(opened).request().account()).isEqualTo("alice");
        assertThat(get(opened).request().principal()).isNull();
    }

    // ---- faces in both dialects

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aWriterThatWaitsHearsThatAnotherThreadEndedTheOutput(int dialect) throws Exception {
        CompletableFuture<Duplex> opened = new CompletableFuture<>();
        start(opened::complete, options -> {});
        SimulatedExchange get = host.get(new Client(), 1, dialect == 1 ? new String[0] : OPENS_2); // nobody reads it
        try (var response = get.response()) {
            assertThat(response).isNotNull();
            Duplex duplex = get(opened);
            CompletableFuture<Throwable> seen = new CompletableFuture<>();
            Thread writer = new Thread(() -> {
                try {
                    duplex.outputStream().write(new byte[10 << 20]);
                    seen.completeExceptionally(new AssertionError("It did not wait"));
                } catch (Exception e) {
                    seen.complete(e);
                }
            });
            writer.setDaemon(true);
            writer.start();
            while (writer.getState() != Thread.State.WAITING) {
                assertThat(seen).isNotDone();
                Thread.onSpinWait();
            }

            duplex.end();

            assertThat(get(seen)).isNotInstanceOf(DuplexException.class).hasMessageContaining("has ended");
            get.vanish();
        }
    }

    @Test
    void demandMayBeAskedForBeyondAllBounds() throws Exception {
        SimulatedHost.Page page = host.open(1);
        CompletableFuture<Integer> received = new CompletableFuture<>();
        page.duplex.input().subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
                subscription.request(1);
            }

            @Override
            public void onNext(ByteBuffer bytes) {
                received.complete(bytes.remaining());
            }

            @Override
            public void onError(Throwable thrown) {
                received.completeExceptionally(thrown);
            }

            @Override
            public void onComplete() {
                received.complete(-1);
            }
        });

        assertThat(get(page.post(UploadKind.CHUNK, new byte[10]))).isEqualTo(200);

        assertThat(get(received)).isEqualTo(10);
    }

    @Test
    void argumentsThatMakeNoSenseAreRefusedAtOnce() throws Exception {
        Duplex duplex = host.open(1).duplex;
        ByteBuffer readOnly = ByteBuffer.allocate(10).asReadOnlyBuffer();
        assertThatThrownBy(() -> duplex.channel().read(readOnly)).isInstanceOf(IllegalArgumentException.class);
        for (Runnable refused : List.<Runnable>of(() -> duplex.reset(300, nothing()), () -> duplex.send(nothing()))) {
            assertThatThrownBy(refused::run).isInstanceOf(NullPointerException.class);
        }
        assertThatThrownBy(() -> duplex.offer(nothing())).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> duplex.put(nothing())).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> duplex.channel().read(nothing())).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> duplex.channel().write(nothing())).isInstanceOf(NullPointerException.class);
        Duplex other = host.open(1).duplex;
        assertThatThrownBy(() -> other.inputStream().read(nothing(), 0, 1)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> other.outputStream().write(nothing(), 0, 1)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> other.inputStream().read(new byte[4], 2, 3))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> other.reset(255, "too small")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> other.reset(65_536, "too large")).isInstanceOf(IllegalArgumentException.class);
        assertThat(host.endpoint().sessions()).isEqualTo(2);
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // what callers must not pass
    private static <T> T nothing() {
        return null;
    }
}
