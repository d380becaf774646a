package io.http2duplex.attack;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The connections that are kept open, and fed in turn, until there are too many or all is over. */
final class HeldConnections implements AutoCloseable {
    private static final int MAX = 300;

    private record Entry(AttackerConnection line, Attacker.Drip drip) {}

    /** Those that nobody feeds just now. */
    private final Deque<Entry> entries = new ArrayDeque<>();

    private final Set<AttackerConnection> lines = ConcurrentHashMap.newKeySet();
    private boolean closed;

    void add(AttackerConnection line, Attacker.Drip drip) {
        lines.add(line);
        put(new Entry(line, drip));
    }

    private void put(Entry entry) {
        Entry tooMany = null;
        synchronized (this) {
            if (closed) {
                tooMany = entry;
            } else {
                entries.addLast(entry);
                if (entries.size() > MAX) {
                    tooMany = entries.removeFirst();
                }
            }
        }
        if (tooMany != null) {
            drop(tooMany);
        }
    }

    private void drop(Entry entry) {
        entry.line.close();
        lines.remove(entry.line);
    }

    /** Feeds the one that has waited for the longest, unless the server has closed it. */
    void dripOne() {
        Entry entry = take();
        if (entry == null) {
            return;
        }
        try {
            entry.drip.drip(entry.line);
            if (!entry.line.isClosed()) {
                put(entry);
                return;
            }
        } catch (IOException e) {
            // the server has had enough
        }
        drop(entry);
    }

    private synchronized @Nullable Entry take() {
        return entries.pollFirst();
    }

    /** Closes all of them, those too that a thread is feeding. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            entries.clear();
        }
        lines.forEach(AttackerConnection::close);
        lines.clear();
    }
}
