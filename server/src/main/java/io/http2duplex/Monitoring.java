package io.http2duplex;

import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

/** What those who run a handler learn of it. */
final class Monitoring {
    private static final Logger LOG = Logger.getLogger(DuplexHandler.class);

    final Counts counts;
    /** User code that threw. */
    final RateLimitedLog handlerFailures;

    final RateLimitedLog observerFailures;
    /** Duplexes for whose handler the executor had no thread. */
    final RateLimitedLog rejections;

    Monitoring() {
        this(System::nanoTime, After.TIMER);
    }

    Monitoring(LongSupplier clock, After after) {
        counts = new Counts(clock);
        handlerFailures = new RateLimitedLog(LOG, Level.ERROR, "Handlers of duplexes failed", clock, after);
        observerFailures = new RateLimitedLog(LOG, Level.ERROR, "The observer failed", clock, after);
        rejections = new RateLimitedLog(LOG, Level.WARN, "Duplexes were refused by the executor", clock, after);
    }
}
