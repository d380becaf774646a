package io.http2duplex.internal.runtime;

import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

/** The counters and rate-limited logs of an endpoint. */
public final class Monitoring {
    private static final Logger LOG = Logger.getLogger("io.http2duplex");

    public final Counters counts;
    /** Exceptions of user code. */
    public final RateLimitedLog handlerFailures;

    public final RateLimitedLog observerFailures;
    /** Requests that could not be handled or answered, through a fault of the host or of this library. */
    public final RateLimitedLog requestFailures;
    /** Requests for which the executor had no thread. */
    public final RateLimitedLog rejections;

    public Monitoring() {
        this(System::nanoTime, Scheduler.SHARED);
    }

    Monitoring(LongSupplier clock, Scheduler scheduler) {
        counts = new Counters(clock);
        handlerFailures = new RateLimitedLog(LOG, Level.ERROR, "Handlers of duplexes failed", clock, scheduler);
        observerFailures = new RateLimitedLog(LOG, Level.ERROR, "The observer failed", clock, scheduler);
        requestFailures = new RateLimitedLog(LOG, Level.ERROR, "Requests could not be handled", clock, scheduler);
        rejections = new RateLimitedLog(
                LOG, Level.WARN, "Requests were refused since the executor had no thread", clock, scheduler);
    }
}
