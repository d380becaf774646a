package io.http2duplex.benchmark.servers;

import io.http2duplex.Duplex;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A {@link Service} over a duplex. */
final class DuplexTransfer implements Flow.Subscriber<ByteBuffer>, Flow.Publisher<ByteBuffer>, Flow.Subscription {
    private final Service service;
    private final Duplex duplex;
    private Flow.@Nullable Subscriber<? super ByteBuffer> output;
    private long demand;

    private DuplexTransfer(Duplex duplex, String path) {
        this.duplex = duplex;
        service = Service.of(path, this::send);
    }

    static void over(Duplex duplex) {
        over(duplex, "/transfer");
    }

    /** Has numbered messages sent over it. */
    static void numbered(Duplex duplex) {
        over(duplex, "/numbered");
    }

    private static void over(Duplex duplex, String path) {
        DuplexTransfer transfer = new DuplexTransfer(duplex, path);
        transfer.subscribe(duplex.output());
        duplex.input().subscribe(transfer);
    }

    // ---- what comes

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public synchronized void onNext(ByteBuffer bytes) {
        service.take(bytes);
        send();
    }

    @Override
    public void onError(Throwable failure) {
        // The page closes the duplex when it has what it wants.
    }

    @Override
    public void onComplete() {
        duplex.end();
    }

    // ---- what goes

    @Override
    public synchronized void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        output = subscriber;
        subscriber.onSubscribe(this);
    }

    @Override
    public synchronized void request(long count) {
        demand += count;
        if (demand < 0) {
            demand = Long.MAX_VALUE;
        }
        send();
    }

    @Override
    public synchronized void cancel() {
        demand = 0;
    }

    private synchronized void send() {
        while (demand > 0 && output != null && service.hasNext()) {
            demand--;
            output.onNext(service.next());
        }
    }
}
