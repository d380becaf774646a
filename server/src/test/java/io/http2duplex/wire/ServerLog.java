package io.http2duplex.wire;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * Keeps what is logged as a warning or worse, and keeps it off the console. Undertow, XNIO and this library log through
 * JBoss Logging to the JDK.
 */
public final class ServerLog implements AutoCloseable {
    private final Queue<LogRecord> records = new ConcurrentLinkedQueue<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord logged) {
            if (logged.getLevel().intValue() >= Level.WARNING.intValue() && !isOfEarlierTests(logged)) {
                records.add(logged);
            }
        }

        @Override
        public void flush() {
            // nothing is held back
        }

        @Override
        public void close() {
            // holds nothing
        }
    };

    private final Logger root = Logger.getLogger("");
    private final Handler[] console = root.getHandlers();

    ServerLog() {
        for (Handler printing : console) {
            root.removeHandler(printing);
        }
        root.addHandler(handler);
    }

    /**
     * {@return whether a line may be about what an earlier test did} How many lines were left out is told up to a minute
     * later. A check of the log for failures has seen the first ten of them as they happened.
     */
    public static boolean isOfEarlierTests(LogRecord logged) {
        return String.valueOf(logged.getMessage()).endsWith("more in the last 60 seconds; level DEBUG has them all");
    }

    List<String> warnings() {
        return records.stream().map(new SimpleFormatter()::format).toList();
    }

    @Override
    public void close() {
        root.removeHandler(handler);
        for (Handler printing : console) {
            root.addHandler(printing);
        }
    }
}
