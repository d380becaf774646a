package io.http2duplex.internal.runtime;

import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

/** What those who run a handler learn of it. */
public final class Monitoring {
    private static final Logger LOG = Logger.getLogger("io.http2duplex");

    public final Counters counts;
    /** User code that threw. */
    public final RateLimitedLog handlerFailures;

    public final RateLimitedLog observerFailures;
    /** Duplexes for whose handler the executor had no thread. */
    public final RateLimitedLog rejections;

    public Monitoring() {
        this(System::nanoTime, Scheduler.SHARED);
    }

    Monitoring(LongSupplier clock, Scheduler after) {
        counts = new Counters(clock);
        handlerFailures = new RateLimitedLog(LOG, Level.ERROR, "Handlers of duplexes failed", clock, after);
        observerFailures = new RateLimitedLog(LOG, Level.ERROR, "The observer failed", clock, after);
        rejections = new RateLimitedLog(LOG, Level.WARN, "Duplexes were refused by the executor", clock, after);
    }
}
