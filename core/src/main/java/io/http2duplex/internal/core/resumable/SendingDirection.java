package io.http2duplex.internal.core.resumable;

import io.http2duplex.internal.core.DirectionState;
import io.http2duplex.internal.core.EffectCollector;
import io.http2duplex.internal.core.SpareBuffers;
import io.http2duplex.internal.core.WindowSize;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The sending end of one direction, the same on both sides: it keeps what the application wrote until the peer has
 * confirmed it, and decides what is sent next.
 */
public final class SendingDirection {
    private static final long NEVER = Long.MAX_VALUE;

    private final EffectCollector effects;
    private final WindowSize capacity;
    final SpareBuffers spares;
    private final ReplayBuffer kept;

    private DirectionState state = DirectionState.OPEN;
    /** Offset up to which the peer has allowed to send. */
    private long limit;
    /** Offset of the bytes that are sent next. */
    private long next;
    /** Offset up to which frames were made of the bytes at least once: the peer may have them. */
    private long framed;
    /** Offset up to which a transport has taken the bytes at least once. */
    private long taken;

    private boolean endDue;
    private boolean endFramed;
    /** The taken offset at which the application wants to look again. */
    private long notifyOffset = NEVER;

    private boolean roomWanted;
    /** Offset up to which the application had written when it was last checked whether the buffer is used. */
    private long checked;

    public SendingDirection(WindowSize capacity, SpareBuffers spares, EffectCollector effects) {
        this.capacity = capacity;
        this.spares = spares;
        kept = new ReplayBuffer(spares);
        this.effects = effects;
    }

    /** {@return OPEN; ENDING once the application has ended; ENDED once that is confirmed} */
    public DirectionState state() {
        return state;
    }

    // ---- the application

    public int room() {
        return (int) Math.max(0, capacity.bytes() - kept());
    }

    /** {@return how many bytes are kept} */
    public long kept() {
        return kept.end() - kept.start();
    }

    /** Copies the bytes. {@return the offset behind them} */
    public long write(ByteBuffer bytes) {
        kept.add(bytes.duplicate());
        return kept.end();
    }

    public void end() {
        if (state == DirectionState.OPEN) {
            state = state.to(DirectionState.ENDING);
            endDue = true;
            effects.output(); // a writer that waits for room waits in vain
        }
    }

    /** {@return the offset up to which a transport has taken the bytes, as far as there is room behind it} */
    public long takenOffset() {
        return Math.min(Math.max(taken, kept.start()), kept.start() + Math.max(0, capacity.bytes() - 1));
    }

    public void notifyAt(long offset) {
        notifyOffset = Math.min(notifyOffset, offset);
        signalIfReached();
    }

    /** Asks for a signal when half of the buffer is free, so that a writer is not woken for every few bytes. */
    public void notifyWhenRoomy() {
        roomWanted = true;
        growIfHeldUp();
        signalIfReached();
    }

    private void signalIfReached() {
        if (takenOffset() >= notifyOffset) {
            notifyOffset = NEVER;
            effects.output();
        }
        if (roomWanted && kept() <= capacity.bytes() / 2) {
            roomWanted = false;
            effects.output();
        }
    }

    /**
     * A full buffer whose bytes are all under way, although the peer would take more, is too small. What the peer would not
     * take needs no room: a window that is large at first must not cost more of the budget than it holds.
     */
    private void growIfHeldUp() {
        if (room() == 0 && next == kept.end() && next < limit && capacity.growWithin(limit - kept.start())) {
            signalIfReached();
        }
    }

    boolean hasGrown() {
        return capacity.hasGrown();
    }

    /** Shrinks the buffer if less was written since the last call than it holds. */
    void shrinkIfUnused() {
        if (kept.end() - checked < capacity.bytes() && kept() < capacity.first()) {
            capacity.shrink();
            capacity.trim(0);
        }
        checked = kept.end();
    }

    /** {@return whether the application waits for a confirmation that the peer may hold back} */
    public boolean wantsConfirmation() {
        return (roomWanted || (notifyOffset != NEVER && notifyOffset > takenOffset()))
                && !state.isFinished()
                && next == kept.end()
                && taken == next
                && kept() > 0;
    }

