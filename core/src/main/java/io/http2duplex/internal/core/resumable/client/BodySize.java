package io.http2duplex.internal.core.resumable.client;

/**
 * The size of the bodies of a session's POSTs, in bytes of the application: what something on the way takes, and takes in
 * time. They become smaller when one was refused as too large, or was held, and larger again when one was taken.
 */
final class BodySize {
    /** How much smaller bodies become after one was held: the line may only be slow. */
    private static final int SHRINKING = 4;

    private static final int SMALLEST = 4_096;
    /** The size that bodies are not made smaller than when something on the way refuses one as too large. */
    private static final int SMALLEST_LIMIT = 1_000;

    private long limit;
    private long most;
    private boolean sought;

    BodySize(long limit) {
        this.limit = limit;
        most = limit;
    }

    /** {@return the most that one body may carry} */
    long most() {
        return Math.min(limit, most);
    }

    /** {@return the most that one may carry, however long the last ones took: for the pieces of a stream} */
    long limit() {
        return limit;
    }

    /** {@return whether a body was refused as too large, and none was taken since: then they go one at a time} */
    boolean isSought() {
        return sought;
    }

    /** A body was taken. */
    void taken() {
        sought = false;
        most = Math.min(2 * most, limit);
    }

    /** A body was too large for something on the way. */
    void refused(long length) {
        limit = Math.max(SMALLEST_LIMIT, Math.min(limit, length / 2));
        most = Math.min(most, limit);
        sought = true;
    }

    /** A body was not answered in time. */
    void held(long length) {
        most = Math.max(SMALLEST, Math.min(most, length) / SHRINKING);
    }
}
