package io.http2duplex.internal.core;

import io.http2duplex.DownloadMode;
import java.util.Set;

/**
 * How a client asks for a download ({@code docs/protocol.md}, section "Ways down").
 *
 * @param longest how long a poll may wait for something to carry, in nanoseconds; 0 for the other modes
 */
public record DownloadWay(DownloadMode mode, long longest) {
    public static final DownloadWay STREAMING = new DownloadWay(DownloadMode.STREAMING, 0);

    /** How long a poll waits that a client has not asked for. */
    private static final long USUAL_WAIT_NANOS = 30_000_000_000L;

    public boolean isPoll() {
        return mode == DownloadMode.POLLING;
    }

    /** {@return this way if it is one of the allowed modes, else the first of those} */
    public DownloadWay within(Set<DownloadMode> allowed) {
        if (allowed.contains(mode)) {
            return this;
        }
        DownloadMode instead = allowed.iterator().next();
        return new DownloadWay(instead, instead == DownloadMode.POLLING ? USUAL_WAIT_NANOS : 0);
    }
}
