package io.http2duplex.internal.core;

import java.util.ArrayList;
import java.util.List;

/** Where the parts of a session note what has become worth looking at, until {@link #take}. */
public final class EffectCollector {
    private boolean input;
    private boolean output;
    private boolean deadline;
    private boolean over;
    private List<Runnable> ready = List.of();
    private List<SessionEvent> events = List.of();

    public void input() {
        input = true;
    }

    public void output() {
        output = true;
    }

    public void deadline() {
        deadline = true;
    }

    public void over() {
        over = true;
    }

    /** A carrier is to look again; this is what wakes it. */
    public void ready(Runnable carrier) {
        if (ready.isEmpty()) {
            ready = new ArrayList<>(2);
        }
        ready.add(carrier);
    }

    public void event(SessionEvent event) {
        if (events.isEmpty()) {
            events = new ArrayList<>(2);
        }
        events.add(event);
    }

    private boolean isEmpty() {
        return !input && !output && !deadline && !over && ready.isEmpty() && events.isEmpty();
    }

    /** {@return what was noted since the last call} */
    public Effects take() {
        if (isEmpty()) {
            return Effects.NONE;
        }
        Effects signals = new Effects(input, output, deadline, over, ready, events);
        input = false;
        output = false;
        deadline = false;
        over = false;
        ready = List.of();
        events = List.of();
        return signals;
    }
}
