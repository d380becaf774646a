package io.http2duplex.internal.runtime;

import static io.http2duplex.internal.runtime.TestBrowser.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.handler.SimulatedHost;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FlowOutputTest {
    private final SimulatedHost host = new SimulatedHost();
    private final SimulatedHost.Page browser;
    private final Duplex duplex;

    FlowOutputTest() throws Exception {
        browser = host.open(10_000);
        duplex = browser.duplex;
    }

    @AfterEach
    void close() {
        host.close();
    }

    /** Counts what is asked of it, and whether two ask at once. */
    private static final class Upstream implements Flow.Subscription {
        final AtomicInteger requested = new AtomicInteger();
        final AtomicInteger asking = new AtomicInteger();
        final CompletableFuture<Void> cancelled = new CompletableFuture<>();
        volatile boolean overlapped;

        @Override
        public void request(long count) {
            overlapped |= asking.getAndIncrement() != 0;
            requested.addAndGet((int) count);
            asking.getAndDecrement();
        }

        @Override
        public void cancel() {
            overlapped |= asking.getAndIncrement() != 0;
            cancelled.complete(null);
            asking.getAndDecrement();
        }
    }

    @Test
    void demandStopsWhenNobodyReads() throws Exception {
        Upstream upstream = new Upstream();
        duplex.output().onSubscribe(upstream);
        for (int i = 0; i < 18; i++) { // 10,000 bytes fill the transport, 65,536 the buffer
            assertThat(upstream.requested).hasValue(i + 1);
            duplex.output().onNext(ByteBuffer.allocate(4096));
            browser.settle();
        }
        duplex.output().onNext(ByteBuffer.allocate(4096));
        browser.settle();

        assertThat(upstream.requested).as("requests").hasValue(19);
    }

    @Test
    void theUpstreamIsCancelledWhenTheDuplexFails() throws Exception {
        Upstream upstream = new Upstream();
        duplex.output().onSubscribe(upstream);

        duplex.reset();

        get(upstream.cancelled);
    }

    @Test
    void theUpstreamOfADuplexThatHasFailedIsCancelledAtOnce() {
        Upstream upstream = new Upstream();
        duplex.reset();

        duplex.output().onSubscribe(upstream);

        assertThat(upstream.cancelled).isDone();
        assertThat(upstream.requested).hasValue(0);
    }

    @Test
    void theUpstreamIsCancelledWhenTheApplicationEndsItsSideAnotherWay() throws Exception {
        Upstream upstream = new Upstream();
        duplex.output().onSubscribe(upstream);

        get(duplex.end());

        get(upstream.cancelled);
    }

    @Test
    void nothingIsAskedOfAnUpstreamThatHasEnded() throws Exception {
        Upstream upstream = new Upstream();
        duplex.output().onSubscribe(upstream);
        duplex.output().onNext(ByteBuffer.allocate(100_000));
        duplex.output().onComplete();
        assertThat(browser.download().readAllBytes()).hasSize(100_000);
        duplex.reset();
        browser.settle();

        assertThat(upstream.requested).hasValue(1);
        assertThat(upstream.cancelled).isNotDone();
    }

    @Test
    void theFailureOfADuplexIsPassedOnToTheOneItIsPipedInto() throws Exception {
        try (SimulatedHost.Page source = host.open(10_000)) {
            source.duplex.input().subscribe(duplex.output());

            source.duplex.reset(4711, "gone");

            TestBrowser.assertFailed(duplex.closed(), ErrorCode.APPLICATION, 4711);
        }
    }

    /** Each buffer fills the duplex, and the transport empties it while the subscriber still looks for room. */
    @Test
    void roomThatComesWhileTheSubscriberLooksForItIsNotOverlooked() throws Exception {
        byte[] bytes = TestBrowser.random(SimulatedHost.BOUND);
        int rounds = 1000;
        try (SimulatedHost.Page other = host.open(4 * SimulatedHost.BOUND)) {
            CompletableFuture<byte[]> read = TestBrowser.readAll(other.download());
            try (SubmissionPublisher<ByteBuffer> publisher = new SubmissionPublisher<>(Runnable::run, 2)) {
                publisher.subscribe(other.duplex.output());
                for (int i = 0; i < rounds; i++) {
                    int lag = publisher.offer(ByteBuffer.wrap(bytes), 10, TimeUnit.SECONDS, null);
                    assertThat(lag).as("buffers under way, none dropped").isNotNegative();
                }
            }
            byte[] all = get(read);
            assertThat(all).hasSize(rounds * bytes.length);
            for (int i = 0; i < rounds; i++) {
                assertThat(Arrays.equals(all, i * bytes.length, (i + 1) * bytes.length, bytes, 0, bytes.length))
                        .isTrue();
            }
        }
    }

    @Test
    void theUpstreamIsAskedByOneThreadAtATime() throws Exception {
        for (int round = 0; round < 300; round++) {
            try (SimulatedHost.Page other = host.open(100_000)) {
                Upstream upstream = new Upstream();
                Flow.Subscriber<ByteBuffer> output = other.duplex.output();
                Thread reset = new Thread(other.duplex::reset);
                output.onSubscribe(upstream);
                reset.start();
                for (int i = 0; i < 20; i++) {
                    output.onNext(ByteBuffer.allocate(1000));
                }
                reset.join();
                get(upstream.cancelled);
                assertThat(upstream.overlapped).isFalse();
            }
        }
    }
}
