package io.http2duplex.internal.core.resumable;

import io.http2duplex.DownloadMode;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Deadline;
import io.http2duplex.internal.core.DirectionState;
import io.http2duplex.internal.core.DownloadWay;
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

/** A session of dialect 2 ({@code docs/protocol.md}): it outlives its connections. */
public final class ResumableSession implements Session {
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
    private boolean finished;
    private boolean resetByPeer;
    private final MemoryUpkeep memory;

    /**
     * A session that waits for its first download: {@link #attach} with number 0 follows at once.
     *
     * @param budget the share that windows and buffers beyond their first sizes are reserved from
     */
    public ResumableSession(SessionLimits limits, MemoryShare budget, long now) {
        this(limits, budget, new SpareBuffers(), new SpareBuffers(), now);
    }

    ResumableSession(
            SessionLimits limits,
            MemoryShare budget,
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
        downloads = new Downloads(this, limits, effects, sending, receiving, now);
        memory = new MemoryUpkeep(sending, receiving, effects);
        time = now;
    }

    // ---- downloads

    /**
     * A GET has come. Unless {@link DownloadAttachment#problem} refuses it, its response is the session's download from
     * now on, instead of another, whose carrier is woken to end its own.
     *
     * @param number the attempt's number; 0 for the opening GET
     * @param offset the download's confirmed offset; 0 for the opening GET
     * @param limit the download's limit; 0 on a resuming GET without one
     * @param way how it travels
     * @param onReady wakes the carrier, outside any lock
     */
    public DownloadAttachment attach(
            long number, long offset, long limit, DownloadWay way, long now, Runnable onReady) {
        if (finished) {
            return DownloadAttachment.refused(failure == null ? Problem.sessionOver() : Problem.sessionReset(failure));
        }
        DownloadAttachment attached = downloads.attach(number, offset, limit, way, now, onReady);
        settle();
        return attached;
    }

    /** Asks the client for another download, before this one ends. */
    public void rotate(long now) {
        downloads.rotate(now);
        settle();
    }

    /** Tells the client, by this download and every later one, that the server is going to shut down. */
    public void drain(long now) {
        downloads.drain(now);
        settle();
    }

    /** {@return whether it is detached since its client has gone while it opened the session} */
    public boolean isAborted() {
        return downloads.isAborted() && !finished;
    }

    @Override
    public DownloadMode downloadMode() {
        return downloads.mode();
    }

    /** {@return whether there is a download, or the client polls} */
    public boolean isAttached() {
        return downloads.isAttached();
    }

    // ---- uploads

    /**
     * A POST has come. It may be decided at once: see {@link FrameUpload#outcome}.
     *
     * @param onReady wakes the carrier, outside any lock
     */
    public FrameUpload openUpload(long now, Runnable onReady) {
        FrameUpload upload = new FrameUpload(this, frames, onReady, now);
        downloads.received(now);
        if (finished) {
            upload.decide(finalOutcome());
        } else if (uploads.size() >= limits.maxOpenUploads() && !dropSilentUpload(now)) {
            upload.decide(UploadOutcome.refused(Problem.tooManyUploads(limits.maxOpenUploads())));
        } else {
            uploads.add(upload);
        }
        return upload;
    }

    /**
     * Answers the POST that has been silent for the longest, if that is long: the connections of a client that changes
     * its network may hang long after it has gone on by others.
     *
     * @return whether there was one
     */
    private boolean dropSilentUpload(long now) {
        FrameUpload silent = Collections.max(uploads, Comparator.comparingLong(upload -> now - upload.heardAt()));
        if (now - silent.heardAt() < limits.patienceNanos()) {
            return false;
        }
        silent.decide(UploadOutcome.refused(Problem.bodyIncomplete("It was silent for long, and others came.")));
        effects.ready(silent.onReady());
        return true;
    }

    void received(FrameUpload upload, ByteBuffer bytes, long now) {
        time = now;
        downloads.received(now);
        try {
            upload.decoder().push(bytes);
            if (resetByPeer) {
                upload.decide(UploadOutcome.PROCESSED);
            }
        } catch (ViolationException e) {
            upload.decide(UploadOutcome.refused(e.problem()));
            reset(new Failure(ErrorCode.PROTOCOL_ERROR, e.problem().detail()));
        }
        settle();
    }

    /** Something has come from the client. */
    void heard(long now) {
        downloads.received(now);
    }

    void answered(FrameUpload upload) {
        uploads.remove(upload);
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
        return write(bytes); // a copy is kept in any case
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
        // The client is told what the application said, never what the server saw.
        String reason = failure.code() == ErrorCode.APPLICATION ? failure.reason() : "";
        return reset(failure, new FrameEncoder().reset(failure.number(), reason));
    }

    @Override
    public @Nullable Failure failure() {
        return failure;
    }

    @Override
    public boolean isFinished() {
        return finished;
    }

    @Override
    public OptionalLong deadline() {
        return Deadline.earliest(memory.deadline(), downloads.deadline());
    }

    @Override
    public void timeIs(long now) {
        downloads.timeIs(now);
        memory.timeIs(now);
        settle();
    }

    /** Gives memory back to the budget that was not needed since the last call. */
    void shrinkUnused() {
        memory.shrinkUnused();
    }

    // ---- the end

    /** @param last the last frames for the client; null: it needs none */
    private boolean reset(Failure first, @Nullable FrameEncoder last) {
        if (finished) {
            return false;
        }
        failure = first;
        sending.reset();
        receiving.reset();
        finish(last);
        return true;
    }

    /** Notices that both directions have ended, that the download has something to carry, or that memory is spare. */
    private void settle() {
        if (!finished && sending.state() == DirectionState.ENDED && receiving.state() == DirectionState.ENDED) {
            finish(new FrameEncoder().window(receiving.confirmed(), receiving.limit()));
        }
        downloads.wakeIfDue();
        memory.look(time);
    }

    private void finish(@Nullable FrameEncoder last) {
        finished = true;
        memory.stop();
        effects.finished();
        downloads.finish(last);
        while (!uploads.isEmpty()) {
            FrameUpload upload = uploads.get(0);
            upload.decide(finalOutcome());
            effects.ready(upload.onReady());
        }
    }

    private UploadOutcome finalOutcome() {
        return failure == null ? UploadOutcome.PROCESSED : UploadOutcome.refused(Problem.sessionReset(failure));
    }

    /** The receiver of the frames of uploads. Nothing that comes behind the session's end matters. */
    private final class Frames implements FrameDecoder.Handler {
        @Override
        public void data(long offset, ByteBuffer bytes) throws ViolationException {
            if (!finished) {
                receiving.data(offset, bytes, time);
            }
        }

        @Override
        public void window(long confirmed, long limit) throws ViolationException {
            if (!finished) {
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
            if (!finished) {
                receiving.end(offset);
                settle();
            }
        }

        @Override
        public void reset(int number, String reason) {
            if (!finished) {
                resetByPeer = true;
                ResumableSession.this.reset(Failure.ofClient(number, reason), null);
            }
        }
    }
}
