package io.http2duplex.nodes;

import org.jboss.logging.Logger;

/** An observer that writes what it is told to the log. */
final class LoggingObserver implements BusObserver {
    private static final Logger LOG = Logger.getLogger(LoggingObserver.class);

    @Override
    public void connected(String detail) {
        LOG.infof("The bus is connected: %s", detail);
    }

    @Override
    public void disconnected(String detail) {
        LOG.warnf("The bus is disconnected: %s", detail);
    }

    @Override
    public void lost(long messages, String why) {
        LOG.warnf("%d messages were lost for other nodes: %s", messages, why);
    }
}
