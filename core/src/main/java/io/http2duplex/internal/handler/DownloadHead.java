package io.http2duplex.internal.handler;

import io.http2duplex.DownloadMode;
import io.http2duplex.internal.core.Dialect;
import io.http2duplex.internal.core.Download;
import io.http2duplex.internal.core.DownloadRequest;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.HeaderNames;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * The head of a response that carries a download (protocol, section "Opening").
 *
 * @param id the session's id
 * @param dialect the session's dialect
 * @param number the attach number of the GET that it answers; of dialect 2
 * @param way how it travels
 * @param length how many bytes its body has; {@link Download#UNKNOWN}
 */
public record DownloadHead(String id, Dialect dialect, long number, DownloadWay way, long length) {
    private static final String EXPOSED_IN_DIALECT_2 =
            String.join(", ", HeaderNames.ID, HeaderNames.VERSION, HeaderNames.ATTACH, HeaderNames.POLL);

    /** Gives each header field, as name and value, to a response of HTTP with the status 200. */
    public void forEach(BiConsumer<String, String> field) {
        field.accept(HeaderNames.ID, id);
        if (dialect == Dialect.DIALECT_2) {
            field.accept(HeaderNames.VERSION, HeaderNames.DIALECT_2);
            field.accept(HeaderNames.ATTACH, Long.toString(number));
        }
        // Pages of other origins may read these.
        field.accept(
                "Access-Control-Expose-Headers", dialect == Dialect.DIALECT_2 ? EXPOSED_IN_DIALECT_2 : HeaderNames.ID);
        field.accept(
                "Content-Type",
                way.mode() == DownloadMode.TYPED ? DownloadRequest.EVENT_STREAM : "application/octet-stream");
        // Not no-store, with which Chromium's tools show every download that ended as a failed request.
        field.accept("Cache-Control", "private, no-cache, max-age=0, must-revalidate, no-transform");
        // Named so that neither Undertow's EncodingHandler nor a proxy holds bytes back in a compressor.
        field.accept("Content-Encoding", "identity");
        field.accept("X-Accel-Buffering", "no");
        field.accept("X-Content-Type-Options", "nosniff");
        if (way.isPoll()) {
            field.accept(HeaderNames.POLL, Long.toString(TimeUnit.NANOSECONDS.toMillis(way.longest())));
            field.accept("Content-Length", Long.toString(length));
        } else {
            field.accept("Incremental", "?1"); // RFC 10036: a proxy must not hold the body back
        }
    }
}
