package io.http2duplex.protocol;

/**
 * The bounds of a session.
 *
 * @param uploadBufferSize bytes from the browser that may wait for the application
 * @param downloadBufferSize bytes from the application that may wait for the browser
 * @param maxChunkSize the largest body of a POST that is not a single upload, in bytes
 * @param maxOpenUploads how many POSTs a session may have open at once
 * @param lingerNanos how long a session whose download has ended waits for the client's next upload
 * @param stallNanos how long a download may wait for a browser that does not read
 */
public record Limits(
        int uploadBufferSize,
        int downloadBufferSize,
        long maxChunkSize,
        int maxOpenUploads,
        long lingerNanos,
        long stallNanos) {}
