package io.http2duplex.internal.listener;

import java.time.Duration;

/**
 * What one HTTP/2 connection may have and do. The windows are those of uploads, in bytes.
 *
 * @param streamWindow what a stream may send at first
 * @param maxStreamWindow to what a stream's window grows while its upload is read
 * @param connectionWindow what all streams together may have sent that nobody has read
 * @param maxStreams how many streams may be open at once
 * @param maxResetsPerMinute how many streams may be reset within a minute, by either end
 * @param maxControlFramesPerMinute how many frames that carry no bytes of a stream may come within a minute
 * @param pingInterval after how long a silence the client is asked whether it is there
 * @param pingTimeout how long it may take to show that it is
 */
public record Http2Limits(
        int streamWindow,
        int maxStreamWindow,
        int connectionWindow,
        int maxStreams,
        int maxResetsPerMinute,
        int maxControlFramesPerMinute,
        Duration pingInterval,
        Duration pingTimeout) {

    /** The window that every connection begins with (RFC 9113, section 6.9.2). */
    static final int INITIAL_CONNECTION_WINDOW = 65_535;

    /**
     * @throws IllegalArgumentException if a bound is below its least, or if the windows of {@code maxStreams} streams
     *     do not fit into the connection's: then an upload that nobody reads could hold up the others
     */
    public Http2Limits {
        atLeast(1, streamWindow, "streamWindow");
        atLeast(streamWindow, maxStreamWindow, "maxStreamWindow");
        atLeast(INITIAL_CONNECTION_WINDOW, connectionWindow, "connectionWindow");
        atLeast(1, maxStreams, "maxStreams");
        atLeast(1, maxResetsPerMinute, "maxResetsPerMinute");
        atLeast(1, maxControlFramesPerMinute, "maxControlFramesPerMinute");
        positive(pingInterval, "pingInterval");
        positive(pingTimeout, "pingTimeout");
        if ((long) maxStreams * streamWindow > connectionWindow) {
            throw new IllegalArgumentException("connectionWindow is to hold the windows of " + maxStreams
                    + " streams (maxStreams) of " + streamWindow + " bytes (streamWindow), but is " + connectionWindow);
        }
    }

    static void atLeast(int least, int value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + " is to be " + least + " or more, not " + value);
        }
    }

    static void positive(Duration value, String name) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(name + " is to be longer than nothing, not " + value);
        }
    }
}
