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
    private record Get(Exchange exchange, OpenExchanges exchanges, Dialect dialect, long number, DownloadWay way) {}

    /** A session has accepted the GET. */
    private record Accepted(GuardedDownload source, String id) {}

    private final Runnable carrier;
    /** What is answered; null once the carrier has the source: the session holds this for as long as the download. */
    private volatile @Nullable Get get;
    /** What is carried; null until there is something, and when it is begun. For one task of the exchange at a time. */
    private @Nullable Accepted accepted;

    /** @param number the attach number of the GET; 0 if it has none */
    DownloadAnswer(Exchange exchange, OpenExchanges exchanges, Dialect dialect, long number, DownloadWay way) {
        get = new Get(exchange, exchanges, dialect, number, way);
        carrier = exchange.waker();
    }

    /** A session of that id has accepted the GET. Called by a task of the exchange. */
    void accepted(GuardedDownload download, String id) {
        accepted = new Accepted(download, id);
        look();
    }

    @Override
    public void run() {
        Get waiting = get;
        if (waiting == null) {
            carrier.run();
        } else {
            waiting.exchange.execute(this::look);
        }
    }

    private void look() {
        Get waiting = get;
        Accepted next = accepted;
        if (waiting == null) { // it was begun after the session had asked for this look
            carrier.run();
        } else if (next != null) {
            begin(waiting, next.source, next.id);
        }
    }

    private void begin(Get waiting, GuardedDownload source, String id) {
        long length = source.length();
        if (waiting.exchange.isGone()) {
            accepted = null;
            source.lost(null);
        } else if (length != Download.WAITING) {
            accepted = null;
            get = null;
            waiting.exchanges.download(
                    waiting.exchange,
                    source,
                    new DownloadHead(id, waiting.dialect, waiting.number, waiting.way, length));
        }
    }
}
