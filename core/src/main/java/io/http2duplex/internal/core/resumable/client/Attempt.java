package io.http2duplex.internal.core.resumable.client;

import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.resumable.Attach;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import io.http2duplex.internal.core.resumable.Ticket;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** An attempt to attach a session, by the opening GET, a resuming one, or a socket. */
public final class Attempt {
    private final long number;
    private final long offset;
    private final long limit;
    private final long startedAt;
    private final boolean rotation;
    private final DownloadWay way;
    private final boolean trial;
    /** Null: it is a GET. */
    private final @Nullable Ticket ticket;

    /**
     * @param number larger each time
     * @param rotation whether it is sent while another download goes on, or follows a poll
     * @param way how the download is asked to travel
     * @param trial whether that way has not worked before: if it fails, another attempt follows at once
     */
    Attempt(long number, long offset, long limit, long startedAt, boolean rotation, DownloadWay way, boolean trial) {
        this(number, offset, limit, startedAt, rotation, way, trial, null);
    }

    /** As the other, by a socket if there is a ticket. */
    Attempt(
            long number,
            long offset,
            long limit,
            long startedAt,
            boolean rotation,
            DownloadWay way,
            boolean trial,
            @Nullable Ticket ticket) {
        this.ticket = ticket;
        this.number = number;
        this.offset = offset;
        this.limit = limit;
        this.startedAt = startedAt;
        this.rotation = rotation;
        this.way = way;
        this.trial = trial;
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

    boolean isSocket() {
        return ticket != null;
    }

    /** {@return whether it tries a way that has not worked before, by a GET} */
    boolean isTrial() {
        return trial;
    }

    /** {@return the frame ATTACH of an attempt by a socket} */
    public ByteBuffer frame() {
        if (ticket == null) {
            throw new IllegalStateException("a GET has no frame");
        }
        return new FrameEncoder()
                .attach(new Attach(number, offset, limit, ticket))
                .take();
    }

    long startedAt() {
        return startedAt;
    }

    boolean isRotation() {
        return rotation;
    }
}
