package io.http2duplex.protocol.dialect1;

import io.http2duplex.protocol.ByteQueue;
import io.http2duplex.protocol.UploadOutcome;
import org.jspecify.annotations.Nullable;

/**
 * One POST of a session. Whoever carries its body hands the bytes to {@link PlainSession#received} and tells how the body
 * ended; what to answer stands in {@link #outcome} as soon as it is decided.
 */
public final class Upload {
    private final UploadKind kind;
    private final long contentLength;
    private final Runnable onReady;
    /** The bytes of a body that overtook an unfinished one; empty once it is this upload's turn. */
    final ByteQueue outOfTurn = new ByteQueue();

    private long count;
    private @Nullable UploadOutcome outcome;
    private boolean arrived;
    private boolean paused;

    Upload(UploadKind kind, long contentLength, Runnable onReady) {
        this.kind = kind;
        this.contentLength = contentLength;
        this.onReady = onReady;
    }

    /** {@return what it is} */
    public UploadKind kind() {
        return kind;
    }

    /** {@return what to do, outside any lock, when this upload may be read on or is to be answered} */
    Runnable onReady() {
        return onReady;
    }

    /** {@return how to answer; null as long as that is open} */
    public @Nullable UploadOutcome outcome() {
        return outcome;
    }

    void decide(UploadOutcome decided) {
        outcome = decided;
        outOfTurn.clear();
    }

    /** {@return whether the body has come to its proper end} */
    boolean hasArrived() {
        return arrived;
    }

    void arrive() {
        arrived = true;
    }

    void count(int bytes) {
        count += bytes;
    }

    long count() {
        return count;
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

    /** Whether its carrier stopped reading because there was no room. */
    boolean isPaused() {
        return paused;
    }

    void pause(boolean pause) {
        paused = pause;
    }
}
