package io.http2duplex.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A client of an echo over a bad network: duplex after duplex of dialect 2, until it is told to stop. It resumes a duplex
 * over another connection whenever something fails, and compares every byte. Some duplexes it abandons. It has a thread
 * of its own.
 */
public final class PersistentClient implements AutoCloseable {
    private static final int ROUNDS_PER_DUPLEX = 20;
    private static final int MAX_BYTES = 20_000;
    private static final int MAX_LARGE = 400_000;
    private static final int LARGE_PERCENT = 5;
    private static final int ABANDONED_PERCENT = 5;
    /** Between two rounds, and between two tries: others need the machine, too. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** How long nothing may work. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

    private final int port;
    private final boolean http2;
    private final String path;
    private final Random random;
    private final AtomicInteger duplexes = new AtomicInteger();
    private final AtomicInteger resumes = new AtomicInteger();
    private final AtomicLong echoed = new AtomicLong();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private volatile boolean stopping;
    private @Nullable Client client;

    private PersistentClient(int port, boolean http2, String path, long seed) {
        this.port = port;
        this.http2 = http2;
        this.path = path;
        random = new Random(seed);
    }

    /** Begins: HTTP/2 over TLS, or HTTP/1.1 in clear text. */
    public static PersistentClient start(int port, boolean http2, String path, long seed) {
        PersistentClient client = new PersistentClient(port, http2, path, seed);
        new Thread(client::run, client.toString()).start();
        return client;
    }

    /** {@return whether something has failed, which {@link #close} tells} */
    public boolean hasFailed() {
        return done.isCompletedExceptionally();
    }

    /** {@return how many bytes came back as they were sent} */
    public long echoed() {
        return echoed.get();
    }

    /** {@return how often a duplex went on over another connection} */
    public int resumes() {
        return resumes.get();
    }

    /** {@return how many duplexes it has opened} */
    public int duplexes() {
        return duplexes.get();
    }

    /** Ends what is open cleanly, and throws what has failed, if anything has. */
    @Override
    public void close() {
        stopping = true;
        Await.until("the client ends", Await.LIMIT.multipliedBy(3), done::isDone);
        done.join();
    }

    @Override
    public String toString() {
        return "persistent client, " + (http2 ? "HTTP/2" : "HTTP/1.1");
    }

    private void run() {
        try {
            while (!stopping) {
                duplex();
            }
            done.complete(null);
        } catch (RuntimeException | AssertionError e) {
            done.completeExceptionally(new AssertionError(
                    this + ", after " + duplexes + " duplexes and " + resumes + " resumes: " + e, e));
        } finally {
            disconnect();
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private void duplex() {
        Resumable duplex = open();
        if (duplex == null) {
            return;
        }
        duplexes.incrementAndGet();
        for (int i = 0; i < ROUNDS_PER_DUPLEX && !stopping; i++) {
            byte[] sent = new byte[1 + random.nextInt(random.nextInt(100) < LARGE_PERCENT ? MAX_LARGE : MAX_BYTES)];
            random.nextBytes(sent);
            duplex.core.write(sent);
            ByteArrayOutputStream echo = new ByteArrayOutputStream();
            while (echo.size() < sent.length) {
                persist(duplex, () -> receive(duplex, echo));
            }
            if (!Arrays.equals(sent, echo.toByteArray())) {
                throw new IllegalStateException("The echo is not what was sent");
            }
            echoed.addAndGet(sent.length);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        if (random.nextInt(100) >= ABANDONED_PERCENT) {
            duplex.core.end();
            while (!duplex.core.isOver()) {
                persist(duplex, () -> {
                    duplex.post();
                    if (!duplex.core.isOver()) {
                        duplex.pump();
                    }
                });
            }
            confirmEnd(duplex);
            Integer reset = duplex.core.resetNumber();
            if (reset != null) {
                throw new IllegalStateException("The duplex was reset with " + reset);
            }
        }
        disconnect();
    }

    /** Without this the server holds the duplex until its resume timeout. It may be lost, like everything. */
    private static void confirmEnd(Resumable duplex) {
        try {
            duplex.post();
        } catch (IOException | AssertionError e) {
            // nothing is left to resume
        }
    }

    private static void receive(Resumable duplex, ByteArrayOutputStream echo) throws IOException {
        duplex.post();
        ByteBuffer bytes = duplex.core.poll();
        if (bytes == null) {
            duplex.pump();
        } else {
            echo.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        }
        if (duplex.core.resetNumber() != null) {
            throw new IllegalStateException("The duplex was reset with " + duplex.core.resetNumber());
        }
    }

    private @Nullable Resumable open() {
        long deadline = System.nanoTime() + PATIENCE;
        while (!stopping) {
            try {
                return Resumable.open(connect());
            } catch (IOException | AssertionError e) {
                pause(deadline, e);
            }
        }
        return null;
    }

    /** Does that, and resumes the duplex if it is disturbed. */
    private void persist(Resumable duplex, Step step) {
        try {
            step.run();
            return;
        } catch (IOException | AssertionError e) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        long deadline = System.nanoTime() + PATIENCE;
        while (true) {
            try {
                resumes.incrementAndGet();
                duplex.resume(connect());
                return;
            } catch (IOException | AssertionError e) {
                pause(deadline, e);
            }
        }
    }

    private static void pause(long deadline, Throwable failure) {
        if (System.nanoTime() - deadline > 0) {
            throw new IllegalStateException("Nothing works any more", failure);
        }
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    private Client connect() throws IOException {
        disconnect();
        Client next = http2
                ? Http2Client.over(Sockets.open(port, TestServer.trust(), "h2"), path)
                : new Http1Client(port, null, path);
        client = next;
        return next;
    }

    private void disconnect() {
        Client last = client;
        client = null;
        if (last != null) {
            try {
                last.close();
            } catch (IOException e) {
                // it is closed
            }
        }
    }
}
