package io.http2duplex.internal.core.resumable;

import io.http2duplex.internal.core.Dialect;
import io.http2duplex.internal.core.DirectionState;
import io.http2duplex.internal.core.EffectCollector;
import io.http2duplex.internal.core.Effects;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Session;
import io.http2duplex.internal.core.SpareBuffers;
import io.http2duplex.internal.core.WindowSize;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a session of dialect 2 is at either of its ends: two directions, the memory of both, and what an application
 * does with them. The server's and the client's differ in the requests that carry the frames.
 */
public abstract class FrameSession implements Session {
    protected final EffectCollector effects = new EffectCollector();
    protected final SendingDirection sending;
    protected final ReceivingDirection receiving;
    protected final MemoryUpkeep memory;

    /** The time of the last event that told it. */
    protected long time;

    private @Nullable Failure failure;
    private boolean finished;

    /**
     * A session that begins now.
     *
     * @param sent the size of what is kept until it is confirmed
     * @param received the size of the window that is advertised
     */
    protected FrameSession(
            WindowSize sent, SpareBuffers sentSpares, WindowSize received, SpareBuffers receivedSpares, long now) {
        sending = new SendingDirection(sent, sentSpares, effects);
        receiving = new ReceivingDirection(received, receivedSpares, effects, now);
        memory = new MemoryUpkeep(sending, receiving, effects);
        time = now;
    }

    /** Notices what follows from an event. */
    protected abstract void settle();

    /** {@return whether it goes on, and both directions have ended now} */
    protected final boolean hasJustEnded() {
        return !finished && sending.state() == DirectionState.ENDED && receiving.state() == DirectionState.ENDED;
    }

    /** Ends both directions at once. {@link #recordEnd()} must follow. */
    protected final void recordFailure(Failure first) {
        failure = first;
        sending.reset();
        receiving.reset();
    }

    /** It is over, cleanly or by the failure. */
    protected final void recordEnd() {
        finished = true;
        receiving.release();
        memory.stop();
        effects.finished();
    }

    @Override
    public final Effects takeEffects() {
        return effects.take();
    }

    @Override
    public final @Nullable ByteBuffer pollInput() {
        ByteBuffer bytes = receiving.poll();
        settle();
        return bytes;
    }

    @Override
    public final int readInput(ByteBuffer target) {
        int count = receiving.read(target);
        settle();
        return count;
    }

    @Override
    public final long availableInput() {
        return receiving.available();
    }

    @Override
    public final boolean isInputAtEnd() {
        return receiving.isAtEnd();
    }

    @Override
    public final void discardInput() {
        receiving.discard();
        settle();
    }

    @Override
    public final int outputRoom() {
        return sending.room();
    }

    @Override
    public final boolean isOutputOpen() {
        return sending.state() == DirectionState.OPEN;
    }

    @Override
    public final boolean isOutputEnded() {
        return sending.state() == DirectionState.ENDED;
    }

    @Override
    public final long write(ByteBuffer bytes) {
        long offset = sending.write(bytes);
        settle();
        return offset;
    }

    @Override
    public final long writeCopy(ByteBuffer bytes) {
        return write(bytes); // a copy is kept in any case
    }

    @Override
    public final void end() {
        sending.end();
        settle();
    }

    @Override
    public final long takenOffset() {
        return sending.takenOffset();
    }

    @Override
    public final void notifyOutputAt(long offset) {
        sending.notifyAt(offset);
        settle();
    }

    @Override
    public final void notifyOutputRoom() {
        sending.notifyWhenRoomy();
        settle();
    }

    @Override
    public final Dialect dialect() {
        return Dialect.DIALECT_2;
    }

    @Override
    public final long receivedBytes() {
        return receiving.received();
    }

    @Override
    public final long sentBytes() {
        return sending.sent();
    }

    @Override
    public final long heldInput() {
        return receiving.held();
    }

    @Override
    public final long heldOutput() {
        return sending.kept();
    }

    @Override
    public final @Nullable Failure failure() {
        return failure;
    }

    @Override
    public final boolean isFinished() {
        return finished;
    }
}
