package io.http2duplex.internal.core.plain;

import io.http2duplex.internal.core.ByteQueue;
import io.http2duplex.internal.core.Upload;
import io.http2duplex.internal.core.UploadOutcome;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One POST of a session of dialect 1. */
public final class PlainUpload implements Upload {
    private final UploadDirection direction;
    private final UploadKind kind;
    private final long contentLength;
    private final Runnable onReady;
    /** The bytes of a body that overtook an unfinished one; empty once it is this upload's turn. */
    final ByteQueue outOfTurn = new ByteQueue();
    /** Whether the body has come to its proper end. */
    boolean arrived;
    /** Whether its carrier stopped reading because there was no room. */
    boolean paused;
    /** How many bytes have come. */
    long count;

    private @Nullable UploadOutcome outcome;

    PlainUpload(UploadDirection direction, UploadKind kind, long contentLength, Runnable onReady) {
        this.direction = direction;
        this.kind = kind;
        this.contentLength = contentLength;
        this.onReady = onReady;
    }

    @Override
    public int room() {
        return outcome == null ? direction.room(this) : DECIDED;
    }

    @Override
    public void received(ByteBuffer bytes, long now) {
        if (outcome == null) {
            direction.received(this, bytes, ByteQueue::addCopy, now);
        }
    }

    @Override
    public boolean keepsBuffers() {
        return true;
    }

    @Override
    public void given(ByteBuffer bytes, long now) {
        if (outcome == null) {
            direction.received(this, bytes, ByteQueue::add, now);
        }
    }

    @Override
    public void completed(long now) {
        if (outcome == null) {
            direction.completed(this, now);
        }
    }

    @Override
    public void cut(String how, @Nullable Throwable cause, long now) {
        if (outcome == null) {
            direction.cut(this, how, cause);
        }
    }

    @Override
    public void timedOut(String how, long now) {
        if (outcome == null) {
            direction.timedOut(this, how);
        }
    }

    /** {@return what it is} */
    public UploadKind kind() {
        return kind;
    }

    /** {@return what to do, outside any lock, when this upload may be read on or must be answered} */
    Runnable onReady() {
        return onReady;
    }

    @Override
    public @Nullable UploadOutcome outcome() {
        return outcome;
    }

    void decide(UploadOutcome decided) {
        outcome = decided;
        outOfTurn.clear();
    }

    boolean isLongerThanAnnounced() {
        return contentLength >= 0 && count > contentLength;
    }

    boolean isShorterThanAnnounced() {
        return contentLength >= 0 && count < contentLength;
    }

    /** {@return whether the body holds nothing more, so that reading on can only find its end} */
    boolean isExhausted() {
        return count == contentLength;
    }
}
