package io.http2duplex.internal.core.resumable;

import io.http2duplex.internal.core.Deadline;

/** Signs of life ({@code protocol.md}, section "Signs of life"), while a session is attached. Times in nanoseconds. */
final class Heartbeat {
    private final long interval;
    private long sentAt;
    private long receivedAt;
    /** When the peer was asked for a sign of life that is still missing. */
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

    /** A transport that took nothing takes bytes again: what asks for a sign of life is on its way behind them. */
    void unblocked(long now) {
        askedAt = now;
        update();
    }

    /** The peer is being asked. */
    void ask(long now) {
        asked = true;
        askedAt = now;
        update();
    }

    boolean isPingDue(long now) {
        return interval > 0 && !asked && (now - sentAt >= interval || now - receivedAt >= interval);
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
