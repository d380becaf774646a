package io.http2duplex.protocol;

import org.jspecify.annotations.Nullable;

/**
 * One POST of a session. Whoever carries its body hands the bytes to {@link Session#received} and tells how the body
 * ended; what to answer stands in {@link #outcome} as soon as it is decided.
 */
public final class Upload {
    /**
     * How a POST is answered.
     *
     * @param problem why it is refused; null if its bytes were taken, which is answered with 200
     */
    public record Outcome(@Nullable Problem problem) {
        static final Outcome TAKEN = new Outcome(null);
    }

    private final UploadKind kind;
    private final long contentLength;
    private final Runnable onReady;
    /** The bytes of a body that overtook an unfinished one; empty once it is this upload's turn. */
    final ByteQueue outOfTurn = new ByteQueue();

    private long count;
    private @Nullable Outcome outcome;
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

    /** {@return what to do, outside any lock, when {@link Signals#uploads} names this upload} */
    public Runnable onReady() {
        return onReady;
    }

    /** {@return how to answer; null as long as that is open} */
    public @Nullable Outcome outcome() {
        return outcome;
    }

    void decide(Outcome decided) {
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
