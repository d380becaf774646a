package io.http2duplex;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** The observer of a handler: user code, which can do no harm here. */
final class Observers {
    private static final Logger LOG = Logger.getLogger(DuplexHandler.class);

    private final DuplexObserver observer;
    private final UserThreads threads;
    private final AtomicBoolean failed = new AtomicBoolean();

    Observers(DuplexObserver observer, UserThreads threads) {
        this.observer = observer;
        this.threads = threads;
    }

    void execute(Runnable calls) {
        threads.executeSurely(calls);
    }

    void call(Consumer<DuplexObserver> call) {
        try {
            call.accept(observer);
        } catch (Throwable thrown) { // user code: whatever it throws ends nothing
            LOG.logf(
                    failed.compareAndSet(false, true) ? Logger.Level.ERROR : Logger.Level.DEBUG,
                    thrown,
                    "The observer failed; further failures of it are logged at level DEBUG");
        }
    }
}
