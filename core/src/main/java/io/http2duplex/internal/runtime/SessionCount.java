package io.http2duplex.internal.runtime;

import io.http2duplex.internal.core.Effects;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Session;
import io.http2duplex.internal.core.SessionEvent;
import java.util.concurrent.TimeUnit;

/** The share of one session in its endpoint's counters. Guarded by the session's lock. */
final class SessionCount {
    private final Counters counts;
    private final long openedAt;
    private long received;
    private long sent;

    SessionCount(Counters counts) {
        this.counts = counts;
        openedAt = counts.now();
    }

    /** Called after every event. */
    void happened(Session session, Effects effects) {
        long nowReceived = session.receivedBytes();
        if (nowReceived != received) {
            counts.received(nowReceived - received);
            received = nowReceived;
        }
        long nowSent = session.sentBytes();
        if (nowSent != sent) {
            counts.sent(nowSent - sent);
            sent = nowSent;
        }
        for (SessionEvent event : effects.events()) {
            if (event instanceof SessionEvent.Resumed) {
                counts.resumed();
            }
        }
        if (effects.finished()) {
            counts.ended(session.failure(), counts.now() - openedAt);
        }
    }

    /** {@return a line for the log about a session that has ended} It repeats no text of a peer. */
    String summary(Session session) {
        Failure failure = session.failure();
        return session.dialect()
                + (failure == null
                        ? " ended cleanly"
                        : " failed with " + failure.code() + " (" + failure.number() + ")")
                + " after " + TimeUnit.NANOSECONDS.toMillis(counts.now() - openedAt) + " ms: " + received
                + " bytes up, " + sent + " bytes down";
    }
}
