package io.http2duplex.protocol;

import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The state behind one duplex, dialect 1 ({@code PROTOCOL.md}): one direction up, one down, and what ends them.
 *
 * <p>It lives until both directions have ended, or until the first failure resets both. Events come in as calls, in any
 * order that a network can bring about; after each, the caller takes the {@link Signals} and acts on them outside of
 * its lock. Times are those of one clock in nanoseconds, such as {@link System#nanoTime}.
 */
public final class Session {
    private static final long NONE = Long.MAX_VALUE;

    private final Limits limits;
    private final SignalBoard board = new SignalBoard();
    private final UploadDirection upload;
    private final DownloadDirection download;

    private @Nullable Failure failure;
    private boolean over;
    private long lingerDeadline = NONE;
    private long stallDeadline = NONE;

    public Session(Limits limits) {
        this.limits = limits;
        upload = new UploadDirection(limits, board);
        download = new DownloadDirection(limits, board);
    }

    /** {@return what has become worth looking at since the last call} */
    public Signals takeSignals() {
        return board.take();
    }

    // ---- uploads: what the carriers of POSTs tell and ask

    /**
     * A POST has come. It may be decided at once: see {@link Upload#outcome}.
     *
     * @param contentLength the announced length of its body in bytes, -1 if there is none
     * @param onReady given back by {@link Upload#onReady}
     */
    public Upload openUpload(UploadKind kind, long contentLength, long now, Runnable onReady) {
        Upload opened = new Upload(kind, contentLength, onReady);
        if (kind == UploadKind.DESTROY) {
            opened.decide(Upload.Outcome.TAKEN);
            // The page expects nothing more: a response broken off would only be an error in its console. But what
            // waits for a browser that does not read might wait for ever.
            reset(
                    new Failure(ErrorCode.CANCELLED, "The page destroyed the duplex."),
                    stallDeadline == NONE ? DownloadStep.END : DownloadStep.BREAK_OFF);
        } else if (failure != null) {
            opened.decide(new Upload.Outcome(Problem.gone(failure)));
        } else {
            resetFor(upload.open(opened));
        }
        settle(now);
        return opened;
    }

    /** {@return how many bytes of that body may be handed over now; 0: wait until {@link Signals#uploads} names it} */
    public int room(Upload upload) {
        return this.upload.room(upload);
    }

    /** Bytes of that body have come, no more than {@link #room} allowed. They are copied. */
    public void received(Upload upload, ByteBuffer bytes) {
        resetFor(this.upload.received(upload, bytes));
    }

    /** That body has come to its end. */
    public void completed(Upload upload, long now) {
        resetFor(this.upload.completed(upload));
        settle(now);
    }

    /** That body was cut: the rest will not come. */
    public void cut(Upload upload, String how, @Nullable Throwable cause) {
        resetFor(this.upload.cut(upload, how, cause));
    }

    // ---- the application reads

    /** {@return the next bytes that the client wrote, which are the caller's from now on; null if none are here} */
    public @Nullable ByteBuffer pollInput() {
        return upload.poll();
    }

    /** {@return how many bytes that the client wrote were copied into the target; 0 if none are here} */
    public int readInput(ByteBuffer target) {
        return upload.read(target);
    }

    /** {@return how many bytes that the client wrote are here} */
    public long availableInput() {
        return upload.available();
    }

    /** {@return whether the client has ended its side and every byte before that was read} */
    public boolean isInputAtEnd() {
        return upload.isAtEnd();
    }

    /** The application wants no more bytes: what is here and what comes is dropped, and still answered. */
    public void discardInput() {
        upload.discard();
    }

    // ---- the application writes

    /** {@return how many bytes may be written within the bound} */
    public int outputRoom() {
        return download.room();
    }

    /** {@return whether the application may still write: it has not ended its side, and nothing failed} */
    public boolean isOutputOpen() {
        return download.state() == DirectionState.OPEN;
    }

    /** {@return whether everything written, and the end, has gone to the transport} */
    public boolean isOutputEnded() {
        return download.state() == DirectionState.ENDED;
    }

    /**
     * Bytes for the client. The buffer may be held; its content is to stay as it is until {@link #takenOffset} has
     * reached the result.
     *
     * @return the offset behind these bytes
     */
    public long write(ByteBuffer bytes) {
        return download.write(bytes);
    }

    /** The application ends its side, after what it has written. */
    public void end() {
        download.end();
    }

    /** {@return the offset up to which the transport has taken what was written} */
    public long takenOffset() {
        return download.takenOffset();
    }

    /** Asks for one {@link Signals#output} once {@link #takenOffset} has reached that offset: at once if it has. */
    public void notifyOutputAt(long offset) {
        download.notifyAt(offset);
    }

    /** Asks for one {@link Signals#output} once there is room again. */
    public void notifyOutputRoom() {
        download.notifyWhenRoomy();
    }

    // ---- the download: what the carrier of the response body tells and asks

    /** {@return what to do next} */
    public DownloadStep nextDownload() {
        return download.next();
    }

    /** {@return the buffer to write from; the carrier moves its position and tells {@link #downloadTaken}} */
    public @Nullable ByteBuffer peekDownload() {
        return download.peek();
    }

    /** The transport has taken bytes. */
    public void downloadTaken(int count) {
        stallDeadline = NONE;
        download.taken(count);
    }

    /** The transport takes nothing more for now. */
    public void downloadBlocked(long now) {
        if (stallDeadline == NONE && !over) {
            stallDeadline = now + limits.stallNanos();
            board.deadline = true;
        }
    }

    /** The transport takes bytes again, although none wait. */
    public void downloadFlushed() {
        stallDeadline = NONE;
    }

    /** The end of the response body has gone to the transport. */
    public void downloadEnded(long now) {
        stallDeadline = NONE;
        download.ended();
        settle(now);
    }

    // ---- both directions

    /** {@return whether this failure, the first, has reset both directions; only the first counts} */
    public boolean reset(Failure failure) {
        return reset(failure, DownloadStep.BREAK_OFF);
    }

    private boolean reset(Failure failure, DownloadStep download) {
        if (over) {
            return false;
        }
        this.failure = failure;
        over = true;
        board.over = true;
        lingerDeadline = NONE;
        stallDeadline = NONE;
        upload.reset(failure);
        this.download.reset(download);
        return true;
    }

    /** {@return what ended the session early; null if nothing did} */
    public @Nullable Failure failure() {
        return failure;
    }

    /** {@return whether both directions are over} */
    public boolean isOver() {
        return over;
    }

    /** {@return when {@link #timeIs} is to be called; empty if no time matters} */
    public OptionalLong deadline() {
        if (lingerDeadline == NONE && stallDeadline == NONE) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(
                lingerDeadline == NONE
                        ? stallDeadline
                        : stallDeadline == NONE || lingerDeadline - stallDeadline < 0 ? lingerDeadline : stallDeadline);
    }

    /** Tells the time. */
    public void timeIs(long now) {
        if (lingerDeadline != NONE && now - lingerDeadline >= 0) {
            reset(new Failure(
                    ErrorCode.TIMED_OUT,
                    "The server's side had ended, and the client neither uploaded nor ended its own within "
                            + limits.lingerNanos() / 1_000_000 + " ms (lingerTimeout of the DuplexHandler)."));
        } else if (stallDeadline != NONE && now - stallDeadline >= 0) {
            reset(new Failure(
                    ErrorCode.TIMED_OUT,
                    "The browser read nothing of the download within " + limits.stallNanos() / 1_000_000
                            + " ms (stallTimeout of the DuplexHandler)."));
        }
    }

    private void resetFor(@Nullable Failure failure) {
        if (failure != null) {
            reset(failure);
        }
    }

    /** Notices that both directions have ended, or that the client is to be waited for. */
    private void settle(long now) {
        if (over || download.state() != DirectionState.ENDED) {
            return;
        }
        if (upload.state() == DirectionState.ENDED) {
            over = true;
            board.over = true;
            lingerDeadline = NONE;
        } else if (upload.hasOpenUploads()) {
            lingerDeadline = NONE;
        } else if (lingerDeadline == NONE) {
            lingerDeadline = now + limits.lingerNanos();
            board.deadline = true;
        }
    }
}
