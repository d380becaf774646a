package io.http2duplex.client;

import static io.http2duplex.internal.options.OptionChecks.atLeast;
import static io.http2duplex.internal.options.OptionChecks.nanos;
import static io.http2duplex.internal.options.OptionChecks.positive;
import static io.http2duplex.internal.options.OptionChecks.zeroOrMore;

import io.http2duplex.DownloadMode;
import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.DuplexObserver;
import io.http2duplex.ErrorCode;
import io.http2duplex.client.transport.Transport;
import io.http2duplex.internal.client.ClientContext;
import io.http2duplex.internal.client.JdkTransport;
import io.http2duplex.internal.client.Opening;
import io.http2duplex.internal.client.Ways;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.resumable.client.ClientLimits;
import io.http2duplex.internal.runtime.DuplexContext;
import io.http2duplex.internal.runtime.Monitoring;
import io.http2duplex.internal.runtime.Observers;
import io.http2duplex.internal.runtime.Scheduler;
import io.http2duplex.internal.runtime.UserThreads;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client that opens duplexes on a server: each is the same {@link Duplex} that the server's application has, and
 * survives the loss of its connections. It speaks dialect 2 of the protocol. Safe for use by many threads; one client is
 * enough for many duplexes and servers, and it need not be closed.
 */
public final class DuplexClient {
    /** The most of the application's bytes that one POST carries. */
    private static final int MAX_POST_BYTES = 1_000_000;

    private final ClientContext context;
    private final UserThreads threads;

    private DuplexClient(Builder builder) {
        threads = builder.executor == null ? UserThreads.standard() : UserThreads.of(builder.executor);
        Monitoring monitoring = new Monitoring();
        Observers observers =
                builder.observer == null ? null : new Observers(builder.observer, threads, monitoring.observerFailures);
        context = new ClientContext(
                builder.transport == null
                        ? new JdkTransport(builder.httpClient, builder.maxDuplexesPerConnection)
                        : builder.transport,
                builder.headers,
                new DuplexContext("window", threads, monitoring, observers, Scheduler.SHARED, () -> false),
                new ClientLimits(
                        builder.window,
                        builder.maxWindow,
                        nanos(builder.resumeTimeout),
                        MAX_POST_BYTES,
                        builder.streaming,
                        builder.downloadModes,
                        Ways.REMEMBERED_NANOS),
                new MemoryBudget(builder.memoryBudget),
                nanos(builder.openTimeout),
                new Ways(System::nanoTime));
    }

    /** Begins to build a client. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Opens a duplex, and waits for it: at most {@link Builder#openTimeout}. Not for a thread of the {@link Transport}.
     *
     * @param uri of {@code https}, or {@code http}: where the server's handler of duplexes is
     * @throws DuplexException if that fails. If an answer refused it, its cause is an {@link
     *     io.http2duplex.client.transport.AnswerException} with the status
     * @throws InterruptedIOException if the thread is interrupted; the opening is given up
     * @throws IllegalArgumentException if there can be no such request
     */
    public Duplex connect(URI uri) throws DuplexException, InterruptedIOException {
        Opening opening = Opening.begin(context, checked(uri));
        try {
            return opening.result().get();
        } catch (InterruptedException e) {
            opening.cancel();
            CompletionStage<Duplex> opened = opening.result();
            opened.thenAccept(Duplex::reset); // it may have succeeded at the same moment, and nobody gets it
            Thread.currentThread().interrupt();
            throw (InterruptedIOException)
                    new InterruptedIOException("Interrupted while opening a duplex").initCause(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof DuplexException failure) {
                throw failure;
            }
            throw new DuplexException(
                    ErrorCode.CONNECTION_LOST, ErrorCode.CONNECTION_LOST.number(), "The opening failed.", e);
        }
    }

    /**
     * Opens a duplex without waiting.
     *
     * @return completes on the executor, within {@link Builder#openTimeout}; exceptionally as {@link #connect} throws.
     *     Cancelling its {@link CompletionStage#toCompletableFuture} gives the opening up
     * @throws IllegalArgumentException if there can be no such request
     */
    public CompletionStage<Duplex> connectAsync(URI uri) {
        Opening opening = Opening.begin(context, checked(uri));
        CompletableFuture<Duplex> result = new CompletableFuture<>();
        CompletionStage<Duplex> opened = opening.result();
        opened.whenComplete((duplex, failure) -> threads.executeSurely(() -> {
            if (failure != null) {
                result.completeExceptionally(failure);
            } else if (!result.complete(duplex)) {
                duplex.reset();
            }
        }));
        CompletionStage<Duplex> given = result;
        given.whenComplete((duplex, failure) -> {
            if (result.isCancelled()) {
                opening.cancel();
            }
        });
        return result;
    }

