package io.http2duplex.nodes;

import org.jboss.logging.Logger;

/** An observer of the application, whose failures end nothing: neither the thread that sends nor a connection. */
final class GuardedObserver implements BusObserver {
    private static final Logger LOG = Logger.getLogger(GuardedObserver.class);

    private final BusObserver observer;

    GuardedObserver(BusObserver observer) {
        this.observer = observer;
    }

    @Override
    public void connected(String detail) {
        guarded(() -> observer.connected(detail));
    }

    @Override
    public void disconnected(String detail) {
        guarded(() -> observer.disconnected(detail));
    }

    @Override
    public void lost(long messages, String why) {
        guarded(() -> observer.lost(messages, why));
    }

    private static void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            LOG.error("The observer of a bus failed", e);
        }
    }
}
