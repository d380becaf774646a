package io.http2duplex.benchmark.servers;

import io.http2duplex.Duplex;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A {@link Transfer} over a duplex. */
final class DuplexTransfer implements Flow.Subscriber<ByteBuffer>, Flow.Publisher<ByteBuffer>, Flow.Subscription {
    private final Transfer transfer = new Transfer();
    private final Duplex duplex;
    private Flow.@Nullable Subscriber<? super ByteBuffer> output;
    private long demand;

    private DuplexTransfer(Duplex duplex) {
        this.duplex = duplex;
    }

    static void over(Duplex duplex) {
        DuplexTransfer transfer = new DuplexTransfer(duplex);
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
        transfer.take(bytes);
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

    private void send() {
        while (demand > 0 && output != null && transfer.hasNext()) {
            demand--;
            output.onNext(transfer.next());
        }
    }
}
