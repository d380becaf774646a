package io.http2duplex;

import io.http2duplex.protocol.Failure;
import io.http2duplex.protocol.Session;
import io.http2duplex.protocol.SessionEvent;
import io.http2duplex.protocol.Signals;
import java.util.concurrent.TimeUnit;

/** What one session adds to the counts of its handler. */
final class SessionCount {
    private final Counts counts;
    private final long openedAt;
    private long received;
    private long sent;

    SessionCount(Counts counts) {
        this.counts = counts;
        openedAt = counts.now();
    }

    /** To be told after every event. */
    void happened(Session session, Signals signals) {
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
        if (signals.over()) {
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
