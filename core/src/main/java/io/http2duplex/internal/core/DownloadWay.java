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

    public static final DownloadWay WEBSOCKET = new DownloadWay(DownloadMode.WEBSOCKET, 0);

    public boolean isPoll() {
        return mode == DownloadMode.POLLING;
    }

    /** {@return this way if it is one of the allowed modes, else the first of those; a poll then does not wait} */
    public DownloadWay within(Set<DownloadMode> allowed) {
        if (allowed.contains(mode)) {
            return this;
        }
        return new DownloadWay(allowed.iterator().next(), 0);
    }
}
