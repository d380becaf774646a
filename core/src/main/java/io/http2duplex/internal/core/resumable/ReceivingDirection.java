package io.http2duplex.internal.core.resumable;

import io.http2duplex.internal.core.ByteQueue;
import io.http2duplex.internal.core.DirectionState;
import io.http2duplex.internal.core.EffectCollector;
import io.http2duplex.internal.core.SpareBuffers;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What one side receives: puts the bytes in order, each once, until its application takes them, and says how much the
 * peer may send. It is the same on both sides.
 */
public final class ReceivingDirection {
    private static final int MAX_RUNS = 64;
    private static final long NO_END = -1;
    /** After how many bytes a peer that is not held up is told at the latest: at a distance it would be, if told later. */
    private static final int LARGEST_STEP = 2 * 1024 * 1024;
    /** A window of which half lasts longer is not what holds the peer up: no round trip takes so long. */
    private static final long LONGEST_ROUND_TRIP_NANOS = 1_000_000_000;

    private final EffectCollector effects;
    private final WindowSize window;
    final SpareBuffers spares;
    private final ByteQueue queue;
    private final OutOfOrder early;

    private DirectionState state = DirectionState.OPEN;
    /** Offset up to which every byte has come. */
    private long received;
    /** Offset behind the last byte, once it is known. */
    private long endOffset = NO_END;

    private long confirmedTold;
    private long limitTold;
    /** When the peer was told of the limit. */
    private long toldAt;
    /** Whether the window has grown since. */
    private boolean grown;

    private long receivedAt;
    private boolean discarding;
    /** Whether a reset dropped bytes that the application had not read. */
    private boolean dropped;

    public ReceivingDirection(WindowSize window, SpareBuffers spares, EffectCollector effects, long now) {
        this.window = window;
        this.spares = spares;
        queue = new ByteQueue(spares);
        early = new OutOfOrder(spares);
        this.effects = effects;
        limitTold = window.bytes();
        toldAt = now;
        receivedAt = now;
    }

    /** {@return OPEN; ENDING once the end is known; ENDED once every byte before it has come} */
    DirectionState state() {
        return state;
    }

    // ---- the peer

    /** Bytes have come. What is kept of them is copied. */
    public void data(long offset, ByteBuffer bytes, long now) throws ViolationException {
        long end = offset + bytes.remaining();
        if (!bytes.hasRemaining() || state == DirectionState.RESET) {
            return;
        }
        if (end > limitTold) {
            throw ViolationException.beyondWindow("Bytes came at or beyond the limit, " + limitTold + ".");
        }
        if (endOffset != NO_END && end > endOffset) {
            throw ViolationException.malformedFrame("Bytes came behind the end.");
        }
        receivedAt = now;
        if (offset > received) {
            early.add(offset, bytes);
            if (early.count() > MAX_RUNS) {
                throw ViolationException.beyondWindow(
                        "More than " + MAX_RUNS + " separate runs of bytes came out of order.");
            }
        } else if (end > received) {
            if (queue.isEmpty()) {
                effects.input();
            }
            bytes.position(bytes.position() + (int) (received - offset));
            queue.addCopy(bytes);
            received = end;
            ByteQueue following = early.takeFrom(received);
            if (following != null) {
                received += following.size();
                queue.addAll(following);
            }
            if (discarding) {
                queue.clear();
                growIfHoldingUp();
            }
            endIfComplete();
        }
    }

    /** The end has come. */
    void end(long offset) throws ViolationException {
        if (endOffset == NO_END ? offset < Math.max(received, early.end()) : offset != endOffset) {
            throw ViolationException.malformedFrame("An END came at another offset than the bytes or another END say.");
        }
        if (state == DirectionState.OPEN) {
            state = state.to(DirectionState.ENDING);
            endOffset = offset;
            endIfComplete();
        }
    }

    private void endIfComplete() {
        if (state == DirectionState.ENDING && received == endOffset) {
            state = state.to(DirectionState.ENDED);
            window.release();
            spares.close();
            effects.input();
        }
    }

    // ---- what the peer is told

    /** {@return the offset up to which everything has come; one more with the end} */
    long confirmed() {
        return received + (state == DirectionState.ENDED ? 1 : 0);
    }

    /** {@return the offset up to which the peer may send} */
    long limit() {
        return Math.min(FrameType.MAX_OFFSET, received - queue.size() + window.bytes());
    }

    /** {@return how many more bytes the peer may send, as far as it was told} */
    long window() {
        return state == DirectionState.OPEN ? Math.max(0, limitTold - received) : 0;
    }

    /** {@return the offset up to which every byte has come} */
    long received() {
        return received;
    }

    /** {@return whether the peer is to be told of progress without being asked} */
    public boolean isWindowDue() {
        int half = Math.max(1, window.bytes() / 2);
        // A window that may grow is told when half is used, since that shows whether it is to.
        int step = window.isLargest() ? Math.min(half, LARGEST_STEP) : half;
        return switch (state) {
            case OPEN, ENDING -> confirmed() - confirmedTold >= step || limit() - limitTold >= step;
            case ENDED -> confirmed() > confirmedTold;
            case RESET -> false;
        };
    }

    /** The peer is told {@link #confirmed} and {@link #limit}. */
    public void told(long now) {
        confirmedTold = confirmed();
        if (limit() > limitTold) {
            limitTold = limit();
            toldAt = now;
            grown = false;
        }
    }

    // ---- the application

    @Nullable
    public ByteBuffer poll() {
        ByteBuffer bytes = queue.poll();
        growIfHoldingUp();
        return bytes;
    }

    public int read(ByteBuffer target) {
        int count = queue.read(target);
        growIfHoldingUp();
        return count;
    }

    long available() {
        return queue.size();
    }

    /** {@return how many bytes are held, in order or not} */
    long held() {
        return queue.size() + early.size();
    }

    boolean isAtEnd() {
        return state == DirectionState.ENDED && queue.isEmpty() && !dropped;
    }

    void discard() {
        discarding = true;
        queue.clear();
    }

    /** Half of the window was used in no time, and the application waits for more. */
    private void growIfHoldingUp() {
        if (!grown
                && state == DirectionState.OPEN
                && queue.isEmpty()
                && 2 * (limitTold - received) <= window.bytes()
                && receivedAt - toldAt <= LONGEST_ROUND_TRIP_NANOS) {
            grown = window.grow();
        }
    }

    /** Both directions are over: what the application has not read is dropped. */
    void reset() {
        if (!state.isOver()) {
            state = state.to(DirectionState.RESET);
            window.release();
            spares.close();
        }
        dropped = !queue.isEmpty();
        queue.clear();
        early.clear();
        effects.input();
    }
}
