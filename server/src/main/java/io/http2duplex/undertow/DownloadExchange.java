package io.http2duplex.undertow;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.xnio.channels.StreamSinkChannel;

/**
 * Carries a download: the response of a GET that opens a duplex or resumes one ({@code protocol.md}, sections "Opening"
 * and "Attached and detached"). This is the head of the response; {@link DownloadBody} carries the bytes.
 */
public final class DownloadExchange {
    // Each of these would be a part of every idle duplex if it were not shared.
    private static final HttpString EXPOSE_HEADERS = new HttpString("Access-Control-Expose-Headers");
    private static final HttpString BUFFERING = new HttpString("X-Accel-Buffering");
    private static final HttpString TYPE_OPTIONS = new HttpString("X-Content-Type-Options");

    private final HandledExchange handled;

    private volatile @Nullable DownloadBody body;

    public DownloadExchange(HandledExchange handled) {
        this.handled = handled;
    }

    /**
     * Sends the head of the response and begins to carry. Called once, on the exchange's I/O thread.
     *
     * @param fields the protocol's header fields of the response
     * @param exposed their names: pages of other origins may read them
     */
    public void start(DownloadSource source, Map<HttpString, String> fields, String exposed) {
        HttpServerExchange exchange = handled.undertow();
        exchange.setStatusCode(StatusCodes.OK);
        fields.forEach(exchange.getResponseHeaders()::put);
        exchange.getResponseHeaders()
                .put(EXPOSE_HEADERS, exposed)
                .put(Headers.CONTENT_TYPE, "application/octet-stream")
                // Not no-store, with which Chromium's tools show every download that ended as a failed request.
                .put(Headers.CACHE_CONTROL, "private, no-cache, max-age=0, must-revalidate, no-transform")
                // Named so that neither Undertow's EncodingHandler nor a proxy holds bytes back in a compressor.
                .put(Headers.CONTENT_ENCODING, "identity")
                .put(BUFFERING, "no")
                .put(TYPE_OPTIONS, "nosniff");
        StreamSinkChannel response = exchange.getResponseChannel();
        if (response == null) {
            source.lost(new IOException("Another handler has already begun the response"));
            return;
        }
        DownloadBody begun = new DownloadBody(handled, response, source);
        body = begun;
        begun.start();
    }

    /** Has the carrier look at its source again; before {@link #start}, does nothing. May be called on any thread. */
    public void wake() {
        DownloadBody begun = body;
        if (begun != null) {
            begun.wake();
        }
    }
}
