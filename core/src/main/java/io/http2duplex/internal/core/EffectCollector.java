package io.http2duplex.internal.core;

import java.util.ArrayList;
import java.util.List;

/** A collector of the {@link Effects} of the calls to one session, until {@link #take}. */
public final class EffectCollector {
    private boolean input;
    private boolean output;
    private boolean deadline;
    private boolean finished;
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

    public void finished() {
        finished = true;
    }

    /** A carrier must look again; this wakes it. */
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

    /** {@return what was noted since the last call} */
    public Effects take() {
        if (!input && !output && !deadline && !finished && ready.isEmpty() && events.isEmpty()) {
            return Effects.NONE;
        }
        Effects taken = new Effects(input, output, deadline, finished, ready, events);
        input = false;
        output = false;
        deadline = false;
        finished = false;
        ready = List.of();
        events = List.of();
        return taken;
    }
}
