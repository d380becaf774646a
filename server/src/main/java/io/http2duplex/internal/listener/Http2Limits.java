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
    public static final int INITIAL_CONNECTION_WINDOW = 65_535;
}
