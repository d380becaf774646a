package io.http2duplex.nodes;

import io.http2duplex.internal.core.resumable.ClientCore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client of an echo, of dialect 2 over HTTP/1.1: duplex after duplex, until it is told to stop. It compares every byte, ends
 * a duplex cleanly when its node drains, and resumes one whose requests fail. It has a thread of its own.
 */
final class EchoClient implements AutoCloseable {
    private static final int MAX_BYTES = 20_000;
    private static final int ROUNDS_PER_DUPLEX = 20;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

    private final HttpClient http;
    private final Supplier<URI> address;
    private final boolean heedsDraining;
    private final Random random;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    final AtomicInteger rounds = new AtomicInteger();
    final AtomicInteger endedCleanly = new AtomicInteger();
    final AtomicInteger disturbances = new AtomicInteger();
    final List<String> failedOpenings = new CopyOnWriteArrayList<>();
    /** The numbers with which duplexes were reset, in sequence. */
    final List<Integer> resets = new CopyOnWriteArrayList<>();

    private volatile String route = "";
    private volatile boolean stopping;

    private EchoClient(HttpClient http, Supplier<URI> address, boolean heedsDraining, long seed) {
        this.http = http;
        this.address = address;
        this.heedsDraining = heedsDraining;
        random = new Random(seed);
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
                try (Opened duplex = open()) {
                    if (duplex != null) {
                        use(duplex);
                    }
                }
            }
            done.complete(null);
        } catch (InterruptedException | RuntimeException e) {
            done.completeExceptionally(new AssertionError("The client of a duplex on " + route + ": " + e, e));
        }
    }

    private @Nullable Opened open() throws InterruptedException {
        String failure;
        try {
            HttpResponse<Download> response = http.send(request().GET().build(), info -> new Download());
            if (response.statusCode() == 200) {
                String id = response.headers().firstValue("http2-duplex-id").orElseThrow();
                route = id.substring(id.lastIndexOf('.') + 1);
                return new Opened(id, response.body());
            }
            failure = response.statusCode() + " " + response.body().text();
        } catch (IOException e) {
            failure = e.toString();
        }
        failedOpenings.add(failure);
        LockSupport.parkNanos(PAUSE_NANOS);
        return null;
    }

    private HttpRequest.Builder request() {
        return HttpRequest.newBuilder(address.get()).timeout(ANSWER).header("http2-duplex-version", "2");
    }

    private void use(Opened duplex) throws InterruptedException {
        for (int i = 0; (!heedsDraining || i < ROUNDS_PER_DUPLEX) && !stopping && !duplex.mustEnd(); i++) {
            byte[] sent = new byte[1 + random.nextInt(MAX_BYTES)];
            random.nextBytes(sent);
            duplex.core.write(sent);
            byte[] echo = duplex.read(sent.length);
            if (duplex.core.resetNumber() == null) {
                if (!Arrays.equals(sent, echo)) {
                    throw new IllegalStateException("The echo is not what was sent");
                }
                rounds.incrementAndGet();
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        duplex.core.end();
        while (!duplex.core.isOver()) {
            duplex.step();
        }
        Integer reset = duplex.core.resetNumber();
        if (reset == null) {
            duplex.post(); // without this the server remembers the duplex for a while; it may be lost
            endedCleanly.incrementAndGet();
        } else {
            resets.add(reset);
        }
    }

    /** The body of a download, as it comes. */
    private static final class Download implements BodySubscriber<Download> {
        private static final byte[] END = {};

        private final BlockingQueue<byte[]> chunks = new LinkedBlockingQueue<>();
        private volatile @Nullable Subscription subscription;

        @Override
        public CompletionStage<Download> getBody() {
            return CompletableFuture.completedStage(this);
        }

        @Override
        public void onSubscribe(Subscription newSubscription) {
            subscription = newSubscription;
            newSubscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                byte[] bytes = new byte[buffer.remaining()];
                buffer.get(bytes);
                if (bytes.length > 0) {
                    chunks.add(bytes);
                }
            }
        }

        @Override
        public void onError(Throwable thrown) {
            chunks.add(END);
        }

        @Override
        public void onComplete() {
            chunks.add(END);
        }

        /** {@return the next bytes; null if none come in that time} */
        byte @Nullable [] next(long millis) throws InterruptedException {
            return chunks.poll(millis, TimeUnit.MILLISECONDS);
        }

        String text() throws InterruptedException {
            StringBuilder text = new StringBuilder();
            for (byte[] next = chunks.take(); next != END; next = chunks.take()) {
                text.append(new String(next, StandardCharsets.UTF_8));
            }
            return text.toString();
        }

        void cancel() {
            Subscription current = subscription;
            if (current != null) {
                current.cancel();
            }
        }
    }

    private final class Opened implements AutoCloseable {
        final ClientCore core = new ClientCore(64 * 1024);
        private final String id;
        private Download download;
        private long attempt;
        private int failedPosts;

        Opened(String id, Download download) {
            this.id = id;
            this.download = download;
        }

        boolean mustEnd() {
            return core.resetNumber() != null || (heedsDraining && core.drains() > 0);
        }

        /** {@return so many bytes, or fewer if the duplex was reset} */
        byte[] read(int count) throws InterruptedException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            while (bytes.size() < count && core.resetNumber() == null) {
                ByteBuffer next = core.poll();
                if (next == null) {
                    step();
                } else {
                    bytes.write(next.array(), next.arrayOffset() + next.position(), next.remaining());
                }
            }
            return bytes.toByteArray();
        }

        /** Posts what must be posted, and takes what comes; if the download has ended, resumes it. */
        void step() throws InterruptedException {
            boolean posted = post();
            if (core.isOver()) {
                return;
            }
            byte[] next = download.next(posted ? 1000 : 20);
            if (next == Download.END) {
                resume();
            } else if (next != null) {
                core.received(next);
            }
            failedPosts = posted ? 0 : failedPosts + 1;
            if (failedPosts > 500) {
                throw new IllegalStateException("No POST is taken");
            }
        }

        /** {@return whether all that could be sent was taken} */
        private boolean post() throws InterruptedException {
            for (byte[] body = core.nextPost(); body != null; body = core.nextPost()) {
                HttpRequest post = request()
                        .header("http2-duplex-id", id)
                        .POST(BodyPublishers.ofByteArray(body))
                        .build();
                String failure;
                try {
                    HttpResponse<String> answer = http.send(post, BodyHandlers.ofString());
                    failure = answer.statusCode() == 204 ? "" : answer.statusCode() + " " + answer.body();
                } catch (IOException e) {
                    failure = e.toString();
                }
                if (!failure.isEmpty()) {
                    disturbances.incrementAndGet();
                    core.postsLost();
                    return false;
                }
            }
            return true;
        }

        private void resume() throws InterruptedException {
            long deadline = System.nanoTime() + PATIENCE;
            while (true) {
                disturbances.incrementAndGet();
                String failure;
                try {
                    HttpRequest attach = request()
                            .header("http2-duplex-id", id)
                            .header("http2-duplex-attach", Long.toString(++attempt))
                            .header("http2-duplex-offset", Long.toString(core.downloadOffset()))
                            .header("http2-duplex-limit", Long.toString(core.downloadLimit()))
                            .GET()
                            .build();
                    HttpResponse<Download> response = http.send(attach, info -> new Download());
                    if (response.statusCode() == 200) {
                        download = response.body();
                        core.attached();
                        core.postsLost();
                        return;
                    }
                    failure = response.statusCode() + " " + response.body().text();
                } catch (IOException e) {
                    failure = e.toString();
                }
                if (failure.contains("unknown-session") || System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException("The duplex can't be resumed: " + failure);
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }

        @Override
        public void close() {
            download.cancel();
        }
    }
}
