package io.http2duplex.benchmark.clients;

import io.http2duplex.Duplex;
import io.http2duplex.benchmark.Waiting;
import io.http2duplex.client.DuplexClient;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Supplier;

/**
 * How much heap of this JVM each of many duplexes takes that wait for bytes; and each download of a bare HttpClient. What was
 * opened stays open until the end, so that nothing of it is freed while other things are measured.
 */
final class IdleHeap implements AutoCloseable {
    /** On one connection. */
    private static final int TOGETHER = 100;

    private final Supplier<HttpClient> clients;
    private final URI uri;
    private final int count;
    private final List<Duplex> duplexes = new ArrayList<>();
    private final List<Flow.Subscription> downloads = new ArrayList<>();

    IdleHeap(Supplier<HttpClient> clients, int port, int count) {
        this.clients = clients;
        uri = URI.create("https://localhost:" + port + "/echo");
        this.count = count;
    }

    /** {@return bytes for each duplex, with what the HttpClients take} */
    double ofDuplexes() {
        DuplexClient client =
                DuplexClient.builder().httpClient(clients).streaming(false).build();
        long before = used();
        for (int i = 0; i < count; i += TOGETHER) {
            List<CompletableFuture<Duplex>> opening = new ArrayList<>();
            for (int j = i; j < Math.min(count, i + TOGETHER); j++) {
                opening.add(client.connectAsync(uri).toCompletableFuture());
            }
            opening.forEach(duplex -> duplexes.add(get(duplex)));
        }
        return (double) (used() - before) / count;
    }

    /** {@return bytes for each download, with nothing that uses it} */
    double ofBareDownloads() {
        long before = used();
        HttpClient client = null;
        for (int i = 0; i < count; i++) {
            if (client == null || i % TOGETHER == 0) {
                client = clients.get();
            }
            HttpRequest get = HttpRequest.newBuilder(uri)
                    .header("http2-duplex-version", "2")
                    .build();
            Idle body = new Idle();
            HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer =
                    get(client.sendAsync(get, BodyHandlers.ofPublisher()));
            answer.body().subscribe(body);
            downloads.add(get(body.subscribed));
        }
        return (double) (used() - before) / count;
    }

    @Override
    public void close() {
        duplexes.forEach(Duplex::reset);
        downloads.forEach(Flow.Subscription::cancel);
    }

    private static <T> T get(CompletableFuture<T> future) {
        return Waiting.result(future, "an idle duplex");
    }

    private static long used() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    private static final class Idle implements Flow.Subscriber<List<ByteBuffer>> {
        final CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
            subscribed.complete(subscription);
        }

        @Override
        public void onNext(List<ByteBuffer> bytes) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
    }
}
