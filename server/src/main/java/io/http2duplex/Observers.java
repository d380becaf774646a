package io.http2duplex;

import java.util.function.Consumer;

/** The observer of a handler: user code, which can do no harm here. */
final class Observers {
    private final DuplexObserver observer;
    private final UserThreads threads;
    private final RateLimitedLog failures;

    Observers(DuplexObserver observer, UserThreads threads, RateLimitedLog failures) {
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
        } catch (Throwable thrown) { // user code: whatever it throws ends nothing
            failures.log(thrown, "The observer failed");
        }
    }
}
