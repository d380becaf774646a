package io.http2duplex.internal.client;

import io.http2duplex.client.transport.Transport;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The transport of {@code java.net.http}. */
public final class JdkTransport implements Transport {
    private final Supplier<HttpClient> clients;
    /** Null: the next request gets a new one. Guarded by this. */
    private @Nullable HttpClient current;

    /** @param clients called again when a connection seems dead: an HttpClient would go on using it */
    public JdkTransport(Supplier<HttpClient> clients) {
        this.clients = clients;
    }

    private synchronized HttpClient client() {
        HttpClient client = current;
        if (client == null) {
            client = Objects.requireNonNull(clients.get(), "httpClient gave null");
            current = client;
        }
        return client;
    }

    /** What is under way with it goes on. */
    private synchronized void leave(HttpClient client) {
        if (current == client) {
            current = null;
        }
    }

    @Override
    public Call openDownload(URI uri, Map<String, String> fields, Receiver receiver) {
        return send(request(uri, fields).GET(), receiver);
    }

    @Override
    public Call openUpload(
            URI uri, Map<String, String> fields, Flow.Publisher<ByteBuffer> body, long length, Receiver receiver) {
        BodyPublisher publisher =
                length < 0 ? BodyPublishers.fromPublisher(body) : BodyPublishers.fromPublisher(body, length);
        return send(request(uri, fields).POST(publisher), receiver);
    }

    private static HttpRequest.Builder request(URI uri, Map<String, String> fields) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        fields.forEach(request::setHeader);
        return request;
    }

    private Call send(HttpRequest.Builder request, Receiver receiver) {
        HttpClient client = client();
        Exchange exchange = new Exchange(receiver, () -> leave(client));
        exchange.begin(client.sendAsync(request.build(), BodyHandlers.ofPublisher()));
        return exchange;
    }

    /** One request. Its response's body is always subscribed to: otherwise its stream would stay open. */
    private static final class Exchange implements Call, Flow.Subscriber<List<ByteBuffer>> {
        private final Receiver receiver;
        private final Runnable leave;
        /** Guarded by this, as all below. */
        private @Nullable CompletableFuture<?> response;

        private Flow.@Nullable Subscription body;
        private boolean aborted;

        Exchange(Receiver receiver, Runnable leave) {
            this.receiver = receiver;
            this.leave = leave;
        }

        void begin(CompletableFuture<HttpResponse<Flow.Publisher<List<ByteBuffer>>>> sent) {
            synchronized (this) {
                response = sent;
            }
            CompletionStage<HttpResponse<Flow.Publisher<List<ByteBuffer>>>> stage = sent;
            stage.whenComplete(this::answered);
        }

        private void answered(
                @Nullable HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer, @Nullable Throwable thrown) {
            if (answer == null) {
                Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
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
        }

        @Override
        public void abandon() {
            leave.run();
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
            receiver.failed(thrown);
        }

        @Override
        public void onComplete() {
            receiver.ended();
        }
    }
}
