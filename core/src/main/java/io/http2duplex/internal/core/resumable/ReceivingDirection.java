package io.http2duplex.internal.core.resumable;

import io.http2duplex.internal.core.ByteQueue;
import io.http2duplex.internal.core.DirectionState;
import io.http2duplex.internal.core.DownloadRequest;
import io.http2duplex.internal.core.EffectCollector;
import io.http2duplex.internal.core.SpareBuffers;
import io.http2duplex.internal.core.WindowSize;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The receiving end of one direction, the same on both sides: it puts the bytes in order, each once, holds them until the
 * application takes them, and decides how much the peer may send.
 */
public final class ReceivingDirection {
    private static final int MAX_RUNS = 64;
    private static final long NO_END = -1;
    /** WINDOW is due after so many bytes at the latest: over a long line, half of a large window would be too late. */
    private static final int LARGEST_STEP = 2 * 1024 * 1024;
    /** No round trip takes longer. A sender that needs longer for half of a window is not waiting for the window. */
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

    private long advertisedConfirmed;
    private long advertisedLimit;
    /** The offset from which on it is measured how fast the window is used. */
    private long measuredFrom;
    /** When that was advertised. */
    private long measuredAt;
    /** Whether the window has grown since the limit was advertised. */
    private boolean grown;

    private long receivedAt;
    /** Offset up to which bytes had come when it was last checked whether the window is used. */
    private long checked;

    private boolean discarding;
    /** Whether a reset dropped bytes that the application had not read. */
    private boolean dropped;

    public ReceivingDirection(WindowSize window, SpareBuffers spares, EffectCollector effects, long now) {
        this.window = window;
        this.spares = spares;
        queue = new ByteQueue(spares);
        early = new OutOfOrder(spares);
        this.effects = effects;
        advertisedLimit = window.bytes();
        measuredAt = now;
        receivedAt = now;
    }

    /** {@return OPEN; ENDING once the end is known; ENDED once every byte before it has come} */
    public DirectionState state() {
        return state;
    }

    // ---- the peer

    /** Bytes have come. What is kept of them is copied. */
    public void data(long offset, ByteBuffer bytes, long now) throws ViolationException {
        long end = offset + bytes.remaining();
        if (!bytes.hasRemaining() || state == DirectionState.RESET) {
            return;
        }
        if (end > advertisedLimit) {
            throw ViolationException.beyondWindow("Bytes came at or beyond the limit, " + advertisedLimit + ".");
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
                resize();
            }
            endIfComplete();
        }
    }

    /** The end has come. */
    public void end(long offset) throws ViolationException {
        if (endOffset == NO_END ? offset < Math.max(received, early.end()) : offset != endOffset) {
            throw ViolationException.malformedFrame("An END came at another offset than the bytes or an earlier END.");
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
            window.shrink();
            window.trim(promised()); // what is held goes back to the budget as it is read
            spares.close();
            effects.input();
        }
    }

    // ---- what is advertised

    /** {@return the offset up to which everything has come; one more with the end} */
    public long confirmed() {
        return received + (state == DirectionState.ENDED ? 1 : 0);
    }

    /** {@return the offset up to which the peer may send: never less than was advertised} */
    public long limit() {
        return Math.max(advertisedLimit, Math.min(DownloadRequest.LARGEST, taken() + window.bytes()));
    }

    /** {@return the offset up to which the application has taken the bytes} */
    private long taken() {
        return received - queue.size();
    }

    /** {@return how many more bytes the peer may send by the advertised limit} */
    public long window() {
        return state == DirectionState.OPEN ? Math.max(0, advertisedLimit - received) : 0;
    }

    /** {@return how many bytes may be held at most of what the peer was allowed to send, up to the end if it is known} */
    long promised() {
        return (endOffset == NO_END ? advertisedLimit : Math.min(advertisedLimit, endOffset)) - taken();
    }

    /** {@return the offset up to which every byte has come} */
    public long received() {
        return received;
    }

    /** {@return whether a WINDOW must be sent, although the peer has not asked for it} */
    public boolean isWindowDue() {
        int half = Math.max(1, window.bytes() / 2);
        int step = Math.min(half, LARGEST_STEP);
        return switch (state) {
            case OPEN, ENDING -> confirmed() - advertisedConfirmed >= step || limit() - advertisedLimit >= step;
            case ENDED -> confirmed() > advertisedConfirmed;
            case RESET -> false;
        };
    }

    /** A WINDOW advertises {@link #confirmed} and {@link #limit}. */
    public void advertised(long now) {
        advertisedConfirmed = confirmed();
        if (limit() > advertisedLimit) {
            advertisedLimit = limit();
            if (grown || now - measuredAt > LONGEST_ROUND_TRIP_NANOS) {
                measuredFrom = received;
                measuredAt = now;
                grown = false;
            }
        }
    }

    // ---- the application

    @Nullable
    public ByteBuffer poll() {
        ByteBuffer bytes = queue.poll();
        resize();
        return bytes;
    }

    public int read(ByteBuffer target) {
        int count = queue.read(target);
        resize();
        return count;
    }

    public long available() {
        return queue.size();
    }

    /** {@return how many bytes are held, in order or not} */
    public long held() {
        return queue.size() + early.size();
    }

    public boolean isAtEnd() {
        return state == DirectionState.ENDED && queue.isEmpty() && !dropped;
    }

    public void discard() {
        discarding = true;
        queue.clear();
        window.trim(promised());
    }

    /**
     * The application has taken bytes. The window grows if half of it was used within a round trip, however often it was
     * advertised meanwhile, and the application waits for more. Of one that has shrunk, what the peer was allowed to send
     * goes back to the budget as it is used.
     */
    private void resize() {
        window.trim(promised());
        if (!grown
                && state == DirectionState.OPEN
                && queue.isEmpty()
                && 2 * (received - measuredFrom) >= window.bytes()
                && receivedAt - measuredAt <= LONGEST_ROUND_TRIP_NANOS) {
            grown = window.grow();
            measuredFrom = received;
            measuredAt = receivedAt;
        }
    }

    boolean hasGrown() {
        return window.hasGrown();
    }

    /** Shrinks the window if less has come since the last call than it holds. */
    void shrinkIfUnused() {
        if (received - checked < window.bytes()) {
            window.shrink();
            window.trim(promised());
        }
        checked = received;
    }

    /** The session is over: what the application has not read is its own. */
    void release() {
        window.release();
    }

    /** Both directions have ended or were reset: what the application has not read is dropped. */
    public void reset() {
        if (!state.isFinished()) {
            state = state.to(DirectionState.RESET);
            spares.close();
        }
        release();
        dropped = !queue.isEmpty();
        queue.clear();
        early.clear();
        effects.input();
    }
}
