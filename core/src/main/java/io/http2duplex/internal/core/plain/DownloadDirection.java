package io.http2duplex.internal.core.plain;

import io.http2duplex.internal.core.ByteQueue;
import io.http2duplex.internal.core.DirectionState;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.EffectCollector;
import io.http2duplex.internal.core.SessionLimits;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Application to browser: keeps what the application wrote, within a bound, until the transport has taken it. */
final class DownloadDirection {
    private static final long NEVER = Long.MAX_VALUE;

    private final SessionLimits limits;
    private final EffectCollector effects;
    private final Runnable onReady;
    private final ByteQueue buffer = new ByteQueue();

    private DirectionState state = DirectionState.OPEN;
    /** Offset up to which the application has written. */
    private long writtenOffset;
    /** Offset up to which the transport has taken the bytes. */
    private long takenOffset;
    /** The taken offset at which the application wants to look again. */
    private long notifyOffset = NEVER;
    /** Whether the carrier found nothing to do, so that it has to be woken. */
    private boolean idle;
    /** What the carrier does after a reset. */
    private DownloadStep afterReset = DownloadStep.BREAK_OFF;

    DownloadDirection(SessionLimits limits, EffectCollector effects, Runnable onReady) {
        this.limits = limits;
        this.effects = effects;
        this.onReady = onReady;
    }

    DirectionState state() {
        return state;
    }

    // ---- the application

    int room() {
        return (int) Math.max(0, limits.downloadBufferSize() - buffer.size());
    }

    long held() {
        return buffer.size();
    }

    /** {@return the offset behind the bytes} */
    long write(ByteBuffer bytes) {
        writtenOffset += bytes.remaining();
        buffer.add(bytes);
        wake();
        return writtenOffset;
    }

    void end() {
        if (state == DirectionState.OPEN) {
            state = state.to(DirectionState.ENDING);
            effects.output(); // a writer that waits for room waits in vain
            wake();
        }
    }

    long takenOffset() {
        return takenOffset;
    }

    void notifyAt(long offset) {
        notifyOffset = Math.min(notifyOffset, offset);
        signalIfReached();
    }

    /** Asks for a signal when half of the buffer is free, so that a writer is not woken for every few bytes. */
    void notifyWhenRoomy() {
        notifyAt(writtenOffset - limits.downloadBufferSize() / 2);
    }

    // ---- the carrier

    DownloadStep next() {
        idle = false;
        if (state == DirectionState.RESET) {
            return afterReset;
        }
        if (!buffer.isEmpty()) {
            return DownloadStep.WRITE;
        }
        if (state == DirectionState.OPEN) {
            idle = true;
            return DownloadStep.WAIT;
        }
        return DownloadStep.END;
    }

    @Nullable
    ByteBuffer peek() {
        return buffer.peek();
    }

    void taken(int count) {
        if (state.isOver()) {
            return;
        }
        buffer.consumed(count);
        takenOffset += count;
        signalIfReached();
    }

    private void signalIfReached() {
        if (takenOffset >= notifyOffset) {
            notifyOffset = NEVER;
            effects.output();
        }
    }

    void ended() {
        if (state == DirectionState.ENDING) {
            state = state.to(DirectionState.ENDED);
            effects.output();
        }
    }

    // ---- both

    /** @param then how the carrier finishes the response: {@link DownloadStep#BREAK_OFF}, or END if nobody is to be told */
    void reset(DownloadStep then) {
        if (state.isOver()) {
            return;
        }
        afterReset = then;
        state = state.to(DirectionState.RESET);
        buffer.clear();
        effects.output();
        effects.ready(onReady);
        idle = false;
    }

    private void wake() {
        if (idle) {
            idle = false;
            effects.ready(onReady);
        }
    }
}
