package io.http2duplex.wire;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that behaves: echo after echo on a duplex, duplex after duplex on a connection, connection after connection,
 * until it is told to stop. It waits for each answer for {@link Await#LIMIT} at most. It has a thread of its own.
 */
public final class GoodClient implements AutoCloseable {
    private static final int DUPLEXES_PER_CONNECTION = 5;
    private static final int ROUNDS_PER_DUPLEX = 100;
    private static final int MAX_BYTES = 10_000;
    /** In place of a dialect. */
    private static final int ASKING = 0;
    /** Between two rounds: others need the machine, too. */
    private static final long PAUSE_NANOS = 5_000_000;

    private final int port;
    private final boolean tls;
    private final int dialect;
    private final String path;
    private final Random random;
    private final AtomicInteger rounds = new AtomicInteger();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private volatile boolean stopping;
    private volatile long slowest;

    private GoodClient(int port, boolean tls, int dialect, String path, long seed) {
        this.port = port;
        this.tls = tls;
        this.dialect = dialect;
        this.path = path;
        random = new Random(seed);
    }

    /**
     * Begins.
     *
     * @param path of an echo
     */
    public static GoodClient start(int port, boolean tls, int dialect, String path, long seed) {
        GoodClient client = new GoodClient(port, tls, dialect, path, seed);
        new Thread(client::run, client.toString()).start();
        return client;
    }

    /** Begins to ask, again and again over a connection of its own, for what must be answered with 200. */
    public static GoodClient asking(int port, boolean tls, String path) {
        GoodClient client = new GoodClient(port, tls, ASKING, path, 0);
        new Thread(client::run, client.toString()).start();
        return client;
    }

    /** {@return how many echoes or answers have come} */
    public int rounds() {
        return rounds.get();
    }

    /** {@return how long the slowest of them took, in milliseconds} */
    public long slowest() {
        return slowest / 1_000_000;
    }

    /** {@return whether something has failed, which {@link #close} tells} */
    public boolean hasFailed() {
        return done.isCompletedExceptionally();
    }

    /** Ends what is open cleanly, and throws what has failed, if anything has. */
    @Override
    public void close() {
        stopping = true;
        Await.result(done);
    }

    @Override
    public String toString() {
        return "good client, " + (dialect == ASKING ? path : "dialect " + dialect) + (tls ? ", TLS" : ", clear");
    }

    private void run() {
        try {
            while (!stopping) {
                if (dialect == ASKING) {
                    ask();
                } else {
                    connection();
                }
            }
            done.complete(null);
        } catch (IOException | RuntimeException | AssertionError e) {
            done.completeExceptionally(new AssertionError(this + ", after " + rounds + " rounds: " + e, e));
        }
    }

    private void ask() throws IOException {
        long began = System.nanoTime();
        try (Client client = new Http1Client(port, tls ? TestServer.trust() : null, path)) {
            same(200, client.send("GET", false).status());
        }
        done(began);
    }

    private void connection() throws IOException {
        try (Http2Client client = Http2Client.over(Sockets.open(port, tls ? TestServer.trust() : null, "h2"), path)) {
            for (int i = 0; i < DUPLEXES_PER_CONNECTION && !stopping; i++) {
                if (dialect == 1) {
                    plainDuplex(client);
                } else {
                    resumableDuplex(client);
                }
            }
        }
    }

    private void plainDuplex(Client client) throws IOException {
        Request download = client.open();
        for (int i = 0; i < ROUNDS_PER_DUPLEX && !stopping; i++) {
            byte[] sent = bytes();
            long began = System.nanoTime();
            same(200, client.post(download.id(), sent).status());
            echoed(sent, download.read(sent.length), began);
        }
        same(200, client.end(download.id()).status());
        same(0, download.readToEnd().length);
    }

    private void resumableDuplex(Client client) throws IOException {
        Resumable duplex = Resumable.open(client);
        for (int i = 0; i < ROUNDS_PER_DUPLEX && !stopping; i++) {
            byte[] sent = bytes();
            long began = System.nanoTime();
            duplex.write(sent);
            echoed(sent, duplex.read(sent.length), began);
        }
        duplex.end();
        if (duplex.core.resetNumber() != null) {
            throw new AssertionError("The duplex was reset with " + duplex.core.resetNumber());
        }
    }

    private byte[] bytes() {
        byte[] bytes = new byte[1 + random.nextInt(MAX_BYTES)];
        random.nextBytes(bytes);
        return bytes;
    }

    private void echoed(byte[] sent, byte[] received, long began) {
        if (!Arrays.equals(sent, received)) {
            throw new AssertionError("The echo is not what was sent");
        }
        done(began);
    }

    private void done(long began) {
        slowest = Math.max(slowest, System.nanoTime() - began);
        rounds.incrementAndGet();
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    private static void same(int expected, int found) {
        if (expected != found) {
            throw new AssertionError("Expected " + expected + ", not " + found);
        }
    }
}
