package io.http2duplex.internal.core.resumable;

import io.http2duplex.internal.core.Download;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.Problem;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One download of a session of dialect 2, from its attach until another replaces it. */
public class DownloadAttachment implements Download {
    static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final @Nullable Downloads downloads;
    private final @Nullable Problem problem;
    private final Runnable onReady;

    /** The ticket that goes with HELLO, until it has; null: none does. */
    private @Nullable Ticket ticket;

    /** Frames that are on their way, then the bytes of the DATA frame at their end, then the last frames. */
    private ByteBuffer frames = NOTHING;

    private ByteBuffer bytes = NOTHING;
    private ByteBuffer last = NOTHING;
    /** Offset of the first of {@link #bytes}. */
    private long offset;

    /** What the carrier does when nothing is on its way; null: look for more. */
    private @Nullable DownloadStep then;
    /** Whether the carrier found nothing to do, so that it must be woken. */
    boolean idle;
    /** Whether the transport took nothing when it was last offered something. */
    boolean blocked;
    /** Whether HELLO and WINDOW have not been sent yet. */
    boolean fresh = true;

    DownloadAttachment(Downloads downloads, Runnable onReady) {
        this(downloads, null, onReady);
    }

    private DownloadAttachment(@Nullable Downloads downloads, @Nullable Problem problem, Runnable onReady) {
        this.downloads = downloads;
        this.problem = problem;
        this.onReady = onReady;
    }

    public static DownloadAttachment refused(Problem problem) {
        return new DownloadAttachment(null, problem, () -> {});
    }

    /** {@return why the GET is refused; null if its response is the session's download from now on} */
    public @Nullable Problem problem() {
        return problem;
    }

    void issue(Ticket issued) {
        ticket = issued;
    }

    @Nullable
    Ticket takeTicket() {
        Ticket taken = ticket;
        ticket = null;
        return taken;
    }

    Runnable onReady() {
        return onReady;
    }

    @Nullable
    DownloadStep then() {
        return then;
    }

    /** {@return whether it ends by itself, and another follows it} */
    boolean isPoll() {
        return false;
    }

    boolean hasBytes() {
        return frames.hasRemaining() || bytes.hasRemaining() || last.hasRemaining();
    }

    final Downloads downloads() {
        return Objects.requireNonNull(downloads, "a refused attachment has no download");
    }

    @Override
    public DownloadStep next(long now) {
        return downloads().next(this, now);
    }

    @Override
    public void taken(int count, long now) {
        downloads().taken(this, count, now);
    }

    @Override
    public void blocked(long now) {
        downloads().blocked(this, now);
    }

    @Override
    public void flushed(long now) {
        downloads().unblocked(this, now);
    }

    @Override
    public void ended(long now) {
        // the session has released this download already
    }

    @Override
    public void lost(@Nullable Throwable cause, long now) {
        downloads().lost(this, "The browser, or its connection, was lost.", cause, now);
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
        first.position(Math.min(first.limit(), first.position() + count)); // it is empty if it was released
        return offset + bytes.position();
    }

    /** Sets what is carried next. */
    void carry(ByteBuffer nextFrames, @Nullable ByteBuffer nextBytes, long nextOffset) {
        frames = nextFrames;
        bytes = nextBytes == null ? NOTHING : nextBytes;
        offset = nextOffset;
    }

    /** The download ends cleanly, after the frame on its way and these; if it is held up, it is broken off. */
    void finish(ByteBuffer lastFrames) {
        last = lastFrames;
        then = DownloadStep.END;
        breakOffIfBlocked();
    }

    /** The download ends at once; if it is held up, it is broken off. */
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
