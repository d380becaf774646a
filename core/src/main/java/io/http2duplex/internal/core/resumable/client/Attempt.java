package io.http2duplex.internal.core.resumable.client;

import io.http2duplex.internal.core.DownloadWay;

/** An attempt to attach a session, by the opening GET or a resuming one. */
public final class Attempt {
    private final long number;
    private final long offset;
    private final long limit;
    private final long startedAt;
    private final boolean rotation;
    private final DownloadWay way;

    /**
     * @param number larger each time
     * @param rotation whether it is sent while another download goes on, or follows a poll
     * @param way how the download is asked to travel
     */
    Attempt(long number, long offset, long limit, long startedAt, boolean rotation, DownloadWay way) {
        this.number = number;
        this.offset = offset;
        this.limit = limit;
        this.startedAt = startedAt;
        this.rotation = rotation;
        this.way = way;
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

    /** {@return how the download is asked to travel} */
    public DownloadWay way() {
        return way;
    }

    long startedAt() {
        return startedAt;
    }

    boolean isRotation() {
        return rotation;
    }
}
