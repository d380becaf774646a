package io.http2duplex.internal.core.resumable;

import io.http2duplex.internal.core.Deadline;

/** A watch over the signs of life of an attached session ({@code protocol.md}, section "Signs of life"), in nanoseconds. */
final class Heartbeat {
    private final long interval;
    private long sentAt;
    private long receivedAt;
    /** When the peer was asked for a sign of life, if it {@link #asked} is. */
    private long askedAt;

    private boolean asked;
    private long deadline = Deadline.NONE;

    /** @param interval how long silence may last; 0: for ever */
    Heartbeat(long interval) {
        this.interval = interval;
    }

    /** {@return when {@link #isPingDue} or {@link #isDead} may have changed; {@link Deadline#NONE}: they will not} */
    long deadline() {
        return deadline;
    }

    void begin(long now) {
        sentAt = now;
        received(now);
    }

    void stop() {
        asked = false;
        deadline = Deadline.NONE;
    }

    void sent(long now) {
        sentAt = now;
        update();
    }

    void received(long now) {
        receivedAt = now;
        asked = false;
        update();
    }

    /** A transport that took nothing takes bytes again: the PING is on its way behind them. */
    void unblocked(long now) {
        askedAt = now;
        update();
    }

    /** A PING is due to the peer. */
    void ask(long now) {
        asked = true;
        askedAt = now;
        update();
    }

    boolean isPingDue(long now) {
        return deadline != Deadline.NONE && !asked && (now - sentAt >= interval || now - receivedAt >= interval);
    }

    boolean isDead(long now) {
        return asked && now - askedAt >= interval;
    }

    private void update() {
        if (interval > 0) {
            long since = asked ? askedAt : sentAt - receivedAt < 0 ? sentAt : receivedAt;
            deadline = since + interval;
        }
    }
}
