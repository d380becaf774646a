package io.http2duplex.internal.core.resumable.client;

import io.http2duplex.DownloadMode;
import java.util.List;

/**
 * The limits of a session at its client.
 *
 * @param firstWindow bytes up to which the download may be sent at first, and how many of the upload are kept at first
 * @param maxWindow bytes up to which both grow
 * @param resumeNanos how long it may be detached, if that is shorter than the server's own time; 0: as the server says
 * @param maxPostBytes the most of the application's bytes that one POST carries, or one piece of a streaming one
 * @param streams whether a streaming POST is tried
 * @param downloadModes how downloads may be asked to travel, in sequence: where one brings nothing the next is tried. The
 *     server may answer in another way
 * @param lookAgainNanos how long after the first of them was left it is tried again, for the first time
 */
public record ClientLimits(
        int firstWindow,
        int maxWindow,
        long resumeNanos,
        int maxPostBytes,
        boolean streams,
        List<DownloadMode> downloadModes,
        long lookAgainNanos) {
    public ClientLimits {
        downloadModes = List.copyOf(downloadModes);
    }
}
