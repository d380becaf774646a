package io.http2duplex.attack;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The sessions that attackers have opened lately: for other attackers, and to find their ids in logs. */
final class Ids {
    private static final int MAX = 10_000;
    private static final int RECENT = 200;

    /** @param path of the application that has it */
    record Opened(String id, String path, int dialect) {}

    private final Set<String> all = new LinkedHashSet<>();
    private final List<Opened> recent = new ArrayList<>();

    synchronized void add(String id, String path, int dialect) {
        all.add(id);
        recent.add(new Opened(id, path, dialect));
        if (all.size() > MAX) {
            all.remove(all.iterator().next());
        }
        if (recent.size() > RECENT) {
            recent.remove(0);
        }
    }

    synchronized boolean contains(String id) {
        return all.contains(id);
    }

    /** {@return one of those opened last; null if there is none yet} */
    synchronized @Nullable Opened any(Random random) {
        return recent.isEmpty() ? null : recent.get(random.nextInt(recent.size()));
    }
}
