package io.http2duplex.internal.runtime;

import io.http2duplex.DuplexException;
import io.http2duplex.internal.core.Failure;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber that takes bytes for the page (Reactive Streams 1.0.4). It requests one buffer at a time, and the next
 * only when the duplex has room, so that at most one buffer is beyond the bound.
 *
 * <p>Its upstream is asked by one thread at a time (rule 2.7), as {@link DrainLoop} has it.
 */
final class OutputSubscriber extends DrainLoop implements Flow.Subscriber<ByteBuffer> {
    private final FacedDuplex<?> duplex;
    /** Set once, under this object's lock. */
    private volatile Flow.@Nullable Subscription upstream;
    /** Whether everything requested has come. */
    private volatile boolean ready = true;
    /** Whether the upstream has ended or was cancelled, so that it must not be asked any more. */
    private volatile boolean done;

    OutputSubscriber(FacedDuplex<?> duplex) {
        super(0);
        this.duplex = duplex;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        if (begins(Objects.requireNonNull(subscription, "subscription"))) {
            drainUnlessRunning();
        } else {
            subscription.cancel();
        }
    }

    private synchronized boolean begins(Flow.Subscription subscription) {
        if (upstream != null) {
            return false;
        }
        upstream = subscription;
        return true;
    }

    @Override
    public void onNext(ByteBuffer bytes) {
        duplex.writeAll(Objects.requireNonNull(bytes, "bytes"));
        ready = true;
        drainUnlessRunning();
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

    /** There may be room again, or the output may have ended. */
    void wake() {
        Flow.Subscription subscription = upstream;
        if (subscription == null || done) {
            return;
        }
        if (InputPublisher.isOwn(subscription)) {
            drainUnlessRunning();
        } else if (wakeUp()) {
            duplex.execute(this::drain); // a subscription is user code
        }
    }

    private void drainUnlessRunning() {
        if (wakeUp()) {
            drain();
        }
    }

    @Override
    protected void round() {
        Flow.Subscription subscription = upstream;
        if (subscription != null && !done) {
            ask(subscription);
        }
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
        } catch (Throwable e) { // in Kotlin and others also a checked exception
            // A subscription must not throw (Reactive Streams 3.15, 3.16): it can't be trusted with any more.
            done = true;
            duplex.handlerFailed(e);
        }
    }
}
