package io.http2duplex;

import io.http2duplex.protocol.Failure;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What takes bytes for the page (Reactive Streams 1.0.4). It requests one buffer at a time, and the next only when the
 * duplex has room, so that at most one buffer is over the bound.
 *
 * <p>Its upstream is asked from {@code drain} alone, which runs once at a time (rule 2.7): a counter of wake-ups makes
 * the thread that is in it go round again, so that room that comes while it looks is not overlooked.
 */
final class OutputSubscriber implements Flow.Subscriber<ByteBuffer> {
    private final SessionDuplex<?> duplex;
    private final AtomicReference<Flow.@Nullable Subscription> upstream = new AtomicReference<>();
    /** Wake-ups not yet seen by {@link #drain}. */
    private final AtomicInteger wakeUps = new AtomicInteger();
    /** Whether everything requested has come. */
    private volatile boolean ready = true;
    /** Whether the upstream has ended or was cancelled, so that it must not be asked any more. */
    private volatile boolean done;

    OutputSubscriber(SessionDuplex<?> duplex) {
        this.duplex = duplex;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        if (!upstream.compareAndSet(null, Objects.requireNonNull(subscription, "subscription"))) {
            subscription.cancel();
            return;
        }
        drainUnlessRunning(subscription);
    }

    @Override
    public void onNext(ByteBuffer bytes) {
        duplex.writeAll(Objects.requireNonNull(bytes, "bytes"));
        ready = true;
        Flow.Subscription subscription = upstream.get();
        if (subscription != null) {
            drainUnlessRunning(subscription);
        }
    }

    @Override
    public void onError(Throwable thrown) {
        Objects.requireNonNull(thrown, "thrown");
        done = true;
        if (thrown instanceof DuplexException failed) {
            // The failure of a duplex that is piped into this one: it is passed on, and no fault of the application.
            duplex.reset(new Failure(failed.code(), failed.number(), String.valueOf(failed.getMessage()), failed));
        } else {
            duplex.handlerFailed(thrown);
        }
    }

    @Override
    public void onComplete() {
        done = true;
        duplex.end();
    }

    /** There may be room again, or the output may be over. */
    void wake() {
        Flow.Subscription subscription = upstream.get();
        if (subscription == null || done) {
            return;
        }
        if (InputPublisher.isOwn(subscription)) {
            drainUnlessRunning(subscription);
        } else if (wakeUps.getAndIncrement() == 0) {
            duplex.execute(() -> drain(subscription)); // a subscription is user code
        }
    }

    private void drainUnlessRunning(Flow.Subscription subscription) {
        if (wakeUps.getAndIncrement() == 0) {
            drain(subscription);
        }
    }

    private void drain(Flow.Subscription subscription) {
        int seen = wakeUps.get();
        do {
            if (!done) {
                ask(subscription);
            }
            seen = wakeUps.addAndGet(-seen);
        } while (seen != 0);
    }

    private void ask(Flow.Subscription subscription) {
        try {
            int room = duplex.outputRoom();
            if (room < 0) {
                done = true;
                subscription.cancel();
            } else if (room > 0 && ready) {
                ready = false;
                subscription.request(1);
            }
        } catch (RuntimeException | Error e) {
            // A subscription must not throw (Reactive Streams 3.15, 3.16): it can't be trusted with any more.
            done = true;
            duplex.handlerFailed(e);
        }
    }
}
