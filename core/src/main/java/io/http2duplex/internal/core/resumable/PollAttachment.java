package io.http2duplex.internal.core.resumable;

import io.http2duplex.internal.core.DownloadStep;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * A download that is the answer to one poll: it begins when there is something to carry, or its time is over. What it
 * carries is decided then, all at once, so that its length is known; it never changes after that.
 *
 * <pre>
 *   WAITING ──something is due, the time is over, replaced, the session ends──▶ COMPOSED ──all was taken──▶ ended
 * </pre>
 */
final class PollAttachment extends DownloadAttachment {
    /** Frames, and the bytes of the DATA frame at their end. */
    private record Part(ByteBuffer frames, @Nullable ByteBuffer bytes, long offset) {}

    private final ArrayDeque<Part> parts = new ArrayDeque<>(1);
    private long length;

    PollAttachment(Downloads downloads, Runnable onReady) {
        super(downloads, onReady);
    }

    @Override
    boolean isPoll() {
        return true;
    }

    private boolean isComposed() {
        return then() != null;
    }

    /** Nothing is added any more. */
    void compose() {
        super.finish(NOTHING);
    }

    @Override
    public long length(long now) {
        downloads().next(this, now); // composes it if it is due
        return isComposed() ? length : WAITING;
    }

    @Override
    void carry(ByteBuffer frames, @Nullable ByteBuffer bytes, long offset) {
        length += frames.remaining() + (bytes == null ? 0 : bytes.remaining());
        parts.add(new Part(frames, bytes, offset));
    }

    @Override
    boolean hasBytes() {
        while (!super.hasBytes()) {
            Part next = parts.poll();
            if (next == null) {
                return false;
            }
            super.carry(next.frames(), next.bytes(), next.offset());
        }
        return true;
    }

    @Override
    void finish(ByteBuffer last) {
        if (isComposed()) {
            breakOffIfBlocked();
        } else {
            length += last.remaining();
            parts.add(new Part(last, null, 0));
            compose();
        }
    }

    /** What was composed still goes out: its length was announced. */
    @Override
    void release() {
        finish(NOTHING);
    }

    @Override
    void breakOff() {
        parts.clear();
        super.breakOff();
    }

    @Override
    public void ended(long now) {
        if (then() == DownloadStep.END) {
            downloads().answered(this, now);
        }
    }
}
