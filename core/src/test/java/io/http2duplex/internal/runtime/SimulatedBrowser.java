package io.http2duplex.internal.runtime;

import io.http2duplex.DuplexCallback;
import io.http2duplex.DuplexRequest;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.SessionId;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.UploadOutcome;
import io.http2duplex.internal.core.plain.PlainSession;
import io.http2duplex.internal.core.plain.UploadKind;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A browser without a network: carries the download and the uploads of one duplex on one thread, its I/O thread. */
public final class SimulatedBrowser implements TestBrowser {
    public static final int BOUND = 64 * 1024;

    private final ScheduledExecutorService io = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "in-memory I/O");
        thread.setDaemon(true);
        return thread;
    });
    private final SimulatedConnection download;
    public final SessionDuplex<PlainSession> duplex;

    /** @param window how many bytes of the download it takes that nobody has read yet */
    public SimulatedBrowser(UserThreads threads, int window) {
        this(threads, window, Duration.ofMinutes(1));
    }

    public SimulatedBrowser(UserThreads threads, int window, Duration linger) {
        SessionLimits limits = new SessionLimits(
                BOUND,
                BOUND,
                1 << 20,
                16,
                linger.toNanos(),
                Duration.ofMinutes(5).toNanos(),
                0,
                0,
                BOUND,
                0);
        duplex = new SessionDuplex<>(
                SessionId.next(),
                noRequest(),
                new PlainSession(limits, this::wakeDownload),
                threads,
                null,
                new Monitoring(),
                new SimulatedHost(io));
        download = new SimulatedConnection(
                new GuardedDownload(duplex.session(), duplex.session().ask(PlainSession::download)), window, io);
        download.skip(1);
        download.wake();
    }

    private void wakeDownload() {
        download.wake();
    }

    @SuppressWarnings("NullAway") // nothing here asks for the opening request
    private static DuplexRequest noRequest() {
        return null;
    }

    /** Calls the application as the handler does. */
    public SimulatedBrowser call(DuplexCallback callback, UserThreads threads) {
        threads.execute(() -> {
            try {
                callback.onDuplex(duplex);
            } catch (Throwable thrown) {
                duplex.handlerFailed(thrown);
            }
        });
        return this;
    }

    /** Waits until the carriers have done everything that they can do now. */
    public void settle() throws Exception {
        for (int i = 0; i < 3; i++) {
            io.submit(() -> {}).get(TestBrowser.SECONDS, TimeUnit.SECONDS);
        }
    }

    @Override
    public InputStream download() {
        return download;
    }

    /** {@return where the body of a POST goes} To be called on one thread with all others of its carrier. */
    GuardedUpload openUpload(UploadKind kind, long contentLength, Runnable onReady) {
        return new GuardedUpload(
                duplex.session(),
                duplex.session()
                        .tellFor(session -> session.openUpload(kind, contentLength, System.nanoTime(), onReady)));
    }

    @Override
    public CompletableFuture<Integer> post(UploadKind kind, byte[] body) {
        Carrier carrier = new Carrier(ByteBuffer.wrap(body));
        io.execute(() -> {
            carrier.sink = openUpload(kind, body.length, () -> io.execute(carrier));
            carrier.run();
        });
        return carrier.status;
    }

    @Override
    public void vanish() {
        duplex.reset(new Failure(ErrorCode.CONNECTION_LOST, "The browser went."));
    }

    @Override
    public void close() {
        vanish();
        io.shutdown();
    }

    private static final class Carrier implements Runnable {
        private final ByteBuffer body;
        private final CompletableFuture<Integer> status = new CompletableFuture<>();
        private @Nullable GuardedUpload sink;
        private boolean told;

        Carrier(ByteBuffer body) {
            this.body = body;
        }

        @Override
        public void run() {
            GuardedUpload sink = this.sink;
            if (sink == null) {
                return;
            }
            while (sink.outcome() == null && !told) {
                int room = Math.min(sink.room(), 16 * 1024);
                if (room == 0) {
                    sink.settle();
                    return;
                }
                int count = Math.min(room, body.remaining());
                if (count == 0) {
                    told = true;
                    sink.completed();
                } else {
                    sink.received(body.slice(body.position(), count));
                    body.position(body.position() + count);
                }
            }
            sink.settle();
            UploadOutcome outcome = sink.outcome();
            if (outcome != null) {
                status.complete(TestBrowser.status(outcome));
            }
        }
    }
}
