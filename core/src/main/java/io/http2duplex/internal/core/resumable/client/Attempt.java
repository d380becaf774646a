package io.http2duplex.internal.core.resumable.client;

/** An attempt to attach a session, by the opening GET or a resuming one. */
public final class Attempt {
    private final long number;
    private final long offset;
    private final long limit;
    private final long startedAt;
    private final boolean rotation;

    /**
     * @param number larger each time
     * @param rotation whether it is sent while another download goes on
     */
    Attempt(long number, long offset, long limit, long startedAt, boolean rotation) {
        this.number = number;
        this.offset = offset;
        this.limit = limit;
        this.startedAt = startedAt;
        this.rotation = rotation;
    }

    /** {@return which attempt it is: 0 is the opening, from 1 on they resume} */
    public long number() {
        return number;
    }

    /** {@return the download's confirmed offset} */
    public long offset() {
        return offset;
    }

    /** {@return the download's limit} */
    public long limit() {
        return limit;
    }

    long startedAt() {
        return startedAt;
    }

    boolean isRotation() {
        return rotation;
    }
}
