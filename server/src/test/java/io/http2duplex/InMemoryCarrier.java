package io.http2duplex;

import io.http2duplex.protocol.Failure;
import io.http2duplex.protocol.Limits;
import io.http2duplex.protocol.SessionId;
import io.http2duplex.protocol.UploadOutcome;
import io.http2duplex.protocol.dialect2.Attachment;
import io.http2duplex.protocol.dialect2.MemoryBudget;
import io.http2duplex.protocol.dialect2.ResumableSession;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Carries the requests of one duplex of dialect 2 without a network, on one thread, its I/O thread. */
final class InMemoryCarrier implements ResumableBrowser.Carrier {
    private static final int BOUND = 64 * 1024;
    static final Limits LIMITS = new Limits(
            BOUND,
            BOUND,
            1 << 20,
            16,
            Duration.ofMinutes(1).toNanos(),
            Duration.ofMinutes(5).toNanos(),
            Duration.ofSeconds(30).toNanos(),
            Duration.ofSeconds(15).toNanos(),
            BOUND,
            0);

    private final ScheduledExecutorService io = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "in-memory I/O");
        thread.setDaemon(true);
        return thread;
    });
    private final SessionDuplex<ResumableSession> duplex;
    private final InMemoryDownload download;

    InMemoryCarrier(UserThreads threads) {
        ResumableSession session = new ResumableSession(LIMITS, new MemoryBudget(0), System.nanoTime());
        duplex = new SessionDuplex<>(
                SessionId.next(), noRequest(), session, threads, null, new Monitoring(), new SessionDuplex.Host() {
                    @Override
                    public Runnable after(long nanos, Runnable task) {
                        ScheduledFuture<?> scheduled = io.schedule(task, nanos, TimeUnit.NANOSECONDS);
                        return () -> scheduled.cancel(false);
                    }

                    @Override
                    public void over(String id, @Nullable Failure failure) {
                        // nobody looks this duplex up
                    }
                });
        Attachment attachment = duplex.session()
                .call(state -> state.attach(0, 0, ResumableBrowser.WINDOW, System.nanoTime(), this::wake));
        download = new InMemoryDownload(new ResumableDownload(duplex.session(), attachment), BOUND, io);
        download.wake();
    }

    @SuppressWarnings("NullAway") // nothing here asks for the opening request
    static DuplexRequest noRequest() {
        return null;
    }

    private void wake() {
        download.wake();
    }

    /** Calls the application as the handler does. */
    InMemoryCarrier call(DuplexCallback callback, UserThreads threads) {
        threads.execute(() -> {
            try {
                callback.onDuplex(duplex);
            } catch (Throwable thrown) {
                duplex.handlerFailed(thrown);
            }
        });
        return this;
    }

    @Override
    public InputStream download() {
        return download;
    }

    @Override
    public int post(byte[] frames) throws Exception {
        return io.submit(() -> {
                    ResumableUpload upload = new ResumableUpload(
                            duplex.session(),
                            duplex.session().call(state -> state.openUpload(System.nanoTime(), () -> {})));
                    if (upload.outcome() == null) {
                        upload.received(ByteBuffer.wrap(frames));
                        upload.settle();
                    }
                    if (upload.outcome() == null) {
                        upload.completed();
                    }
                    UploadOutcome outcome = upload.outcome();
                    return outcome == null ? 0 : outcome.status();
                })
                .get(TestBrowser.SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        duplex.reset();
        io.shutdown();
    }
}
