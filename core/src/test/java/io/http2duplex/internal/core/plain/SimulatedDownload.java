package io.http2duplex.internal.core.plain;

import static io.http2duplex.internal.core.plain.SimulatedApplication.check;
import static io.http2duplex.internal.core.plain.SimulatedPost.at;
import static java.util.Objects.requireNonNull;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Download;
import io.http2duplex.internal.core.Failure;
import java.nio.ByteBuffer;
import java.util.Random;

/** The carrier of the download in a simulation. It takes as much as it likes, and moves only when there is a reason. */
final class SimulatedDownload {
    private final Random random;
    private final PlainSession session;
    private final Download download;

    boolean awake = true;
    /** The transport takes nothing more until the network moves. */
    boolean blocked;

    long taken;
    boolean ended;
    boolean brokenOff;
    boolean lost;

    SimulatedDownload(Random random, PlainSession session) {
        this.random = random;
        this.session = session;
        download = session.download();
        download.taken(1, 0); // the first byte
    }

    boolean isDone() {
        return ended || brokenOff || lost;
    }

    boolean canMove() {
        return awake && !isDone();
    }

    void move(long written, long now) {
        switch (download.next(now)) {
            case WRITE -> write(now);
            case WAIT -> {
                download.flushed(now);
                awake = false;
            }
            case END -> {
                check(taken == written || isDestroyed(), "the end came down before byte " + taken);
                ended = true;
                download.ended(now);
            }
            case BREAK_OFF -> brokenOff = true;
        }
    }

    /** Whether the client wants nothing more: then it does not learn of a failure. */
    private boolean isDestroyed() {
        Failure failure = session.failure();
        return failure != null && failure.code() == ErrorCode.CANCELLED;
    }

    private void write(long now) {
        if (blocked || random.nextInt(3) == 0) {
            blocked = true;
            awake = false;
            download.blocked(now);
            return;
        }
        ByteBuffer bytes = requireNonNull(download.peek());
        int count = 1 + random.nextInt(bytes.remaining());
        for (int i = 0; i < count; i++) {
            check(bytes.get() == at(taken), "a wrong byte came down at " + taken);
            taken++;
        }
        download.taken(count, now);
    }

    boolean canUnblock() {
        return blocked && !isDone();
    }

    void unblock() {
        blocked = false;
        awake = true;
    }

    void lose() {
        lost = true;
        session.reset(new Failure(ErrorCode.CONNECTION_LOST, "the browser went"));
    }
}
