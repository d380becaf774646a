package io.http2duplex.internal.core.resumable.client;

import io.http2duplex.internal.core.Deadline;
import io.http2duplex.internal.core.resumable.FrameDecoder;

/** The body of an answered GET, or what comes on a socket. */
public final class ClientDownload {
    private final FrameDecoder decoder;
    private final boolean poll;
    private final boolean socket;
    private final long openedAt;
    private final long progress;
    private int frames;
    /** When it is given up although it has not ended, since another has overtaken it. */
    private long until = Deadline.NONE;

    /**
     * @param poll whether it is the answer to a poll, and another follows its end
     * @param socket whether it comes on a socket
     * @param progress what the two directions have done before it
     */
    ClientDownload(FrameDecoder.Handler handler, boolean poll, boolean socket, long openedAt, long progress) {
        this.openedAt = openedAt;
        this.progress = progress;
        this.socket = socket;
        decoder = new FrameDecoder(handler);
        this.poll = poll;
    }

    boolean isPoll() {
        return poll;
    }

    boolean isSocket() {
        return socket;
    }

    /** {@return when its head came} */
    long openedAt() {
        return openedAt;
    }

    /** {@return whether its first frame has come} */
    boolean hasBegun() {
        return frames > 0;
    }

    /** {@return what the two directions had done when it began} */
    long progress() {
        return progress;
    }

    /** Another has overtaken it: what it still brings until then counts. */
    void readUntil(long deadline) {
        until = deadline;
    }

    /** {@return when it is given up; {@link Deadline#NONE} if no other has overtaken it} */
    long until() {
        return until;
    }

    FrameDecoder decoder() {
        return decoder;
    }

    /** {@return how many frames, or pieces of DATA, there have been} */
    int frames() {
        return frames;
    }

    /** {@return how many frames, or pieces of DATA, there have been with this one} */
    int countFrame() {
        if (frames < Integer.MAX_VALUE) {
            frames++;
        }
        return frames;
    }
}
