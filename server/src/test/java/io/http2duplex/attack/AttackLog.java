package io.http2duplex.attack;

import io.http2duplex.wire.ServerLog;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks at all that is logged, with the details of this project, and keeps the warnings and errors, off the console. */
final class AttackLog extends Handler implements AutoCloseable {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{32}");

    private final Ids ids;
    private final Verdict verdict;
    private final Queue<String> warnings = new ConcurrentLinkedQueue<>();
    private final SimpleFormatter formatter = new SimpleFormatter();
    private final Logger root = Logger.getLogger("");
    private final Logger own = Logger.getLogger("io.http2duplex");
    private final Handler[] console = root.getHandlers();

    AttackLog(Ids ids, Verdict verdict) {
        this.ids = ids;
        this.verdict = verdict;
        for (Handler printing : console) {
            root.removeHandler(printing);
        }
        root.addHandler(this);
        own.setLevel(Level.FINE);
    }

    @Override
    public void publish(LogRecord logged) {
        String line = formatter.format(logged);
        Matcher tokens = ID.matcher(line);
        while (tokens.find()) {
            if (ids.contains(tokens.group())) {
                verdict.fault("The log has a session's id: " + line);
            }
        }
        if (ServerLog.isOfEarlierTests(logged) || logged.getLevel().intValue() < Level.WARNING.intValue()) {
            return;
        }
        warnings.add(line);
        if (!logged.getLevel().equals(Level.WARNING)
                && !Target.FAILURES.matcher(line).find()) {
            verdict.fault("The log has an error: " + line);
        }
    }

    /** {@return what was logged as a warning or worse} */
    Queue<String> warnings() {
        return warnings;
    }

    @Override
    public void flush() {
        // nothing is held back
    }

    /** All is logged as before. */
    @Override
    public void close() {
        own.setLevel(null);
        root.removeHandler(this);
        for (Handler printing : console) {
            root.addHandler(printing);
        }
    }
}
