package io.http2duplex.internal.runtime;

import io.http2duplex.internal.core.Effects;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Session;
import io.http2duplex.internal.core.SessionEvent;
import java.util.concurrent.TimeUnit;

/** What one session adds to the counts of its handler. */
final class SessionCount {
    private final Counters counts;
    private final long openedAt;
    private long received;
    private long sent;

    SessionCount(Counters counts) {
        this.counts = counts;
        openedAt = counts.now();
    }

    /** To be told after every event. */
    void happened(Session session, Effects signals) {
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
        for (SessionEvent event : signals.events()) {
            if (event instanceof SessionEvent.Resumed) {
                counts.resumed();
            }
        }
        if (signals.finished()) {
            counts.ended(session.failure(), counts.now() - openedAt);
        }
    }

    /** {@return what the log tells of a session that is over} A peer's own words are not in it. */
    String summary(Session session) {
        Failure failure = session.failure();
        return "of dialect " + session.dialect()
                + (failure == null
                        ? " ended in order"
                        : " failed with " + failure.code() + " (" + failure.number() + ")")
                + " after " + TimeUnit.NANOSECONDS.toMillis(counts.now() - openedAt) + " ms: " + received
                + " bytes up, " + sent + " bytes down";
    }
}
