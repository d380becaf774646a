package io.http2duplex.internal.handler;

import io.http2duplex.internal.core.HeaderNames;
import java.util.function.BiConsumer;

/**
 * The head of a response that carries a download (protocol, section "Opening").
 *
 * @param id the session's id
 * @param dialect the session's dialect, 1 or 2
 */
public record DownloadHead(String id, int dialect) {
    private static final String EXPOSED_IN_DIALECT_2 = HeaderNames.ID + ", " + HeaderNames.VERSION;

    /** Gives each header field, as name and value, to a response of HTTP with the status 200. */
    public void forEach(BiConsumer<String, String> field) {
        field.accept(HeaderNames.ID, id);
        if (dialect == 2) {
            field.accept(HeaderNames.VERSION, HeaderNames.DIALECT_2);
        }
        // Pages of other origins may read these.
        field.accept("Access-Control-Expose-Headers", dialect == 2 ? EXPOSED_IN_DIALECT_2 : HeaderNames.ID);
        field.accept("Content-Type", "application/octet-stream");
        // Not no-store, with which Chromium's tools show every download that ended as a failed request.
        field.accept("Cache-Control", "private, no-cache, max-age=0, must-revalidate, no-transform");
        // Named so that neither Undertow's EncodingHandler nor a proxy holds bytes back in a compressor.
        field.accept("Content-Encoding", "identity");
        field.accept("X-Accel-Buffering", "no");
        field.accept("X-Content-Type-Options", "nosniff");
    }
}
