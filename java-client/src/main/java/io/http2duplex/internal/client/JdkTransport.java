package io.http2duplex.internal.client;

import io.http2duplex.client.transport.Transport;
import io.http2duplex.internal.runtime.Scheduler;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The transport of {@code java.net.http}. An HttpClient has one HTTP/2 connection to a server, whose streams are bounded: so
 * there are as many clients as the requests under way need.
 */
public final class JdkTransport implements Transport {
    /** The most clients: further requests go by the one that has the fewest, and the server tells if that is too many. */
    static final int MAX_CLIENTS = 100;
    /**
     * How long other requests wait for the first one of a client, which may take some round trips of a slow network. Those
     * that begin before there is an HTTP/2 connection get one each.
     */
    private static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Supplier<HttpClient> clients;
    private final int maxDuplexes;
    /** In the sequence in which they were made: the first one with room is used. Guarded by this, with their counts. */
    private final List<Pooled> pool = new ArrayList<>(1);

    /** A client, and how many requests of each kind are under way with it. */
    private static final class Pooled {
        /** The client, once its first request was answered, or has failed, or took too long. A failure: there is no client. */
        final CompletableFuture<HttpClient> ready = new CompletableFuture<>();

        boolean begun;
        int downloads;
        int uploads;

        int count(boolean download) {
            return download ? downloads : uploads;
        }

        void add(boolean download, int more) {
            if (download) {
                downloads += more;
            } else {
                uploads += more;
            }
        }
    }

    /**
     * @param clients called when no client has room, and when a connection seems dead: an HttpClient would go on using it.
     *     It is called with no lock held, by the thread that opens the first request of the client
     * @param maxDuplexes how many downloads, and how many uploads, one client may have under way
     */
    public JdkTransport(Supplier<HttpClient> clients, int maxDuplexes) {
        this.clients = clients;
        this.maxDuplexes = maxDuplexes;
    }

    private synchronized Pooled take(boolean download) {
        Pooled taken = null;
        for (Pooled one : pool) {
            if (taken == null || one.count(download) < taken.count(download)) {
                taken = one;
            }
            if (one.count(download) < maxDuplexes) {
                taken = one;
                break;
            }
        }
        if (taken == null || (taken.count(download) >= maxDuplexes && pool.size() < MAX_CLIENTS)) {
            taken = new Pooled();
            pool.add(taken);
        }
        taken.add(download, 1);
        return taken;
    }

    /** A request has ended. The first client stays, so that the next request finds its connection. */
    private synchronized void giveBack(Pooled used, boolean download) {
        used.add(download, -1);
        if (used.downloads + used.uploads == 0 && pool.indexOf(used) > 0) {
            pool.remove(used);
        }
    }

    /** What is under way with it goes on. */
    private synchronized void leave(Pooled used) {
        pool.remove(used);
    }

    @Override
    public Call openDownload(URI uri, Map<String, String> fields, Receiver receiver) {
        return send(request(uri, fields).GET(), true, receiver);
    }

    @Override
    public Call openUpload(
            URI uri, Map<String, String> fields, Flow.Publisher<ByteBuffer> body, long length, Receiver receiver) {
        BodyPublisher publisher =
                length < 0 ? BodyPublishers.fromPublisher(body) : BodyPublishers.fromPublisher(body, length);
        return send(request(uri, fields).POST(publisher), false, receiver);
    }

