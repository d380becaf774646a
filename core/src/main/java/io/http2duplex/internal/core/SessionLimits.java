package io.http2duplex.internal.core;

/**
 * The limits of a session. {@code maxChunkSize} and {@code lingerNanos} are for dialect 1 alone, and those behind
 * {@code stallNanos} for dialect 2 alone, except {@code maxWindow}, which is for one request too.
 *
 * @param uploadBufferSize bytes from the browser that may wait for the application; dialect 2 and one request begin with it
 * @param downloadBufferSize bytes from the application that may wait for the browser; dialect 2 and one request begin with it
 * @param maxChunkSize the largest body of a POST that is not a single upload, in bytes
 * @param maxOpenUploads how many POSTs a session may have open at once
 * @param lingerNanos how long a session whose download has ended waits for the client's next upload
 * @param stallNanos how long a download may wait for a browser that does not read
 * @param resumeNanos how long a detached session is kept; 0: it is reset at once
 * @param heartbeatNanos how long a download may be silent before a sign of life is requested; 0: for ever
 * @param maxWindow bytes up to which the window or buffer of either direction grows; one that begins larger does not
 * @param maxDownloadLifeNanos after how long the client is asked for another download; 0: it never is
 */
public record SessionLimits(
        int uploadBufferSize,
        int downloadBufferSize,
        long maxChunkSize,
        int maxOpenUploads,
        long lingerNanos,
        long stallNanos,
        long resumeNanos,
        long heartbeatNanos,
        int maxWindow,
        long maxDownloadLifeNanos) {
    private static final long PATIENCE_WITHOUT_HEARTBEAT_NANOS = 30_000_000_000L;

    /** {@return how long to wait for a client to do what it was asked to, or to go on with what it began} */
    public long patienceNanos() {
        return heartbeatNanos > 0 ? heartbeatNanos : PATIENCE_WITHOUT_HEARTBEAT_NANOS;
    }
}