    // ---- the transport

    public boolean hasNext() {
        return !state.isFinished() && (next < Math.min(kept.end(), limit) || isEndNext());
    }

    /** {@return how many bytes, and ends, may be sent now} */
    public long sendable() {
        return state.isFinished() ? 0 : Math.max(0, Math.min(kept.end(), limit) - next) + (isEndNext() ? 1 : 0);
    }

    /** {@return the offset of {@link #nextBytes}} */
    public long nextOffset() {
        return next;
    }

    /** {@return a view of the bytes to send next, which count as under way from now on; null if none may be sent} */
    @Nullable
    public ByteBuffer nextBytes() {
        return nextBytes(Long.MAX_VALUE);
    }

    /** As {@link #nextBytes()}, but not more than so many. */
    @Nullable
    public ByteBuffer nextBytes(long most) {
        ByteBuffer bytes = state.isFinished() ? null : kept.view(next, next + Math.min(most, limit - next));
        if (bytes != null) {
            next += bytes.remaining();
            framed = Math.max(framed, next);
            growIfHeldUp();
        }
        return bytes;
    }

    /** {@return whether the end must be sent now; then it counts as under way} */
    public boolean takeEnd() {
        if (!isEndNext()) {
            return false;
        }
        endDue = false;
        endFramed = true;
        return true;
    }

    /** {@return whether the end, and so every byte before it, is under way} */
    public boolean isEndUnderWay() {
        return state == DirectionState.ENDING && endFramed && !endDue;
    }

    private boolean isEndNext() {
        return endDue && state == DirectionState.ENDING && next == kept.end();
    }

    /** A transport has taken the bytes before that offset. */
    public void taken(long offset) {
        taken = Math.max(taken, offset);
        signalIfReached();
    }

    /** The peer has said, by other means than a WINDOW, that it has everything and the end, if that was ever sent. */
    public void allTaken() {
        if (endFramed && !state.isFinished()) {
            dropUntil(kept.end() + 1);
            signalIfReached();
        }
    }

    /** What was sent from that offset on may be lost: it is sent again, as far as it is not confirmed. */
    public void rewindTo(long offset) {
        next = Math.max(kept.start(), Math.min(next, offset));
        endDue = state == DirectionState.ENDING;
    }

    // ---- the peer

    /** {@return the offset up to which the peer has everything; one more with the end} */
    public long confirmed() {
        return kept.start() + (state == DirectionState.ENDED ? 1 : 0);
    }

    /** {@return how many more bytes may be sent} */
    public long window() {
        return state == DirectionState.OPEN ? Math.max(0, limit - next) : 0;
    }

    /** {@return the offset up to which a transport has taken the bytes} */
    public long sent() {
        return taken;
    }

    /** {@return whether the peer could have confirmed that} */
    boolean wasSent(long confirmed) {
        return confirmed <= framed || (endFramed && confirmed == framed + 1);
    }

    /** The peer has confirmed, and allows. */
    public void window(long confirmed, long allowed) throws ViolationException {
        if (!wasSent(confirmed)) {
            throw ViolationException.malformedFrame("A WINDOW confirms what was not sent.");
        }
        if (state.isFinished()) {
            return;
        }
        limit = Math.max(limit, allowed);
        if (confirmed > kept.start()) {
            dropUntil(confirmed);
        }
        growIfHeldUp();
        signalIfReached();
    }

    private void dropUntil(long confirmed) {
        boolean end = confirmed > kept.end();
        kept.dropUntil(end ? kept.end() : confirmed);
        next = Math.max(next, kept.start());
        taken = Math.max(taken, kept.start());
        if (end) {
            state = state.to(DirectionState.ENDED);
            capacity.release();
            spares.close();
            effects.output();
        }
    }

    /** Both directions have ended or were reset: what is kept is dropped. */
    public void reset() {
        if (!state.isFinished()) {
            state = state.to(DirectionState.RESET);
            spares.close(); // first: the client has not confirmed what is dropped next
            kept.dropUntil(kept.end());
            capacity.release();
            effects.output();
        }
    }
}
