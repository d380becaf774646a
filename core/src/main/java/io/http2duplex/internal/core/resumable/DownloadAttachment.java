package io.http2duplex.internal.core.resumable;

import io.http2duplex.internal.core.Download;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.Problem;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One download of a session of dialect 2, from its attaching until another takes its place. */
public final class DownloadAttachment implements Download {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final @Nullable ResumableSession session;
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

    DownloadAttachment(ResumableSession session, Runnable onReady) {
        this(session, null, onReady);
    }

    private DownloadAttachment(@Nullable ResumableSession session, @Nullable Problem problem, Runnable onReady) {
        this.session = session;
        this.problem = problem;
        this.onReady = onReady;
    }

    static DownloadAttachment refused(Problem problem) {
        return new DownloadAttachment(null, problem, () -> {});
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

    private ResumableSession session() {
        return Objects.requireNonNull(session, "a refused attachment has no download");
    }

    @Override
    public DownloadStep next(long now) {
        return session().nextDownload(this, now);
    }

    @Override
    public void taken(int count, long now) {
        session().downloadTaken(this, count, now);
    }

    @Override
    public void blocked(long now) {
        session().downloadBlocked(this, now);
    }

    @Override
    public void flushed(long now) {
        session().downloadFlushed(this, now);
    }

    @Override
    public void ended(long now) {
        // the session has released this download already
    }

    @Override
    public void lost(@Nullable Throwable cause, long now) {
        session().downloadLost(this, "The browser, or the connection to it, went.", cause, now);
    }

    @Override
    public @Nullable ByteBuffer peek() {
        return hasBytes() ? first().duplicate() : null;
    }

    private ByteBuffer first() {
        return frames.hasRemaining() ? frames : bytes.hasRemaining() ? bytes : last;
    }

    /** {@return the offset up to which bytes of DATA were taken; 0 if none were} */
    long advance(int count) {
        ByteBuffer first = first();
        first.position(Math.min(first.limit(), first.position() + count)); // nothing is left of it if it was released
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
    void release() {
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
