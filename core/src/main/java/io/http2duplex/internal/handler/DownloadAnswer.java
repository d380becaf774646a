package io.http2duplex.internal.handler;

import io.http2duplex.internal.core.Dialect;
import io.http2duplex.internal.core.Download;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.runtime.GuardedDownload;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a GET that carries a download. It begins as soon as it is known how long its body is: at once, or, for a
 * poll, when the session has composed it. The session runs it, on any thread, when there is something to do.
 */
final class DownloadAnswer implements Runnable {
    private final Exchange exchange;
    private final OpenExchanges exchanges;
    private final Dialect dialect;
    private final DownloadWay way;
    private final Runnable carrier;
    /** Whether the carrier has the source. */
    private volatile boolean begun;
    // What follows is used by one task of the exchange at a time.
    /** What is carried; null until the session has accepted the GET, and when it is begun. */
    private @Nullable GuardedDownload source;

    private String id = "";

    DownloadAnswer(Exchange exchange, OpenExchanges exchanges, Dialect dialect, DownloadWay way) {
        this.exchange = exchange;
        this.exchanges = exchanges;
        this.dialect = dialect;
        this.way = way;
        carrier = exchange.waker();
    }

    /** A session of that id has accepted the GET. Called by a task of the exchange. */
    void accepted(GuardedDownload download, String id) {
        source = download;
        this.id = id;
        look();
    }

    @Override
    public void run() {
        if (begun) {
            carrier.run();
        } else {
            exchange.execute(this::look);
        }
    }

    private void look() {
        GuardedDownload waiting = source;
        if (waiting == null) {
            if (begun) { // it was begun after the session had asked for this look
                carrier.run();
            }
            return;
        }
        long length = waiting.length();
        if (exchange.isGone()) {
            source = null;
            waiting.lost(null);
        } else if (length != Download.WAITING) {
            source = null;
            begun = true;
            exchanges.download(exchange, waiting, new DownloadHead(id, dialect, way, length));
        }
    }
}