    private static HttpRequest.Builder request(URI uri, Map<String, String> fields) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        fields.forEach(request::setHeader);
        return request;
    }

    private Call send(HttpRequest.Builder request, boolean download, Receiver receiver) {
        HttpRequest built = request.build();
        Pooled used = take(download);
        Exchange exchange = new Exchange(receiver, used, download);
        if (begins(used)) {
            HttpClient client = make(used);
            exchange.send(built, client);
            Scheduler.SHARED.after(CONNECT_NANOS, () -> used.ready.complete(client));
        } else {
            CompletionStage<HttpClient> ready = used.ready;
            ready.whenComplete((client, failure) -> exchange.sendLater(built, client, failure));
        }
        return exchange;
    }

    private synchronized boolean begins(Pooled used) {
        boolean first = !used.begun;
        used.begun = true;
        return first;
    }

    /** Calls the application, which may take its time, or fail: then so do the requests that wait, and the next tries again. */
    private HttpClient make(Pooled used) {
        try {
            return Objects.requireNonNull(clients.get(), "httpClient gave null");
        } catch (Throwable e) {
            leave(used);
            used.ready.completeExceptionally(e);
            throw e;
        }
    }

    /** One request. Its response's body is always subscribed to: otherwise its stream would stay open. */
    private final class Exchange implements Call, Flow.Subscriber<List<ByteBuffer>> {
        private final Receiver receiver;
        private final Pooled used;
        private final boolean download;
        /** Guarded by this, as all below. */
        private @Nullable CompletableFuture<?> response;

        private Flow.@Nullable Subscription body;
        private boolean aborted;
        private boolean over;

        Exchange(Receiver receiver, Pooled used, boolean download) {
            this.receiver = receiver;
            this.used = used;
            this.download = download;
        }

        /** It has ended, or nobody waits for its end. */
        void over() {
            synchronized (this) {
                if (over) {
                    return;
                }
                over = true;
            }
            giveBack(used, download);
        }

        /** Sends the request when there is a connection, or tells that there is no client. */
        void sendLater(HttpRequest request, @Nullable HttpClient ready, @Nullable Throwable failure) {
            try {
                if (ready == null) {
                    over();
                    throw new IOException("There is no HttpClient", failure);
                }
                send(request, ready);
            } catch (Throwable e) {
                receiver.failed(e);
            }
        }

        void send(HttpRequest request, HttpClient client) {
            synchronized (this) {
                if (aborted) {
                    return;
                }
            }
            CompletableFuture<HttpResponse<Flow.Publisher<List<ByteBuffer>>>> sent;
            try {
                sent = client.sendAsync(request, BodyHandlers.ofPublisher());
            } catch (Throwable e) {
                used.ready.complete(client); // if it was the first, others must not wait for it
                if (e instanceof RejectedExecutionException) {
                    leave(used); // its threads have ended
                }
                over();
                throw e;
            }
            boolean refused = sent.isCompletedExceptionally();
            boolean late;
            synchronized (this) {
                response = sent;
                late = aborted;
            }
            if (late) {
                sent.cancel(true);
            }
            CompletionStage<HttpResponse<Flow.Publisher<List<ByteBuffer>>>> stage = sent;
            stage.whenComplete((answer, thrown) -> {
                used.ready.complete(client); // as above
                answered(answer, thrown, refused);
            });
        }

        /** @param refused whether the client has failed the request at once */
        private void answered(
                @Nullable HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer,
                @Nullable Throwable thrown,
                boolean refused) {
            if (answer == null) {
                Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
                if (refused && cause instanceof IOException && !(cause instanceof ConnectException)) {
                    leave(used); // it was shut down, or its thread has died: it sends nothing any more
                }
                over();
                receiver.failed(cause == null ? new IOException("The request failed") : cause);
                return;
            }
            synchronized (this) {
                response = null; // holds the request, and its body
            }
            receiver.answered(
                    new Head(answer.statusCode(), answer.uri(), answer.headers().map()));
            answer.body().subscribe(this);
        }

        @Override
        public void abort() {
            CompletableFuture<?> waiting;
            Flow.Subscription reading;
            synchronized (this) {
                aborted = true;
                waiting = response;
                reading = body;
            }
            if (waiting != null) {
                waiting.cancel(true);
            }
            if (reading != null) {
                reading.cancel();
            }
            over();
        }

        @Override
        public void abandon() {
            leave(used);
            abort();
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            boolean cancel;
            synchronized (this) {
                body = subscription;
                cancel = aborted;
            }
            if (cancel) {
                subscription.cancel();
            } else {
                subscription.request(Long.MAX_VALUE);
            }
        }

        @Override
        public void onNext(List<ByteBuffer> pieces) {
            pieces.forEach(receiver::bytes);
        }

        @Override
        public void onError(Throwable thrown) {
            over();
            receiver.failed(thrown);
        }

        @Override
        public void onComplete() {
            over();
            receiver.ended();
        }
    }
}
