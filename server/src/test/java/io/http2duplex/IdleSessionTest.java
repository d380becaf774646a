package io.http2duplex;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.protocol.DownloadStep;
import io.http2duplex.protocol.Failure;
import io.http2duplex.protocol.SessionId;
import io.http2duplex.protocol.dialect2.Attachment;
import io.http2duplex.protocol.dialect2.ClientCore;
import io.http2duplex.protocol.dialect2.FrameUpload;
import io.http2duplex.protocol.dialect2.MemoryBudget;
import io.http2duplex.protocol.dialect2.ResumableSession;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a session of dialect 2 costs while nothing is under way. */
class IdleSessionTest {
    private static final int COUNT = 5_000;
    private static final int MAX_BYTES = 3072;

    private final UserThreads threads = UserThreads.of(Runnable::run);
    private final Monitoring monitoring = new Monitoring();
    private final Observers observers = new Observers(new DuplexObserver() {}, threads, monitoring.observerFailures);
    private final MemoryBudget budget = new MemoryBudget(1 << 20);

    @Test
    void anIdleEchoThatHasCarriedBytesCostsLessThan3KiB() {
        Sessions<ResumableSession> sessions = new Sessions<>();
        open(sessions);
        long before = usedAfterCollection();
        for (int i = 0; i < COUNT; i++) {
            open(sessions);
        }
        long each = (usedAfterCollection() - before) / COUNT;

        assertThat(sessions.count()).isEqualTo(COUNT + 1);
        assertThat(each).as("bytes of heap").isBetween(500L, (long) MAX_BYTES);
        sessions.drain().forEach(SessionDuplex::reset);
    }

    private void open(Sessions<ResumableSession> sessions) {
        ResumableSession session = new ResumableSession(InMemoryCarrier.LIMITS, budget, System.nanoTime());
        SessionDuplex<ResumableSession> duplex = new SessionDuplex<>(
                SessionId.next(), InMemoryCarrier.noRequest(), session, threads, observers, monitoring, new Timers());
        sessions.add(duplex);
        duplex.opened();
        Attachment attachment = duplex.session()
                .call(state -> state.attach(0, 0, ResumableBrowser.WINDOW, System.nanoTime(), () -> {}));
        duplex.input().subscribe(duplex.output());
        ClientCore client = new ClientCore(ResumableBrowser.WINDOW);
        client.write(new byte[1000]);
        ResumableDownload download = new ResumableDownload(duplex.session(), attachment);
        while (client.available() < 1000 || client.confirmed() < 1000) {
            client.ping();
            post(duplex, Objects.requireNonNull(client.nextPost()));
            while (download.next() == DownloadStep.WRITE) {
                ByteBuffer bytes = Objects.requireNonNull(download.peek());
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                client.received(copy);
                download.taken(copy.length);
            }
        }
    }

    private static void post(SessionDuplex<ResumableSession> duplex, byte[] frames) {
        FrameUpload upload = duplex.session().call(state -> state.openUpload(System.nanoTime(), () -> {}));
        ResumableUpload sink = new ResumableUpload(duplex.session(), upload);
        sink.received(ByteBuffer.wrap(frames));
        sink.completed();
    }

    private static long usedAfterCollection() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    /** As those of the handler, but for the I/O thread. */
    private static final class Timers implements SessionDuplex.Host {
        @Override
        public Runnable after(long nanos, Runnable task) {
            CompletableFuture<Boolean> time = new CompletableFuture<>();
            CompletionStage<Boolean> reached = time.completeOnTimeout(true, nanos, TimeUnit.NANOSECONDS);
            reached.thenAccept(due -> {
                if (due) {
                    task.run();
                }
            });
            return () -> time.complete(false);
        }

        @Override
        public void over(String id, @Nullable Failure failure) {
            // nobody looks these duplexes up
        }
    }
}
