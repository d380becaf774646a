package io.http2duplex.internal.client;

import io.http2duplex.DownloadMode;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The ways down that have worked where earlier ones did not, by origin. For use by many threads. */
public final class Ways {
    /** How long one is remembered, and until a session that has left its first way tries that again. */
    public static final long REMEMBERED_NANOS = TimeUnit.MINUTES.toNanos(10);
    /** How many origins are remembered. */
    private static final int MAX_ORIGINS = 1_000;

    private record Known(DownloadMode mode, long until) {}

    private final LongSupplier clock;
    /** Guarded by this. */
    private final Map<String, Known> known = new LinkedHashMap<>();

    /** @param clock in nanoseconds */
    public Ways(LongSupplier clock) {
        this.clock = clock;
    }

    /** {@return the way that has worked; null if none is remembered} */
    synchronized @Nullable DownloadMode to(URI uri) {
        Known found = known.get(origin(uri));
        return found == null || found.until - clock.getAsLong() < 0 ? null : found.mode;
    }

    synchronized void remember(URI uri, DownloadMode mode) {
        String origin = origin(uri);
        known.remove(origin); // it becomes the last in turn
        known.put(origin, new Known(mode, clock.getAsLong() + REMEMBERED_NANOS));
        if (known.size() > MAX_ORIGINS) {
            known.remove(known.keySet().iterator().next());
        }
    }

    private static String origin(URI uri) {
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }
}
