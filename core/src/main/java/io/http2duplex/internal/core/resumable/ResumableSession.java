package io.http2duplex.internal.core.resumable;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Deadline;
import io.http2duplex.internal.core.DirectionState;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.EffectCollector;
import io.http2duplex.internal.core.Effects;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.Session;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.SpareBuffers;
import io.http2duplex.internal.core.UploadOutcome;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A session of dialect 2 ({@code docs/protocol.md}): it outlives its connections.
 *
 * <p>A carrier of a download shows the {@link DownloadAttachment} that {@link #attach} gave it with every call; calls with one
 * that another has taken the place of do no harm.
 */
public final class ResumableSession implements Session {
    private static final long SWEEP_INTERVAL_NANOS = 1_000_000_000;

    private final SessionLimits limits;
    private final EffectCollector effects = new EffectCollector();
    final SendingDirection sending;
    final ReceivingDirection receiving;
    private final Downloads downloads;
    /** Not yet answered. */
    private final List<FrameUpload> uploads = new ArrayList<>(0);

    private final FrameDecoder.Handler frames = new Frames();
    /** The time of the event that brings frames. */
    private long time;

    private @Nullable Failure failure;
    private boolean over;
    private boolean resetByPeer;
    /** When memory is let go of that was not used again. */
    private long sweep = Deadline.NONE;

    /**
     * A session that waits for its first download: {@link #attach} with number 0 follows at once.
     *
     * @param budget what windows and buffers beyond their beginning sizes come out of, shared with other sessions
     */
    public ResumableSession(SessionLimits limits, MemoryBudget budget, long now) {
        this(limits, budget, new SpareBuffers(), new SpareBuffers(), now);
    }

    ResumableSession(
            SessionLimits limits,
            MemoryBudget budget,
            SpareBuffers sendingSpares,
            SpareBuffers receivingSpares,
            long now) {
        int maxUploadWindow = Math.max(limits.maxWindow(), limits.uploadBufferSize());
        int maxDownloadBuffer = Math.max(limits.maxWindow(), limits.downloadBufferSize());
        this.limits = limits;
        sending = new SendingDirection(
                new WindowSize(limits.downloadBufferSize(), maxDownloadBuffer, budget), sendingSpares, effects);
        receiving = new ReceivingDirection(
                new WindowSize(limits.uploadBufferSize(), maxUploadWindow, budget), receivingSpares, effects, now);
        downloads = new Downloads(this, limits, effects, sending, receiving);
        time = now;
    }

    // ---- downloads: what the carrier of a response body tells and asks

    /**
     * A GET has come. Unless {@link DownloadAttachment#problem} refuses it, its response is the session's download from now on,
     * in the place of another, whose carrier is woken to end its own.
     *
     * @param number the attempt's number; 0 for the opening GET
     * @param offset the download's confirmed offset; 0 for the opening GET
     * @param limit the download's limit; 0 on a resuming GET without one
     * @param onReady wakes the carrier, outside any lock
     */
    public DownloadAttachment attach(long number, long offset, long limit, long now, Runnable onReady) {
        if (over) {
            return DownloadAttachment.refused(overProblem());
        }
        DownloadAttachment attached = downloads.attach(number, offset, limit, now, onReady);
        settle();
        return attached;
    }

    public DownloadStep nextDownload(DownloadAttachment attachment, long now) {
        return downloads.next(attachment, now);
    }

    public void downloadTaken(DownloadAttachment attachment, int count, long now) {
        downloads.taken(attachment, count, now);
    }

    void downloadBlocked(DownloadAttachment attachment, long now) {
        downloads.blocked(attachment, now);
    }

    void downloadFlushed(DownloadAttachment attachment, long now) {
        downloads.unblocked(attachment, now);
    }

    void downloadLost(DownloadAttachment attachment, String how, @Nullable Throwable cause, long now) {
        resetFor(downloads.lost(attachment, how, cause, now));
    }

    /** Asks the client for another download, before this one has to go. */
    public void rotate(long now) {
        downloads.rotate(now);
        settle();
    }

    /** Tells the client, by this download and every later one, that the server is going to shut down. */
    public void drain() {
        downloads.drain();
        settle();
    }

    /** {@return whether there is a download} */
    public boolean isAttached() {
        return downloads.isAttached();
    }

    // ---- uploads: what the carriers of POSTs tell and ask; they read on at all times

    /**
     * A POST has come. It may be decided at once: see {@link FrameUpload#outcome}.
     *
     * @param onReady wakes the carrier, outside any lock
     */
    public FrameUpload openUpload(long now, Runnable onReady) {
        FrameUpload upload = new FrameUpload(this, frames, onReady, now);
        downloads.received(now);
        if (over) {
            upload.decide(overOutcome());
        } else if (uploads.size() >= limits.maxOpenUploads() && !dropSilentUpload(now)) {
            upload.decide(UploadOutcome.refused(Problem.tooManyUploads(limits.maxOpenUploads())));
        } else {
            uploads.add(upload);
        }
        return upload;
    }

    /**
     * Of the POSTs that have brought nothing for long, the one that has for the longest is answered: the connections of
     * a client that changes its network may hang long after it has gone on by others.
     *
     * @return whether there was one
     */
    private boolean dropSilentUpload(long now) {
        FrameUpload silent = Collections.max(uploads, Comparator.comparingLong(upload -> now - upload.heardAt()));
        if (now - silent.heardAt() < limits.patienceNanos()) {
            return false;
        }
        decide(silent, UploadOutcome.refused(Problem.bodyIncomplete("It brought nothing for long, and others came.")));
        effects.ready(silent.onReady());
        return true;
    }

    void received(FrameUpload upload, ByteBuffer bytes, long now) {
        if (upload.outcome() != null) {
            return;
        }
        upload.heard(now);
        time = now;
        downloads.received(now);
        try {
            upload.decoder().push(bytes);
            if (resetByPeer) {
                decide(upload, UploadOutcome.PROCESSED);
            }
        } catch (ViolationException e) {
            decide(upload, UploadOutcome.refused(e.problem()));
            reset(new Failure(ErrorCode.PROTOCOL_ERROR, e.problem().detail()));
        }
        settle();
    }

    void completed(FrameUpload upload, long now) {
        if (upload.outcome() == null) {
            downloads.received(now);
            decide(
                    upload,
                    upload.decoder().isMidFrame()
                            ? UploadOutcome.refused(Problem.bodyIncomplete("The body ended in the middle of a frame."))
                            : UploadOutcome.PROCESSED);
        }
    }

    /** What has come of that body counts. */
    void cut(FrameUpload upload) {
        if (upload.outcome() == null) {
            decide(upload, UploadOutcome.refused(Problem.bodyIncomplete("The upload was cut.")));
        }
    }

    /** What has come of that body counts. */
    void timedOut(FrameUpload upload, String how) {
        if (upload.outcome() == null) {
            decide(upload, UploadOutcome.refused(Problem.bodyTooSlow(how + ". Send again what was not confirmed.")));
        }
    }

    // ---- the application, and time

    @Override
    public Effects takeEffects() {
        return effects.take();
    }

    @Override
    public @Nullable ByteBuffer pollInput() {
        ByteBuffer bytes = receiving.poll();
        settle();
        return bytes;
    }

    @Override
    public int readInput(ByteBuffer target) {
        int count = receiving.read(target);
        settle();
        return count;
    }

    @Override
    public long availableInput() {
        return receiving.available();
    }

    @Override
    public boolean isInputAtEnd() {
        return receiving.isAtEnd();
    }

    @Override
    public void discardInput() {
        receiving.discard();
        settle();
    }

    @Override
    public int outputRoom() {
        return sending.room();
    }

    @Override
    public boolean isOutputOpen() {
        return sending.state() == DirectionState.OPEN;
    }

    @Override
    public boolean isOutputEnded() {
        return sending.state() == DirectionState.ENDED;
    }

    @Override
    public long write(ByteBuffer bytes) {
        long offset = sending.write(bytes);
        settle();
        return offset;
    }

    @Override
    public long writeCopy(ByteBuffer bytes) {
        return write(bytes); // what may have to be sent again is a copy anyway
    }

    @Override
    public void end() {
        sending.end();
        settle();
    }

    @Override
    public long takenOffset() {
        return sending.takenOffset();
    }

    @Override
    public void notifyOutputAt(long offset) {
        sending.notifyAt(offset);
        settle();
    }

    @Override
    public void notifyOutputRoom() {
        sending.notifyWhenRoomy();
        settle();
    }

    @Override
    public int dialect() {
        return 2;
    }

    @Override
    public long receivedBytes() {
        return receiving.received();
    }

    @Override
    public long sentBytes() {
        return sending.sent();
    }

    @Override
    public long heldInput() {
        return receiving.held();
    }

    @Override
    public long heldOutput() {
        return sending.kept();
    }

    /** {@return how many more bytes the client may send now} */
    public long uploadWindow() {
        return receiving.window();
    }

    /** {@return how many more bytes may be sent to the client now} */
    public long downloadWindow() {
        return sending.window();
    }

    @Override
    public boolean reset(Failure failure) {
        return reset(failure, new FrameEncoder().reset(failure.number(), told(failure)));
    }

    @Override
    public @Nullable Failure failure() {
        return failure;
    }

    @Override
    public boolean isOver() {
        return over;
    }

    @Override
    public OptionalLong deadline() {
        return Deadline.earliest(sweep, downloads.deadline().orElse(Deadline.NONE));
    }

    @Override
    public void timeIs(long now) {
        resetFor(downloads.timeIs(now));
        if (Deadline.isPast(sweep, now)) {
            sending.spares.sweep();
            receiving.spares.sweep();
            sweep = holdsSpares() ? now + SWEEP_INTERVAL_NANOS : Deadline.NONE;
        }
        settle();
    }

    private boolean holdsSpares() {
        return !sending.spares.isEmpty() || !receiving.spares.isEmpty();
    }

    // ---- the end

    private void resetFor(@Nullable Failure found) {
        if (found != null) {
            reset(found);
        }
    }

    /** @param last how the client is told; null: it needs not be told */
    private boolean reset(Failure first, @Nullable FrameEncoder last) {
        if (over) {
            return false;
        }
        failure = first;
        sending.reset();
        receiving.reset();
        finish(last);
        return true;
    }

    /** {@return what the client is told of the reason: what the application said, never what the server saw} */
    private static String told(Failure failure) {
        return failure.code() == ErrorCode.APPLICATION ? failure.reason() : "";
    }

    /** Notices that both directions have ended, that the download has something to carry, or that memory is spare. */
    private void settle() {
        if (!over && sending.state() == DirectionState.ENDED && receiving.state() == DirectionState.ENDED) {
            finish(new FrameEncoder().window(receiving.confirmed(), receiving.limit()));
        }
        downloads.wakeIfDue();
        if (sweep == Deadline.NONE && holdsSpares()) {
            sweep = time + SWEEP_INTERVAL_NANOS;
            effects.deadline();
        }
    }

    private void finish(@Nullable FrameEncoder last) {
        over = true;
        sweep = Deadline.NONE;
        effects.over();
        downloads.finish(last);
        for (FrameUpload upload : uploads) {
            upload.decide(overOutcome());
            effects.ready(upload.onReady());
        }
        uploads.clear();
    }

    private void decide(FrameUpload upload, UploadOutcome outcome) {
        upload.decide(outcome);
        uploads.remove(upload);
    }

    private Problem overProblem() {
        return failure == null ? Problem.over() : Problem.gone(failure);
    }

    private UploadOutcome overOutcome() {
        return failure == null ? UploadOutcome.PROCESSED : UploadOutcome.refused(Problem.gone(failure));
    }

    /** What uploads bring. Nothing that comes behind the session's end matters. */
    private final class Frames implements FrameDecoder.Handler {
        @Override
        public void data(long offset, ByteBuffer bytes) throws ViolationException {
            if (!over) {
                receiving.data(offset, bytes, time);
            }
        }

        @Override
        public void window(long confirmed, long limit) throws ViolationException {
            if (!over) {
                sending.window(confirmed, limit);
                downloads.confirmed();
                settle();
            }
        }

        @Override
        public void ping(int token) {
            downloads.ping(token);
        }

        @Override
        public void pong(int token) {
            downloads.confirmed();
        }

        @Override
        public void end(long offset) throws ViolationException {
            if (!over) {
                receiving.end(offset);
                settle();
            }
        }

        @Override
        public void reset(int number, String reason) {
            if (!over) {
                resetByPeer = true;
                ErrorCode code = ErrorCode.of(number);
                int known = code == ErrorCode.APPLICATION ? number : code.number();
                ResumableSession.this.reset(new Failure(code, known, reason, null), null);
            }
        }

        @Override
        public void rotate() {
            // a server's frame, which means nothing here
        }

        @Override
        public void hello(long heartbeatMillis, long resumeMillis) {
            // a server's frame, which means nothing here
        }

        @Override
        public void drain() {
            // a server's frame, which means nothing here
        }
    }
}
