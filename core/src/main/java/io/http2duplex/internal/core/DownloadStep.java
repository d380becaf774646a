package io.http2duplex.internal.core;

/** What the carrier of a download is to do next. */
public enum DownloadStep {
    /** Nothing: a signal will come. */
    WAIT,
    /** Write bytes. */
    WRITE,
    /** End the response body in order. */
    END,
    /** Break the response off, so that the browser cannot take it for whole. */
    BREAK_OFF
}
