package io.http2duplex.internal.core;

import java.util.List;

/**
 * The effects of calls to a session. Each is a hint to look at the session's state again, so it does no harm to act on
 * one late, twice, or out of sequence. Only the events are news, each told once.
 *
 * @param input the application has something to read, or the input has ended or failed
 * @param output the application has room to write, or the output has ended or failed
 * @param deadline the time at which the session wants {@link Session#timeIs} changed
 * @param finished the session has ended or was reset: it can be forgotten
 * @param ready wakes the carriers that must look again
 * @param events the news for an observer, oldest first
 */
public record Effects(
        boolean input,
        boolean output,
        boolean deadline,
        boolean finished,
        List<Runnable> ready,
        List<SessionEvent> events) {
    static final Effects NONE = new Effects(false, false, false, false, List.of(), List.of());

    /** {@return whether there is nothing to look at} */
    public boolean isEmpty() {
        return !input && !output && !deadline && !finished && ready.isEmpty() && events.isEmpty();
    }
}
