package io.http2duplex.internal.core.plain;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.ByteQueue;
import io.http2duplex.internal.core.Deadline;
import io.http2duplex.internal.core.DirectionState;
import io.http2duplex.internal.core.Download;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.EffectCollector;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.SessionLimits;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The direction from application to client: it keeps what the application wrote, within a bound, until the transport
 * has taken it. In dialect 1 one more byte comes first.
 */
final class DownloadDirection implements Download {
    private static final long NEVER = Long.MAX_VALUE;
    /** Dropped by the client. Sent at once, since some browsers resolve a fetch only with the first byte. */
    private static final byte FIRST_BYTE = 'a';

    private final RawSession session;
    private final SessionLimits limits;
    final BufferSize size;
    private final EffectCollector effects;
    private final Runnable onReady;
    private final ByteQueue buffer = new ByteQueue();
    /** The first byte until the transport has it, then null. */
    private @Nullable ByteBuffer first;

    private DirectionState state = DirectionState.OPEN;
    /** Offset up to which the application has written. */
    private long writtenOffset;
    /** Offset up to which the transport has taken the bytes. */
    private long takenOffset;
    /** The taken offset at which the application wants to look again. */
    private long notifyOffset = NEVER;
    /** Whether the carrier found nothing to do, so that it must be woken. */
    private boolean idle;
    /** What the carrier does after a reset. */
    private DownloadStep afterReset = DownloadStep.BREAK_OFF;
    /** When the client must have read something. */
    private long stall = Deadline.NONE;

    /** @param firstByte whether a byte that means nothing comes first */
    DownloadDirection(
            RawSession session,
            SessionLimits limits,
            BufferSize size,
            EffectCollector effects,
            boolean firstByte,
            Runnable onReady) {
        this.session = session;
        this.limits = limits;
        this.size = size;
        this.effects = effects;
        this.onReady = onReady;
        first = firstByte ? ByteBuffer.wrap(new byte[] {FIRST_BYTE}) : null;
    }

    DirectionState state() {
        return state;
    }

    long stall() {
        return stall;
    }

    // ---- the application

    int room() {
        return (int) Math.max(0, size.bytes() - buffer.size());
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
        notifyAt(writtenOffset - size.bytes() / 2);
    }

    private void signalIfReached() {
        if (takenOffset >= notifyOffset) {
            notifyOffset = NEVER;
            effects.output();
        }
    }

    // ---- the carrier

    @Override
    public DownloadStep next(long now) {
        idle = false;
        if (first != null) {
            return DownloadStep.WRITE;
        }
        if (state == DirectionState.RESET) {
            return afterReset;
        }
        if (!buffer.isEmpty()) {
            return DownloadStep.WRITE;
        }
        idle = state == DirectionState.OPEN;
        return idle ? DownloadStep.WAIT : DownloadStep.END;
    }

    @Override
    public @Nullable ByteBuffer peek() {
        return first != null ? first : buffer.peek();
    }

    @Override
    public void taken(int count, long now) {
        stall = Deadline.NONE;
        if (first != null) {
            first = null;
        } else if (!state.isFinished()) {
            buffer.consumed(count);
            takenOffset += count;
            if (size.passed(count, now)) {
                session.grown(now);
            }
            signalIfReached();
        }
    }

    @Override
    public void blocked(long now) {
        if (stall == Deadline.NONE && !state.isFinished()) {
            stall = now + limits.stallNanos();
            effects.deadline();
        }
    }

    @Override
    public void flushed(long now) {
        stall = Deadline.NONE;
    }

    @Override
    public void ended(long now) {
        stall = Deadline.NONE;
        if (state == DirectionState.ENDING) {
            state = state.to(DirectionState.ENDED);
            effects.output();
        }
        session.settle(now);
    }

    @Override
    public void lost(@Nullable Throwable cause, long now) {
        session.reset(new Failure(
                ErrorCode.CONNECTION_LOST, "The client, or its connection, was lost before the duplex ended.", cause));
    }

    // ---- both

    /** @param then how the carrier finishes the response: {@link DownloadStep#BREAK_OFF}, or END if nobody need know */
    void reset(DownloadStep then) {
        stall = Deadline.NONE;
        if (state.isFinished()) {
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
