package io.http2duplex.internal.core;

import java.util.List;

/**
 * What the calls to a session made worth looking at. Each is a hint to look at the session's state again, so it does no
 * harm to act on one late, twice, or in another order than another thread acts on its own. Only the events are news,
 * each told once.
 *
 * @param input the application has something to read, or the input has ended or failed
 * @param output the application has room to write, or the output has ended or failed
 * @param deadline the time at which the session wants {@link Session#timeIs} changed
 * @param over the session is over: it is to be forgotten
 * @param ready wakes the carriers that have to look again: what they were told to wait for may have come
 * @param events what an observer is told, oldest first
 */
public record Effects(
        boolean input,
        boolean output,
        boolean deadline,
        boolean over,
        List<Runnable> ready,
        List<SessionEvent> events) {
    static final Effects NONE = new Effects(false, false, false, false, List.of(), List.of());

    /** {@return whether there is nothing to look at} */
    public boolean isEmpty() {
        return !input && !output && !deadline && !over && ready.isEmpty() && events.isEmpty();
    }
}
