package io.http2duplex.internal.runtime;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The context that all duplexes of an endpoint, or of a client, share.
 *
 * @param outputOption the option that bounds what the other side has not read yet, which texts name
 * @param threads the threads of user code
 * @param monitoring counters and logs
 * @param observers null if there are none
 * @param scheduler the timer of their deadlines
 * @param mustNotBlock whether the calling thread must not block, since it carries the bytes of others
 */
public record DuplexContext(
        String outputOption,
        UserThreads threads,
        Monitoring monitoring,
        @Nullable Observers observers,
        Scheduler scheduler,
        BooleanSupplier mustNotBlock) {}
