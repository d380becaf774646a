package io.http2duplex;

import io.http2duplex.protocol.ErrorCode;
import io.http2duplex.protocol.Failure;
import io.http2duplex.protocol.Limits;
import io.http2duplex.protocol.SessionId;
import io.http2duplex.protocol.UploadOutcome;
import io.http2duplex.protocol.dialect1.PlainSession;
import io.http2duplex.protocol.dialect1.UploadKind;
import io.http2duplex.undertow.UploadSink;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A browser without a network: carries the download and the uploads of one duplex on one thread, its I/O thread. */
final class InMemoryBrowser implements TestBrowser {
    static final int BOUND = 64 * 1024;

    private final ScheduledExecutorService io = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "in-memory I/O");
        thread.setDaemon(true);
        return thread;
    });
    private final InMemoryDownload download;
    final SessionDuplex<PlainSession> duplex;

    /** @param window how many bytes of the download it takes that nobody has read yet */
    InMemoryBrowser(UserThreads threads, int window) {
        this(threads, window, Duration.ofMinutes(1));
    }

    InMemoryBrowser(UserThreads threads, int window, Duration linger) {
        Limits limits = new Limits(
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
                new SessionDuplex.Host() {
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
        download = new InMemoryDownload(new PlainDownload(duplex.session()), window, io);
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
    InMemoryBrowser call(DuplexCallback callback, UserThreads threads) {
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
    void settle() throws Exception {
        for (int i = 0; i < 3; i++) {
            io.submit(() -> {}).get(TestBrowser.SECONDS, TimeUnit.SECONDS);
        }
    }

    @Override
    public InputStream download() {
        return download;
    }

    /** {@return where the body of a POST goes} To be called on one thread with all others of its carrier. */
    UploadSink openUpload(UploadKind kind, long contentLength, Runnable onReady) {
        return new PlainUpload(
                duplex.session(),
                duplex.session().call(session -> session.openUpload(kind, contentLength, System.nanoTime(), onReady)));
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
        private @Nullable UploadSink sink;
        private boolean told;

        Carrier(ByteBuffer body) {
            this.body = body;
        }

        @Override
        public void run() {
            UploadSink sink = this.sink;
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
                status.complete(outcome.status());
            }
        }
    }
}
