package io.http2duplex.internal.listener;

import java.time.Duration;

/**
 * The limits of one HTTP/2 connection. The windows are for uploads, in bytes.
 *
 * @param streamWindow the initial window of a stream
 * @param maxStreamWindow the largest window of a stream, while its upload is read
 * @param connectionWindow the bound on the unread bytes of all streams together
 * @param maxUnreadUploads the bound on the unread bytes of the uploads of all connections of the port, in bytes; those of
 *     one address may have a quarter
 * @param maxStreams how many streams may be open at once
 * @param maxResetsPerMinute how many streams may be reset within a minute, by either end
 * @param maxControlFramesPerMinute how many frames without bytes of a stream may come within a minute
 * @param pingInterval the silence after which a client gets a PING
 * @param pingTimeout how long a sign of life may then take
 */
public record Http2Limits(
        int streamWindow,
        int maxStreamWindow,
        int connectionWindow,
        long maxUnreadUploads,
        int maxStreams,
        int maxResetsPerMinute,
        int maxControlFramesPerMinute,
        Duration pingInterval,
        Duration pingTimeout) {

    /** The window that every connection begins with (RFC 9113, section 6.9.2). */
    public static final int INITIAL_CONNECTION_WINDOW = 65_535;
}
