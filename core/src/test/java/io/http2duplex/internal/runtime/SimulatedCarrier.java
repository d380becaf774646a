package io.http2duplex.internal.runtime;

import io.http2duplex.DuplexCallback;
import io.http2duplex.DuplexRequest;
import io.http2duplex.internal.core.SessionId;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.UploadOutcome;
import io.http2duplex.internal.core.resumable.DownloadAttachment;
import io.http2duplex.internal.core.resumable.MemoryBudget;
import io.http2duplex.internal.core.resumable.ResumableSession;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Carries the requests of one duplex of dialect 2 without a network, on one thread, its I/O thread. */
public final class SimulatedCarrier implements ResumableBrowser.Carrier {
    private static final int BOUND = 64 * 1024;
    public static final SessionLimits LIMITS = new SessionLimits(
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
    private final SimulatedConnection download;

    public SimulatedCarrier(UserThreads threads) {
        ResumableSession session = new ResumableSession(LIMITS, new MemoryBudget(0), System.nanoTime());
        duplex = new SessionDuplex<>(
                SessionId.next(), noRequest(), session, threads, null, new Monitoring(), new SimulatedHost(io));
        DownloadAttachment attachment = duplex.session()
                .tellFor(state -> state.attach(0, 0, ResumableBrowser.WINDOW, System.nanoTime(), this::wake));
        download = new SimulatedConnection(new GuardedDownload(duplex.session(), attachment), BOUND, io);
        download.wake();
    }

    @SuppressWarnings("NullAway") // nothing here asks for the opening request
    public static DuplexRequest noRequest() {
        return null;
    }

    private void wake() {
        download.wake();
    }

    /** Calls the application as the handler does. */
    public SimulatedCarrier call(DuplexCallback callback, UserThreads threads) {
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
                    GuardedUpload upload = new GuardedUpload(
                            duplex.session(),
                            duplex.session().tellFor(state -> state.openUpload(System.nanoTime(), () -> {})));
                    if (upload.outcome() == null) {
                        upload.received(ByteBuffer.wrap(frames));
                        upload.settle();
                    }
                    if (upload.outcome() == null) {
                        upload.completed();
                    }
                    UploadOutcome outcome = upload.outcome();
                    return outcome == null ? 0 : TestBrowser.status(outcome);
                })
                .get(TestBrowser.SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        duplex.reset();
        io.shutdown();
    }
}