    private static URI checked(URI uri) {
        boolean known = "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
        if (!known || uri.getHost() == null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "A duplex is opened at an https or http URI with a host and without a fragment, not at " + uri);
        }
        return uri;
    }

    /** The options of a client. Each has a default. Not for use by several threads. */
    public static final class Builder {
        private @Nullable Transport transport;
        private Supplier<HttpClient> httpClient = HttpClient::newHttpClient;
        private int maxDuplexesPerConnection = 100;
        private Supplier<Map<String, String>> headers = Map::of;
        private @Nullable Executor executor;
        private @Nullable DuplexObserver observer;
        private Duration openTimeout = Duration.ofSeconds(8);
        private Duration resumeTimeout = Duration.ZERO;
        private boolean streaming = true;
        private List<DownloadMode> downloadModes = DownloadMode.opening();
        private int window = 64 * 1024;
        private int maxWindow = 16 * 1024 * 1024;
        private long memoryBudget = Runtime.getRuntime().maxMemory() / 4;

        private Builder() {}

        /**
         * A maker of the clients that send the requests, with their TLS, proxy, authenticator and cookies: each call gives
         * another one. By default {@code HttpClient::newHttpClient}. It is called for the first request; again when the
         * requests of {@link #maxDuplexesPerConnection} are under way; and when a connection seems dead, since an HttpClient
         * would send further requests over it. Called on any thread.
         */
        public Builder httpClient(Supplier<HttpClient> value) {
            httpClient = Objects.requireNonNull(value, "httpClient");
            transport = null;
            return this;
        }

        /**
         * The most duplexes that one {@link HttpClient} carries, which has one HTTP/2 connection to a server: for others
         * the next is made, up to 100 of them. It must not be more than the server allows ({@code
         * maxSessionsPerConnection}, and half of {@code maxStreams}).
         */
        public Builder maxDuplexesPerConnection(int value) {
            maxDuplexesPerConnection = atLeast(1, value, "maxDuplexesPerConnection");
            return this;
        }

        /** A sender of the requests, in place of an {@link HttpClient}. */
        public Builder transport(Transport value) {
            transport = Objects.requireNonNull(value, "transport");
            return this;
        }

        /**
         * Header fields of every request, such as {@code Authorization}; read anew for each, so that a token may be renewed.
         * Called on any thread, and must not block. If it throws, that request has failed.
         */
        public Builder headers(Supplier<Map<String, String>> value) {
            headers = Objects.requireNonNull(value, "headers");
            return this;
        }

        /**
         * The executor of Flow signals, completions and the observer. Default: a virtual thread a task on JDK 21 and newer,
         * else a pool of up to 256 threads.
         */
        public Builder executor(Executor value) {
            executor = Objects.requireNonNull(value, "executor");
            return this;
        }

        /** An observer of all duplexes of this client: opened, attached, detached, resumed, ended. */
        public Builder observer(DuplexObserver value) {
            observer = Objects.requireNonNull(value, "observer");
            return this;
        }

        /** How long an opening may take until the first byte of its answer. Default 8 seconds. */
        public Builder openTimeout(Duration value) {
            openTimeout = positive(value, "openTimeout");
            return this;
        }

        /**
         * How long a duplex may be detached, if that is shorter than the server's own time. Default 0: as the server says.
         */
        public Builder resumeTimeout(Duration value) {
            resumeTimeout = zeroOrMore(value, "resumeTimeout");
            return this;
        }

        /** Whether one streaming POST is tried for uploads, for as long as it works. Default true. */
        public Builder streaming(boolean value) {
            streaming = value;
            return this;
        }

        /**
         * How the bytes of the server may be asked to travel, in the sequence in which that is tried. By default streaming,
         * typed, polling: the next where an opening brings nothing for 3 seconds, as it is where something on the way holds
         * responses back until they end. What has worked is remembered for 10 minutes, for all duplexes of the server. The
         * server may answer in another way.
         *
         * @throws IllegalArgumentException if there is none, one is there twice, or one is {@link DownloadMode#WEBSOCKET}
         */
        public Builder downloadModes(DownloadMode... values) {
            List<DownloadMode> modes = List.of(values);
            if (modes.isEmpty()
                    || Set.copyOf(modes).size() < modes.size()
                    || !DownloadMode.opening().containsAll(modes)) {
                throw new IllegalArgumentException("downloadModes must be one or more different ones of "
                        + DownloadMode.opening() + ", not " + modes);
            }
            downloadModes = modes;
            return this;
        }

        /** Bytes of each direction that a duplex holds at first. At least 1,024. Default 64 KiB. */
        public Builder window(int bytes) {
            window = atLeast(1024, bytes, "window");
            return this;
        }

        /** Bytes of each direction up to which the window grows with use. Default 16 MiB. */
        public Builder maxWindow(int bytes) {
            maxWindow = positive(bytes, "maxWindow");
            return this;
        }

        /**
         * Bytes that the windows of all duplexes may take together beyond their first sizes; 0: they do not grow. Default:
         * a quarter of the heap.
         */
        public Builder memoryBudget(long bytes) {
            memoryBudget = zeroOrMore(bytes, "memoryBudget");
            return this;
        }

        /** {@return a client with these options} It sends nothing before a duplex is opened. */
        public DuplexClient build() {
            return new DuplexClient(this);
        }
    }
}
