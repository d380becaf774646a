package io.http2duplex.internal.runtime;

import static io.http2duplex.internal.runtime.TestBrowser.SECONDS;
import static io.http2duplex.internal.runtime.TestBrowser.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.plain.UploadKind;
import io.http2duplex.internal.handler.SimulatedHost;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FacesTest {
    private final SimulatedHost host = new SimulatedHost();
    private final SimulatedHost.Page browser;
    private final Duplex duplex;

    FacesTest() throws Exception {
        browser = host.open(10_000);
        duplex = browser.duplex;
    }

    @AfterEach
    void close() {
        host.close();
    }

    /** Runs what blocks on a thread of its own. {@return its result or failure; the thread, once it waits} */
    private static <T> Blocked<T> whileBlocked(Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(task.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        while (thread.getState() != Thread.State.WAITING && !result.isDone()) {
            Thread.onSpinWait();
        }
        assertThat(result).as("it blocks").isNotDone();
        return new Blocked<>(thread, result);
    }

    private record Blocked<T>(Thread thread, CompletableFuture<T> result) {
        Throwable failure() throws Exception {
            return get(result.handle((value, thrown) -> thrown));
        }
    }

    @Test
    void eachDirectionIsUsedThroughOneFace() {
        InputStream input = duplex.inputStream();
        assertThat(duplex.inputStream()).isSameAs(input);
        assertThatIllegalStateException().isThrownBy(duplex::input);
        assertThatIllegalStateException().isThrownBy(duplex::channel);

        assertThat(duplex.output()).isSameAs(duplex.output());
        assertThatIllegalStateException().isThrownBy(duplex::outputStream);
        assertThatIllegalStateException().isThrownBy(() -> duplex.send(ByteBuffer.allocate(1)));
    }

    @Test
    void aChannelTakesBothDirectionsOrNone() {
        duplex.outputStream();
        assertThatIllegalStateException().isThrownBy(duplex::channel);

        assertThat(duplex.inputStream()).isNotNull();
    }

    @Test
    void aReaderThatIsInterruptedStopsWithAnInterruptedIoException() throws Exception {
        InputStream input = duplex.inputStream();
        Blocked<Integer> reader = whileBlocked(input::read);

        reader.thread().interrupt();

        assertThat(reader.failure()).isInstanceOf(InterruptedIOException.class);
        get(browser.post(UploadKind.CHUNK, new byte[] {7}));
        assertThat(input.read()).isEqualTo(7);
    }

    @Test
    void aWriterThatIsInterruptedStopsWithAnInterruptedIoException() throws Exception {
        OutputStream output = duplex.outputStream();
        Blocked<Void> writer = whileBlocked(() -> write(output, 1 << 20));

        writer.thread().interrupt();

        assertThat(writer.failure()).isInstanceOf(InterruptedIOException.class);
    }

    private static Void write(OutputStream output, int count) throws IOException {
        output.write(new byte[count]);
        return null;
    }

    @Test
    void aReaderThatWaitsHearsThatAnotherThreadClosedItsStream() throws Exception {
        InputStream input = duplex.inputStream();
        Blocked<Integer> reader = whileBlocked(input::read);

        input.close();

        assertThat(reader.failure()).isExactlyInstanceOf(IOException.class);
    }

    @Test
    void aWriterThatWaitsHearsThatAnotherThreadEndedTheOutput() throws Exception {
        OutputStream output = duplex.outputStream();
        Blocked<Void> writer = whileBlocked(() -> write(output, 1 << 20));

        output.close();

        assertThat(writer.failure()).isExactlyInstanceOf(IOException.class);
    }

    @Test
    void readerAndWriterThatWaitHearOfAReset() throws Exception {
        ByteChannel channel = duplex.channel();
        Blocked<Integer> reader = whileBlocked(() -> channel.read(ByteBuffer.allocate(1)));
        Blocked<Integer> writer = whileBlocked(() -> channel.write(ByteBuffer.allocate(1 << 20)));

        duplex.reset(4711, "enough");

        for (Throwable seen : new Throwable[] {reader.failure(), writer.failure()}) {
            assertThat(seen).isInstanceOfSatisfying(DuplexException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.APPLICATION);
                assertThat(e.number()).isEqualTo(4711);
                assertThat(e).hasMessage("enough");
            });
        }
    }

    @Test
    void aClosedChannelSaysSo() throws Exception {
        ByteChannel channel = duplex.channel();
        assertThat(channel.isOpen()).isTrue();
        channel.close();

        assertThat(channel.isOpen()).isFalse();
        assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1))).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1))).isInstanceOf(ClosedChannelException.class);
        assertThat(browser.download().read()).isEqualTo(-1);
        assertThat(get(browser.post(UploadKind.SINGLE, new byte[100_000]))).isEqualTo(200);
    }

    @Test
    void writingAfterTheEndFails() throws Exception {
        OutputStream output = duplex.outputStream();
        output.close();
        output.close();

        assertThatThrownBy(() -> output.write(1)).isExactlyInstanceOf(IOException.class);
    }

    @Test
    void whatIsReadIsAsMuchAsIsThere() throws Exception {
        InputStream input = duplex.inputStream();
        get(browser.post(UploadKind.CHUNK, new byte[] {-1, 2, 3}));

        assertThat(input.available()).isEqualTo(3);
        assertThat(input.read()).isEqualTo(255);
        assertThat(input.read(new byte[10], 2, 8)).isEqualTo(2);
        assertThat(input.read(new byte[0])).isZero();
        assertThatThrownBy(() -> input.read(new byte[1], 1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aSendCompletesWhenTheTransportHasTakenItsBytes() throws Exception {
        ByteBuffer shared = ByteBuffer.allocate(15_000);
        CompletableFuture<Void> first = duplex.send(shared).toCompletableFuture();
        CompletableFuture<Void> second = duplex.send(shared).toCompletableFuture();
        assertThat(shared.remaining()).isEqualTo(15_000);
        browser.settle();
        assertThat(first).isNotDone();

        assertThat(browser.download().readNBytes(15_000)).hasSize(15_000);
        get(first);
        assertThat(second).isNotDone();
        assertThat(browser.download().readNBytes(15_000)).hasSize(15_000);
        get(second);
    }

    @Test
    void anEmptySendCompletes() throws Exception {
        get(duplex.send(ByteBuffer.allocate(0)));
        get(duplex.send(ByteBuffer.allocate(100)));
        get(duplex.send(ByteBuffer.allocate(0)));
    }

    @Test
    void aSendFailsWhenTheBufferIsFullAndTheDuplexLivesOn() throws Exception {
        duplex.send(ByteBuffer.allocate(10_000));
        browser.settle();
        CompletableFuture<Void> fills =
                duplex.send(ByteBuffer.allocate(SimulatedHost.BOUND)).toCompletableFuture();

        assertFails(duplex.send(ByteBuffer.allocate(1)).toCompletableFuture(), ErrorCode.OVERLOADED);

        assertThat(fills).isNotDone();
        assertThat(browser.download().readNBytes(10_000 + SimulatedHost.BOUND)).hasSize(10_000 + SimulatedHost.BOUND);
        get(fills);
        get(duplex.send(ByteBuffer.allocate(1)));
    }

    @Test
    void everythingThatWaitsFailsWithTheFirstFailure() throws Exception {
        duplex.send(ByteBuffer.allocate(10_000));
        browser.settle();
        CompletableFuture<Void> sent = duplex.send(ByteBuffer.allocate(10)).toCompletableFuture();
        CompletableFuture<Void> ended = duplex.end().toCompletableFuture();
        assertThatIllegalStateException()
                .isThrownBy(() -> getCause(duplex.send(ByteBuffer.allocate(1)).toCompletableFuture()));

        browser.vanish();
        browser.settle();
        duplex.reset();

        assertFails(sent, ErrorCode.CONNECTION_LOST);
        assertFails(ended, ErrorCode.CONNECTION_LOST);
        assertFails(duplex.closed().toCompletableFuture(), ErrorCode.CONNECTION_LOST);
        assertFails(duplex.end().toCompletableFuture(), ErrorCode.CONNECTION_LOST);
        assertFails(duplex.send(ByteBuffer.allocate(1)).toCompletableFuture(), ErrorCode.CONNECTION_LOST);
    }

    @Test
    void theFailureOfAStageIsTheDuplexExceptionItself() throws Exception {
        duplex.send(ByteBuffer.allocate(10_000));
        browser.settle();
        List<CompletionStage<Void>> stages = List.of(
                duplex.send(ByteBuffer.allocate(SimulatedHost.BOUND)), duplex.send(ByteBuffer.allocate(1)),
                duplex.end(), duplex.closed());

        browser.vanish();

        for (CompletionStage<Void> stage : stages) {
            Throwable thrown = get(stage.handle((nothing, failure) -> failure));
            assertThat(thrown).isInstanceOf(DuplexException.class);
        }
    }

    private static void getCause(CompletableFuture<Void> stage) throws Throwable {
        try {
            stage.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause();
        }
    }

    private static void assertFails(CompletableFuture<Void> stage, ErrorCode code) {
        assertThatThrownBy(() -> getCause(stage))
                .isInstanceOfSatisfying(
                        DuplexException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void aBufferThatIsSentBetweenOthersArrivesInItsPlace() throws Exception {
        for (int i = 0; i < 100; i++) {
            duplex.send(ByteBuffer.allocate(100 + i).put(0, (byte) i));
        }
        duplex.end();
        for (int i = 0; i < 100; i++) {
            assertThat(browser.download().readNBytes(100 + i)[0]).isEqualTo((byte) i);
        }
        assertThat(browser.download().read()).isEqualTo(-1);
    }

    @Test
    void aSubscriberWhoseCheckedExceptionNoSignatureTellsOfFailsTheDuplex() throws Exception {
        duplex.input().subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(ByteBuffer bytes) {
                Hidden.raise(new IOException("made to fail by the test"));
            }

            @Override
            public void onError(Throwable thrown) {}

            @Override
            public void onComplete() {}
        });
        CompletableFuture<Integer> unused = browser.post(UploadKind.CHUNK, new byte[] {7});
        TestBrowser.assertFailed(duplex.closed(), ErrorCode.HANDLER_FAILED, ErrorCode.HANDLER_FAILED.number());
    }

    @Test
    void aSubscriptionWhoseCheckedExceptionNoSignatureTellsOfFailsTheDuplex() {
        duplex.output().onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long count) {
                Hidden.raise(new IOException("made to fail by the test"));
            }

            @Override
            public void cancel() {}
        });
        TestBrowser.assertFailed(duplex.closed(), ErrorCode.HANDLER_FAILED, ErrorCode.HANDLER_FAILED.number());
    }
}
