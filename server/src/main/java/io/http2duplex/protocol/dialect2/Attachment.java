package io.http2duplex.protocol.dialect2;

import io.http2duplex.protocol.DownloadStep;
import io.http2duplex.protocol.Problem;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One download of a session: what its carrier shows to {@link ResumableSession}. */
public final class Attachment {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final @Nullable Problem problem;
    private final Runnable onReady;

    /** Frames that are on their way, then the bytes of the DATA frame at their end, then what the download ends with. */
    private ByteBuffer frames = NOTHING;

    private ByteBuffer bytes = NOTHING;
    private ByteBuffer last = NOTHING;
    /** Offset of the first of {@link #bytes}. */
    private long offset;

    /** What the carrier does when nothing is on its way; null: look for more. */
    private @Nullable DownloadStep then;
    /** Whether the carrier found nothing to do, so that it has to be woken. */
    boolean idle;
    /** Whether the transport took nothing when it was last offered something. */
    boolean blocked;
    /** Whether HELLO and WINDOW are still to come. */
    boolean fresh = true;

    Attachment(Runnable onReady) {
        this(null, onReady);
    }

    private Attachment(@Nullable Problem problem, Runnable onReady) {
        this.problem = problem;
        this.onReady = onReady;
    }

    static Attachment refused(Problem problem) {
        return new Attachment(problem, () -> {});
    }

    /** {@return why the GET is refused; null if its response is the session's download from now on} */
    public @Nullable Problem problem() {
        return problem;
    }

    Runnable onReady() {
        return onReady;
    }

    /** {@return what the carrier does when nothing is on its way; null: look for more} */
    @Nullable
    DownloadStep then() {
        return then;
    }

    boolean hasBytes() {
        return frames.hasRemaining() || bytes.hasRemaining() || last.hasRemaining();
    }

    @Nullable
    ByteBuffer peek() {
        return hasBytes() ? first().duplicate() : null;
    }

    private ByteBuffer first() {
        return frames.hasRemaining() ? frames : bytes.hasRemaining() ? bytes : last;
    }

    /** {@return the offset up to which bytes of DATA were taken; 0 if none were} */
    long taken(int count) {
        ByteBuffer first = first();
        first.position(Math.min(first.limit(), first.position() + count)); // nothing is left of it if it was let go
        return offset + bytes.position();
    }

    /** The next to be carried. */
    void carry(ByteBuffer nextFrames, @Nullable ByteBuffer nextBytes, long nextOffset) {
        frames = nextFrames;
        bytes = nextBytes == null ? NOTHING : nextBytes;
        offset = nextOffset;
    }

    /** The download ends in order, after the frame on its way and these; if it is held up, it is broken off. */
    void finish(ByteBuffer lastFrames) {
        last = lastFrames;
        then = DownloadStep.END;
        breakOffIfBlocked();
    }

    /** The download ends at once, wherever it is; if it is held up, it is broken off. */
    void letGo() {
        drop();
        then = DownloadStep.END;
        breakOffIfBlocked();
    }

    void breakOff() {
        drop();
        then = DownloadStep.BREAK_OFF;
    }

    void breakOffIfBlocked() {
        if (blocked && then == DownloadStep.END) {
            breakOff();
        }
    }

    private void drop() {
        frames = NOTHING;
        bytes = NOTHING;
        last = NOTHING;
    }
}
