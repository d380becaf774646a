package io.http2duplex.internal.handler;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexCallback;
import io.http2duplex.DuplexOptions;
import io.http2duplex.internal.core.Dialect;
import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.plain.UploadKind;
import io.http2duplex.internal.handler.SimulatedExchange.Body;
import io.http2duplex.internal.handler.SimulatedExchange.Quirk;
import io.http2duplex.internal.runtime.ResumableBrowser;
import io.http2duplex.internal.runtime.TestBrowser;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/** A simulated host of a real {@link Endpoint}: its requests are {@link SimulatedExchange}s, and there is no network. */
public final class SimulatedHost implements AutoCloseable {
    /** How many bytes the buffers of a session hold with the default options. */
    public static final int BOUND = 64 * 1024;

    /** The limits that follow from the default options, except for windows, which do not grow. */
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

    private static final String IO_THREAD = "simulated I/O";

    /**
     * A client with one connection.
     *
     * @param quirks of the host that serves it
     */
    public record Client(Object connection, InetSocketAddress address, Set<Quirk> quirks) {
        public Client(Set<Quirk> quirks) {
            this(new Object(), new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), quirks);
        }

        public Client(Quirk... quirks) {
            this(Set.of(quirks));
        }
    }

    /** The options of the endpoint. */
    private static final class Options extends DuplexOptions<Options> {
        @Override
        protected Options self() {
            return this;
        }
    }

    private final ExecutorService io = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, IO_THREAD);
        thread.setDaemon(true);
        return thread;
    });
    private final Map<String, CompletableFuture<Duplex>> duplexes = new ConcurrentHashMap<>();
    private final Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();
    private final Endpoint endpoint;
    /** How many tasks of exchanges wait or run. Guarded by this. */
    private int tasks;

    /** A host whose application is the test: {@link #duplex}. */
    public SimulatedHost() {
        this(duplex -> {}, options -> {});
    }

    public SimulatedHost(DuplexCallback callback, Consumer<DuplexOptions<?>> options) {
        Options chosen = new Options().maxWindow(BOUND).oneRequest(true);
        options.accept(chosen);
        endpoint = new Endpoint(
                duplex -> {
                    duplexes.computeIfAbsent(duplex.id(), id -> new CompletableFuture<>())
                            .complete(duplex);
                    callback.onDuplex(duplex);
                },
                chosen,
                () -> Thread.currentThread().getName().equals(IO_THREAD));
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    /** {@return what tasks of exchanges have thrown} */
    public Queue<Throwable> uncaught() {
        return uncaught;
    }

    /** {@return the application's end of the duplex of that id} Waits for it. */
    public Duplex duplex(String id) throws Exception {
        return TestBrowser.get(duplexes.computeIfAbsent(id, unknown -> new CompletableFuture<>()));
    }

    // ---- requests

    private SimulatedExchange begin(
            Client client, String method, Body body, long length, int window, String... namesAndValues) {
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        if (length > 0) {
            fields.put("content-length", Long.toString(length));
        }
        SimulatedExchange exchange = new SimulatedExchange(this, client, method, fields, body, length, window);
        endpoint.exchangeBegan();
        exchange.execute(() -> endpoint.handle(exchange));
        return exchange;
    }

    /**
     * A GET.
     *
     * @param window how many bytes of the body of the response are accepted that nobody has read
     */
    public SimulatedExchange get(Client client, int window, String... namesAndValues) {
        return begin(client, "GET", max -> new byte[0], 0, window, namesAndValues);
    }

    public SimulatedExchange post(Client client, byte[] body, String... namesAndValues) {
        return begin(client, "POST", Body.of(body), body.length, 0, namesAndValues);
    }

    /** A POST whose length is not announced. */
    public SimulatedExchange stream(Client client, Body body, String... namesAndValues) {
        return begin(client, "POST", body, -1, 0, namesAndValues);
    }

    /**
     * A PUT whose length is not announced.
     *
     * @param window how many bytes of the body of the response are accepted that nobody has read
     */
    public SimulatedExchange put(Client client, Body body, int window, String... namesAndValues) {
        return begin(client, "PUT", body, -1, window, namesAndValues);
    }

    public SimulatedExchange options(Client client, String... namesAndValues) {
        return begin(client, "OPTIONS", max -> new byte[0], 0, 0, namesAndValues);
    }

    // ---- browsers

    /** Opens a duplex of that dialect. */
    public TestBrowser open(Dialect dialect, Client client) throws Exception {
        return switch (dialect) {
            case DIALECT_1 -> open(client, BOUND);
            case DIALECT_2 -> openResumable(client);
            case ONE_REQUEST -> new OneRequestClient(this, client, BOUND);
        };
    }

    public Page open(int window) throws Exception {
        return open(new Client(), window);
    }

    /** Opens a duplex of dialect 1. */
    public Page open(Client client, int window) throws Exception {
        return new Page(this, client, window);
    }

    /** Opens a duplex of dialect 2. */
    public ResumableBrowser openResumable(Client client) throws Exception {
        SimulatedExchange exchange = get(
                client,
                BOUND,
                HeaderNames.VERSION,
                HeaderNames.DIALECT_2,
                HeaderNames.LIMIT,
                Integer.toString(ResumableBrowser.WINDOW));
        return new ResumableBrowser(new Carrier(this, client, exchange, id(exchange)));
    }

    static String id(SimulatedExchange exchange) throws Exception {
        String id = exchange.await().fields().get(HeaderNames.ID);
        if (id == null) {
            throw new IOException("Refused: " + exchange.await());
        }
        return id;
    }

    /** A page that has a duplex of dialect 1. */
    public static final class Page implements TestBrowser {
        private final SimulatedHost host;
        private final Client client;
        private final SimulatedExchange exchange;
        private final String id;
        /** The application's end. */
        public final Duplex duplex;

        private Page(SimulatedHost host, Client client, int window) throws Exception {
            this.host = host;
            this.client = client;
            exchange = host.get(client, window);
            id = SimulatedHost.id(exchange);
            duplex = host.duplex(id);
            if (exchange.response().read() < 0) {
                throw new IOException("The first byte is missing");
            }
        }

        public String id() {
            return id;
        }

        @Override
        public InputStream download() {
            return exchange.response();
        }

        @Override
        public CompletableFuture<Integer> post(UploadKind kind, byte[] body) {
            return host.post(client, body, fields(kind)).answer().thenApply(SimulatedExchange.Answer::status);
        }

        /** Sends all in one streaming upload. */
        public SimulatedExchange stream(Body body) {
            return host.stream(client, body, fields(UploadKind.SINGLE));
        }

        private String[] fields(UploadKind kind) {
            return switch (kind) {
                case CHUNK -> new String[] {HeaderNames.ID, id};
                case SINGLE -> new String[] {HeaderNames.ID, id, HeaderNames.SINGLE, "true"};
                case END -> new String[] {HeaderNames.ID, id, HeaderNames.END, "true"};
                case DESTROY ->
                    new String[] {HeaderNames.ID, id, HeaderNames.END, "true", HeaderNames.DESTROYED, "true"};
            };
        }

        /** Waits until the host has done everything that it can do now. */
        public void settle() throws Exception {
            host.settle();
        }

        @Override
        public void vanish() {
            exchange.vanish();
        }

        @Override
        public void close() {
            vanish();
        }
    }

    /** A carrier of the requests of dialect 2. */
    private record Carrier(SimulatedHost host, Client client, SimulatedExchange exchange, String id)
            implements ResumableBrowser.Carrier {
        @Override
        public InputStream download() {
            return exchange.response();
        }

        @Override
        public int post(byte[] frames) throws Exception {
            return host.post(client, frames, HeaderNames.VERSION, HeaderNames.DIALECT_2, HeaderNames.ID, id)
                    .await()
                    .status();
        }

        @Override
        public void close() {
            exchange.vanish();
        }
    }

    // ---- threads

    void run(Runnable task) {
        try {
            io.execute(task);
        } catch (RejectedExecutionException e) { // the host was stopped
            ForkJoinPool.commonPool().execute(task);
        }
    }

    synchronized void taskAdded() {
        tasks++;
    }

    synchronized void taskDone() {
        tasks--;
        notifyAll();
    }

    void uncaught(Throwable thrown) {
        uncaught.add(thrown);
    }

    /** Waits until no exchange has anything to do. */
    public synchronized void settle() throws InterruptedException {
        while (tasks > 0) {
            wait();
        }
    }

    @Override
    public void close() {
        endpoint.stop();
        io.shutdown();
    }
}
