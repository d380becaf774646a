package io.http2duplex.internal.runtime;

import io.http2duplex.DuplexObserver;
import java.util.function.Consumer;

/** The caller of an endpoint's observer, whose exceptions do no harm. */
public final class Observers {
    private final DuplexObserver observer;
    private final UserThreads threads;
    private final RateLimitedLog failures;

    public Observers(DuplexObserver observer, UserThreads threads, RateLimitedLog failures) {
        this.observer = observer;
        this.threads = threads;
        this.failures = failures;
    }

    void execute(Runnable calls) {
        threads.executeSurely(calls);
    }

    void call(Consumer<DuplexObserver> call) {
        try {
            call.accept(observer);
        } catch (Throwable thrown) { // user code: nothing that it throws ends anything
            failures.log(thrown, "The observer failed");
        }
    }
}
