package io.http2duplex.internal.core.plain;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Deadline;
import io.http2duplex.internal.core.DirectionState;
import io.http2duplex.internal.core.Download;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.EffectCollector;
import io.http2duplex.internal.core.Effects;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.MemoryShare;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.Session;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.UploadOutcome;
import io.http2duplex.internal.core.WindowSize;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A session whose directions carry the application's bytes as they are, without frames: one direction up and one down.
 * It lives as long as the connection of its download does.
 */
abstract class RawSession implements Session {
    final SessionLimits limits;
    final EffectCollector effects = new EffectCollector();
    final UploadDirection upload;
    final DownloadDirection download;

    private @Nullable Failure failure;
    private boolean finished;
    /** When buffers shrink that were not used. */
    private long shrink = Deadline.NONE;

    /**
     * @param firstByte whether the download begins with a byte that means nothing
     * @param budget the share that buffers beyond their first sizes are reserved from
     * @param onDownloadReady wakes the carrier of the download, outside any lock
     */
    RawSession(SessionLimits limits, boolean firstByte, MemoryShare budget, Runnable onDownloadReady) {
        this.limits = limits;
        upload = new UploadDirection(
                this, limits, new BufferSize(limits.uploadBufferSize(), limits.maxWindow(), budget), effects);
        download = new DownloadDirection(
                this,
                limits,
                new BufferSize(limits.downloadBufferSize(), limits.maxWindow(), budget),
                effects,
                firstByte,
                onDownloadReady);
    }

    @Override
    public Effects takeEffects() {
        return effects.take();
    }

    // ---- the carriers

    /** {@return the download, for the carrier of the response} */
    public Download download() {
        return download;
    }

    // ---- the application reads

    @Override
    public @Nullable ByteBuffer pollInput() {
        return upload.poll();
    }

    @Override
    public int readInput(ByteBuffer target) {
        return upload.read(target);
    }

    @Override
    public long availableInput() {
        return upload.available();
    }

    @Override
    public boolean isInputAtEnd() {
        return upload.isAtEnd();
    }

    @Override
    public void discardInput() {
        upload.discard();
    }

    // ---- the application writes

    @Override
    public int outputRoom() {
        return download.room();
    }

    @Override
    public boolean isOutputOpen() {
        return download.state() == DirectionState.OPEN;
    }

    @Override
    public boolean isOutputEnded() {
        return download.state() == DirectionState.ENDED;
    }

    @Override
    public long write(ByteBuffer bytes) {
        return download.write(bytes);
    }

    @Override
    public long writeCopy(ByteBuffer bytes) {
        return write(
                ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip());
    }

    @Override
    public void end() {
        download.end();
    }

    @Override
    public long takenOffset() {
        return download.takenOffset();
    }

    @Override
    public void notifyOutputAt(long offset) {
        download.notifyAt(offset);
    }

    @Override
    public void notifyOutputRoom() {
        download.notifyWhenRoomy();
    }

    // ---- both directions

    @Override
    public long receivedBytes() {
        return upload.received();
    }

    @Override
    public long sentBytes() {
        return download.takenOffset();
    }

    @Override
    public long heldInput() {
        return upload.held();
    }

    @Override
    public long heldOutput() {
        return download.held();
    }

    @Override
    public boolean reset(Failure failure) {
        return reset(failure, UploadOutcome.refused(Problem.sessionReset(failure)), DownloadStep.BREAK_OFF);
    }

    /**
     * @param uploads what the open uploads are answered with
     * @param then how the carrier finishes the download
     */
    boolean reset(Failure first, UploadOutcome uploads, DownloadStep then) {
        if (finished) {
            return false;
        }
        failure = first;
        finish();
        upload.reset(uploads);
        download.reset(then);
        return true;
    }

    /** A buffer has grown. */
    void grown(long now) {
        if (shrink == Deadline.NONE) {
            shrink = now + WindowSize.SHRINK_INTERVAL_NANOS;
            effects.deadline();
        }
    }

    /** Both directions have ended. */
    void finish() {
        finished = true;
        shrink = Deadline.NONE;
        upload.size.release();
        download.size.release();
        effects.finished();
    }

    @Override
    public @Nullable Failure failure() {
        return failure;
    }

    @Override
    public boolean isFinished() {
        return finished;
    }

    @Override
    public OptionalLong deadline() {
        return Deadline.earliest(shrink, download.stall());
    }

    @Override
    public void timeIs(long now) {
        if (Deadline.isPast(download.stall(), now)) {
            reset(new Failure(
                    ErrorCode.TIMED_OUT,
                    "The client read nothing of the download within " + limits.stallNanos() / 1_000_000
                            + " ms (option stallTimeout)."));
        }
        if (Deadline.isPast(shrink, now)) {
            upload.size.shrinkIfUnused(upload.held());
            download.size.shrinkIfUnused(download.held());
            shrink = upload.size.hasGrown() || download.size.hasGrown()
                    ? now + WindowSize.SHRINK_INTERVAL_NANOS
                    : Deadline.NONE;
        }
    }

    /** An upload did not come to its proper end. {@return how the session fails then} */
    abstract Failure cut(String how, @Nullable Throwable cause);

    /** Notices that both directions have ended. */
    abstract void settle(long now);
}
