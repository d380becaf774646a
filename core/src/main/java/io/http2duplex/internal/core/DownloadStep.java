package io.http2duplex.internal.core;

/** The next step of the carrier of a download. */
public enum DownloadStep {
    /** Nothing: it will be woken. */
    WAIT,
    /** Write bytes. */
    WRITE,
    /** End the response body cleanly. */
    END,
    /** Break the response off, so that the browser cannot treat it as whole. */
    BREAK_OFF
}
