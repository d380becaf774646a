package io.http2duplex.nodes;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.DuplexObserver;
import io.http2duplex.client.DuplexClient;
import io.http2duplex.client.transport.Transport;
import io.http2duplex.internal.client.JdkTransport;
import io.http2duplex.internal.core.HeaderNames;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client of an echo: duplex after duplex, until it is told to stop. It compares every byte, and ends a duplex cleanly when
 * its node drains. It has a thread of its own.
 */
final class EchoClient implements AutoCloseable {
    private static final int MAX_BYTES = 20_000;
    private static final int ROUNDS_PER_DUPLEX = 20;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final URI ANYWHERE = URI.create("http://localhost" + Node.PATH);

    private final DuplexClient client;
    private final boolean heedsDraining;
    private final Random random;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    final AtomicInteger rounds = new AtomicInteger();
    final AtomicInteger endedCleanly = new AtomicInteger();
    /** How often a duplex was detached, or a request of one was refused. */
    final AtomicInteger disturbances = new AtomicInteger();

    final List<String> failedOpenings = new CopyOnWriteArrayList<>();
    /** The numbers with which duplexes were reset, in sequence. */
    final List<Integer> resets = new CopyOnWriteArrayList<>();

    private volatile String route = "";
    private volatile boolean stopping;

    private EchoClient(HttpClient http, Supplier<URI> address, boolean heedsDraining, long seed) {
        this.heedsDraining = heedsDraining;
        random = new Random(seed);
        client = DuplexClient.builder()
                .transport(new Addressing(new JdkTransport(() -> http, Integer.MAX_VALUE), address))
                .streaming(false)
                .observer(new DuplexObserver() {
                    @Override
                    public void detached(Duplex duplex, Detachment why) {
                        disturbances.incrementAndGet();
                    }
                })
                .build();
    }

    /**
     * Begins.
     *
     * @param address for the next request
     * @param heedsDraining whether it ends its duplexes when their node drains; else they live until they are reset
     */
    static EchoClient start(HttpClient http, Supplier<URI> address, boolean heedsDraining, long seed) {
        EchoClient client = new EchoClient(http, address, heedsDraining, seed);
        new Thread(client::run, "echo-client-" + seed).start();
        return client;
    }

    /** {@return the route of the last duplex} */
    String route() {
        return route;
    }

    boolean hasFailed() {
        return done.isCompletedExceptionally();
    }

    /** Ends its duplex cleanly, and throws what has failed, if anything has. */
    @Override
    public void close() {
        stopping = true;
        Await.until("a client has ended", done::isDone);
        done.join();
    }

    private void run() {
        try {
            while (!stopping) {
                Duplex duplex = open();
                if (duplex != null) {
                    use(duplex);
                }
            }
            done.complete(null);
        } catch (IOException | RuntimeException e) {
            done.completeExceptionally(new AssertionError("The client of a duplex on " + route + ": " + e, e));
        }
    }

    private @Nullable Duplex open() throws IOException {
        try {
            Duplex duplex = client.connect(ANYWHERE);
            route = duplex.id().substring(duplex.id().lastIndexOf('.') + 1);
            return duplex;
        } catch (DuplexException e) {
            failedOpenings.add(String.valueOf(e.getMessage()));
            LockSupport.parkNanos(PAUSE_NANOS);
            return null;
        }
    }

    private void use(Duplex duplex) throws IOException {
        CompletableFuture<Void> draining = duplex.draining().toCompletableFuture();
        InputStream input = duplex.inputStream();
        OutputStream output = duplex.outputStream();
        try {
            for (int i = 0; !heedsDraining || (i < ROUNDS_PER_DUPLEX && !draining.isDone()); i++) {
                if (stopping) {
                    break;
                }
                byte[] sent = new byte[1 + random.nextInt(MAX_BYTES)];
                random.nextBytes(sent);
                output.write(sent);
                if (!Arrays.equals(sent, input.readNBytes(sent.length))) {
                    throw new IllegalStateException("The echo is not what was sent");
                }
                rounds.incrementAndGet();
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            output.close();
            if (input.read() >= 0) {
                throw new IllegalStateException("The echo is longer than what was sent");
            }
            endedCleanly.incrementAndGet();
        } catch (DuplexException e) {
            resets.add(e.number());
        }
    }

    /** A transport whose every request goes to the address that is next in turn. */
    private final class Addressing implements Transport {
        private final Transport transport;
        private final Supplier<URI> address;

        Addressing(Transport transport, Supplier<URI> address) {
            this.transport = transport;
            this.address = address;
        }

        @Override
        public Call openDownload(URI uri, Map<String, String> fields, Receiver receiver) {
            return transport.openDownload(address.get(), fields, new Counting(uri, fields, receiver));
        }

        @Override
        public Call openUpload(
                URI uri, Map<String, String> fields, Flow.Publisher<ByteBuffer> body, long length, Receiver receiver) {
            return transport.openUpload(address.get(), fields, body, length, new Counting(uri, fields, receiver));
        }
    }

    /** Counts what is refused of the requests of a duplex. */
    private final class Counting implements Transport.Receiver {
        private final URI asked;
        private final boolean opens;
        private final Transport.Receiver receiver;

        Counting(URI asked, Map<String, String> fields, Transport.Receiver receiver) {
            this.asked = asked;
            opens = !fields.containsKey(HeaderNames.ID);
            this.receiver = receiver;
        }

        @Override
        public void answered(Transport.Head head) {
            if (!opens && head.status() >= 400) {
                disturbances.incrementAndGet();
            }
            receiver.answered(new Transport.Head(head.status(), asked, head.fields()));
        }

        @Override
        public void bytes(ByteBuffer bytes) {
            receiver.bytes(bytes);
        }

        @Override
        public void ended() {
            receiver.ended();
        }

        @Override
        public void failed(Throwable cause) {
            receiver.failed(cause);
        }
    }
}
