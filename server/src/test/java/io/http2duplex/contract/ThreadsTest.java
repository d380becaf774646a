package io.http2duplex.contract;

import static io.http2duplex.internal.runtime.TestBrowser.SECONDS;
import static io.http2duplex.internal.runtime.TestBrowser.assertFailed;
import static io.http2duplex.internal.runtime.TestBrowser.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.http2duplex.Duplex;
import io.http2duplex.ErrorCode;
import io.http2duplex.contract.TestHost.NetworkHost;
import io.http2duplex.contract.TestHost.Transport;
import io.http2duplex.internal.core.plain.UploadKind;
import io.http2duplex.internal.runtime.TestBrowser;
import io.http2duplex.internal.runtime.UserThreads;
import io.http2duplex.internal.undertow.IoThreads;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** On which threads user code runs, and what happens when there are none. */
@Timeout(60)
class ThreadsTest {
    /** Notes the first thread of the server's own that runs user code. */
    private static final class Watch implements Flow.Subscriber<ByteBuffer> {
        private final AtomicReference<String> wrong = new AtomicReference<>("");
        private final CompletableFuture<Void> over = new CompletableFuture<>();

        void look(String where) {
            if (IoThreads.isIoThread()) {
                wrong.compareAndSet("", where);
            }
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            look("onSubscribe");
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ByteBuffer bytes) {
            look("onNext");
        }

        @Override
        public void onError(Throwable thrown) {
            look("onError");
            over.complete(null);
        }

        @Override
        public void onComplete() {
            look("onComplete");
            over.complete(null);
        }
    }

    static Stream<Transport> networks() {
        return Transport.networks();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void userCodeNeverRunsOnAnIoThread(Transport transport) throws Exception {
        Watch watch = new Watch();
        CompletableFuture<Void> sent = new CompletableFuture<>();
        CompletableFuture<Void> closed = new CompletableFuture<>();
        CountDownLatch composed = new CountDownLatch(1);
        try (TestHost server = transport.start(duplex -> {
                    watch.look("onDuplex");
                    duplex.input().subscribe(watch);
                    duplex.closed().whenComplete((nothing, thrown) -> {
                        watch.look("closed");
                        closed.complete(null);
                    });
                    duplex.send(ByteBuffer.allocate(10)).whenComplete((nothing, thrown) -> watch.look("send"));
                    duplex.end().whenComplete((nothing, thrown) -> {
                        watch.look("end");
                        sent.complete(null);
                    });
                    composed.countDown();
                });
                TestBrowser browser = server.open()) {
            assertThat(composed.await(SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(browser.download().readAllBytes()).hasSize(10);
            get(browser.post(UploadKind.CHUNK, new byte[100_000]));
            get(browser.post(UploadKind.END, new byte[0]));
            get(watch.over);
            get(sent);
            get(closed);
        }
        assertThat(watch.wrong).hasValue("");
    }

    @ParameterizedTest
    @MethodSource("networks")
    void aBlockingFaceRefusesToBlockAnIoThread(Transport transport) throws Exception {
        CompletableFuture<Void> checked = new CompletableFuture<>();
        try (TestHost server = transport.start(
                        duplex -> {
                            assertThat(IoThreads.isIoThread()).isTrue();
                            assertThatIllegalStateException()
                                    .isThrownBy(() -> duplex.inputStream().read());
                            assertThatIllegalStateException()
                                    .isThrownBy(() -> duplex.outputStream().write(1));
                            checked.complete(null);
                            duplex.end();
                        },
                        builder -> builder.executor(Runnable::run));
                TestBrowser browser = server.open()) {
            get(checked);
            assertThat(browser.download().read()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void anEchoRunsOnIoThreadsIfAskedTo(Transport transport) throws Exception {
        byte[] bytes = TestBrowser.random(300_000);
        try (TestHost server = transport.start(Echo.FLOW_TO_FLOW, builder -> builder.executor(Runnable::run));
                TestBrowser browser = server.open()) {
            CompletableFuture<byte[]> received = TestBrowser.readAll(browser.download());
            assertThat(get(browser.post(UploadKind.SINGLE, bytes))).isEqualTo(200);
            assertThat(get(received)).isEqualTo(bytes);
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void aFullExecutorRefusesANewDuplexAndResetsOneThatNeedsAThread(Transport transport) throws Exception {
        ExecutorService pool = UserThreads.boundedPool(1);
        CountDownLatch mayLeave = new CountDownLatch(1);
        CompletableFuture<Duplex> opened = new CompletableFuture<>();
        Watch watch = new Watch();
        try (TestHost server = transport.start(
                        duplex -> {
                            opened.complete(duplex);
                            assertThat(mayLeave.await(SECONDS, TimeUnit.SECONDS))
                                    .isTrue();
                        },
                        builder -> builder.executor(pool));
                TestBrowser browser = server.open()) {
            Duplex duplex = get(opened);
            assertThat(((NetworkHost) server).get().statusCode()).isEqualTo(503);
            assertThat(((NetworkHost) server).handler.sessions()).isEqualTo(1);

            duplex.input().subscribe(watch);

            get(watch.over);
            assertThat(watch.wrong).hasValue("");
            assertFailed(duplex.closed(), ErrorCode.OVERLOADED, 11);
            assertThat(catchThrowable(() -> browser.download().read())).isInstanceOf(IOException.class);
            assertThat(((NetworkHost) server).handler.sessions()).isZero();
        } finally {
            mayLeave.countDown();
            pool.shutdown();
        }
    }

    @Test
    void theStandardThreadsAreVirtualWhereTheJdkHasThem() throws Exception {
        UserThreads threads = UserThreads.standard();
        CompletableFuture<Thread> ran = new CompletableFuture<>();
        threads.execute(() -> ran.complete(Thread.currentThread()));
        Thread thread = get(ran);
        if (Runtime.version().feature() >= 21) {
            assertThat(Thread.class.getMethod("isVirtual").invoke(thread)).isEqualTo(true);
        } else {
            assertThat(thread.getName()).startsWith("http2-duplex-");
            assertThat(thread.isDaemon()).isTrue();
        }
        threads.close();
    }

    @Test
    void theBoundedPoolRefusesAndTellsHowThingsEndedAllTheSame() throws Exception {
        ExecutorService pool = UserThreads.boundedPool(2);
        CountDownLatch mayLeave = new CountDownLatch(1);
        UserThreads threads = UserThreads.of(pool);
        CountDownLatch surely = new CountDownLatch(1);
        try {
            for (int i = 0; i < 2; i++) {
                threads.execute(() -> await(mayLeave));
            }
            assertThat(catchThrowable(() -> threads.execute(() -> {}))).isInstanceOf(RejectedExecutionException.class);
            threads.executeSurely(surely::countDown);
            assertThat(surely.await(SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            mayLeave.countDown();
            pool.shutdown();
        }
    }

    @Test
    void anExecutorThatCannotMakeAThreadRefuses() throws Exception {
        UserThreads threads = UserThreads.of(task -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
        CountDownLatch surely = new CountDownLatch(1);
        assertThat(catchThrowable(() -> threads.execute(() -> {}))).isInstanceOf(RejectedExecutionException.class);
        threads.executeSurely(surely::countDown);
        assertThat(surely.await(SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
