package io.http2duplex.internal.runtime;

import static io.http2duplex.internal.runtime.TestBrowser.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.handler.SimulatedHost;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Duplex#offer}, {@link Duplex#put} and {@link Duplex#writable}, in both dialects. */
@Timeout(60)
class OfferTest {
    private static final int SIZE = 10_000;

    private final CompletableFuture<Duplex> opened = new CompletableFuture<>();
    private final SimulatedHost host = new SimulatedHost(opened::complete, options -> {});

    @SuppressWarnings("NullAway.Init") // each test opens it
    private TestBrowser browser;

    @AfterEach
    void close() {
        browser.close();
        host.close();
    }

    private Duplex open(int dialect) throws Exception {
        browser = dialect == 1 ? host.open(SIZE) : host.openResumable(new SimulatedHost.Client());
        return get(opened);
    }

    /** {@return how many bytes were taken until the duplex was full, and stayed so} The browser reads nothing. */
    private static int fill(Duplex duplex) throws IOException {
        int taken = 0;
        CompletionStage<Void> writable = duplex.writable();
        while (writable.toCompletableFuture().isDone()) {
            while (duplex.offer(ByteBuffer.allocate(SIZE))) {
                taken += SIZE;
                assertThat(taken).as("bytes that the duplex holds").isLessThan(1_000_000);
            }
            writable = duplex.writable();
        }
        return taken;
    }

    /** Puts more than the duplex and the connection hold together: it is full, and no room turns up later. */
    private static void overfill(Duplex duplex) throws IOException {
        duplex.put(ByteBuffer.allocate(1_000_000));
        fill(duplex);
    }

    private static void read(InputStream input, int count) throws IOException {
        assertThat(input.readNBytes(count)).hasSize(count);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aFullDuplexTakesNoMoreUntilItIsWritable(int dialect) throws Exception {
        Duplex duplex = open(dialect);
        ByteBuffer shared = ByteBuffer.allocate(SIZE);
        assertThat(duplex.offer(shared)).isTrue();
        assertThat(shared.remaining()).isEqualTo(SIZE);
        int taken = SIZE + fill(duplex);
        CompletionStage<Void> writable = duplex.writable();

        read(browser.download(), taken);

        get(writable);
        assertThat(duplex.offer(ByteBuffer.allocate(1))).isTrue();
        read(browser.download(), 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatIsPutWaitsForRoomAndGoesAsOnePiece(int dialect) throws Exception {
        Duplex duplex = open(dialect);
        int taken = fill(duplex);
        byte[] large = TestBrowser.random(300_000);
        CompletableFuture<Void> put = CompletableFuture.runAsync(() -> putUnchecked(duplex, large));

        read(browser.download(), taken);

        put.get(TestBrowser.SECONDS, TimeUnit.SECONDS);
        assertThat(browser.download().readNBytes(large.length)).isEqualTo(large);
    }

    private static void putUnchecked(Duplex duplex, byte[] bytes) {
        try {
            duplex.put(ByteBuffer.wrap(bytes));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aFailureIsSeenByWritersThatWaitAndByThoseThatTry(int dialect) throws Exception {
        Duplex duplex = open(dialect);
        overfill(duplex);
        CompletionStage<Void> writable = duplex.writable();
        CompletableFuture<Void> put = CompletableFuture.runAsync(() -> putUnchecked(duplex, new byte[1]));

        duplex.reset(300, "enough");

        TestBrowser.assertFailed(writable, ErrorCode.APPLICATION, 300);
        assertThatThrownBy(() -> put.get(TestBrowser.SECONDS, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(DuplexException.class);
        assertThatThrownBy(() -> duplex.offer(ByteBuffer.allocate(1))).isInstanceOf(DuplexException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void nothingIsTakenAfterTheApplicationHasEndedItsSide(int dialect) throws Exception {
        Duplex duplex = open(dialect);
        overfill(duplex);
        CompletionStage<Void> writable = duplex.writable();

        duplex.end();

        Throwable why = get(writable.<Throwable>handle((nothing, thrown) -> thrown));
        assertThat(why).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> duplex.offer(ByteBuffer.allocate(1))).hasMessageContaining("ended its side");
        assertThatThrownBy(() -> duplex.put(ByteBuffer.allocate(1))).hasMessageContaining("ended its side");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void anotherFaceOfTheOutputIsRefused(int dialect) throws Exception {
        Duplex duplex = open(dialect);
        duplex.outputStream();
        assertThatIllegalStateException().isThrownBy(() -> duplex.offer(ByteBuffer.allocate(1)));
        assertThatIllegalStateException().isThrownBy(() -> duplex.put(ByteBuffer.allocate(1)));
        assertThatIllegalStateException().isThrownBy(duplex::writable);
    }
}
