package io.http2duplex.nodes;

import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * An observer of the application, whose failures end nothing: neither the thread that sends nor a connection. What
 * others have a part in, such as the names of nodes, it is given as text that may be logged: on one line, and not too
 * long.
 */
final class GuardedObserver implements BusObserver {
    private static final Logger LOG = Logger.getLogger(GuardedObserver.class);

    /** Characters that could split a line of a log, or move the cursor of a terminal. */
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");

    private static final int LONGEST = 1_000;

    private final BusObserver observer;

    GuardedObserver(BusObserver observer) {
        this.observer = observer;
    }

    @Override
    public void connected(String detail) {
        guarded(() -> observer.connected(loggable(detail)));
    }

    @Override
    public void disconnected(String detail) {
        guarded(() -> observer.disconnected(loggable(detail)));
    }

    @Override
    public void lost(long messages, String why) {
        guarded(() -> observer.lost(messages, loggable(why)));
    }

    private static String loggable(String text) {
        String line = CONTROLS.matcher(text).replaceAll("\ufffd");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
    }

    private static void guarded(Runnable call) {
        try {
            call.run();
        } catch (Throwable e) { // in Kotlin and others also a checked exception
            LOG.error("The observer of a bus failed", e);
        }
    }
}
