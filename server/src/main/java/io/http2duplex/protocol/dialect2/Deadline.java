package io.http2duplex.protocol.dialect2;

import java.util.OptionalLong;

/** A time at which something is to happen, or none. */
final class Deadline {
    private boolean set;
    private long time;

    void set(long at) {
        set = true;
        time = at;
    }

    void clear() {
        set = false;
    }

    boolean isSet() {
        return set;
    }

    boolean isPast(long now) {
        return set && now - time >= 0;
    }

    /** {@return the first of those that are set; empty if none is} */
    static OptionalLong earliest(Deadline... deadlines) {
        Deadline first = null;
        for (Deadline deadline : deadlines) {
            if (deadline.set && (first == null || deadline.time - first.time < 0)) {
                first = deadline;
            }
        }
        return first == null ? OptionalLong.empty() : OptionalLong.of(first.time);
    }
}
