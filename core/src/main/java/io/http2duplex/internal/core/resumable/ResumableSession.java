package io.http2duplex.internal.core.resumable;

import io.http2duplex.DownloadMode;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Deadline;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.MemoryShare;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.SpareBuffers;
import io.http2duplex.internal.core.UploadOutcome;
import io.http2duplex.internal.core.WindowSize;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A session of dialect 2 ({@code docs/protocol.md}): it outlives its connections. */
public final class ResumableSession extends FrameSession {
    private final SessionLimits limits;
    private final Downloads downloads;
    /** Not yet answered. */
    private final List<FrameUpload> uploads = new ArrayList<>(0);

    private final FrameDecoder.Handler frames = new Frames();
    private boolean resetByPeer;
    /** What a socket can attach with; null: none can. */
    private @Nullable Ticket ticket;

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
        super(
                new WindowSize(limits.downloadBufferSize(), limits.maxWindow(), budget),
                sendingSpares,
                new WindowSize(limits.uploadBufferSize(), limits.maxWindow(), budget),
                receivingSpares,
                now);
        this.limits = limits;
        downloads = new Downloads(this, limits, effects, sending, receiving, now);
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
        if (isFinished()) {
            Failure failure = failure();
            return DownloadAttachment.refused(failure == null ? Problem.sessionOver() : Problem.sessionReset(failure));
        }
        DownloadAttachment attached = downloads.attach(number, offset, limit, way, now, onReady);
        if (attached.problem() == null) {
            ticket = null;
        }
        settle();
        return attached;
    }

    /**
     * ATTACH has come on a socket. Unless {@link DownloadAttachment#problem} refuses it, the socket carries the session's
     * download from now on, as after a resuming GET, and what its client sends ({@link #openSocketUpload}).
     *
     * @param onReady wakes the carrier, outside any lock
     */
    public DownloadAttachment attachSocket(Attach attach, long now, Runnable onReady) {
        if (!isFinished() && !attach.ticket().equals(ticket)) {
            return DownloadAttachment.refused(Problem.unknownTicket());
        }
        return attach(attach.number(), attach.offset(), attach.limit(), DownloadWay.WEBSOCKET, now, onReady);
    }

    /** A socket can attach with this ticket, which goes with the HELLO of the download that was attached just now. */
    public void issue(Ticket issued) {
        ticket = issued;
        downloads.issue(issued);
    }

    /** {@return the ticket with which a socket can attach now; null: none can} */
    public @Nullable Ticket ticket() {
        return ticket;
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
        return downloads.isAborted() && !isFinished();
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
        if (isFinished()) {
            upload.decide(finalOutcome());
        } else if (uploads.size() >= limits.maxOpenUploads() && !dropSilentUpload(now)) {
            upload.decide(UploadOutcome.refused(Problem.tooManyUploads(limits.maxOpenUploads())));
        } else {
            uploads.add(upload);
        }
        return upload;
    }

    /** {@return the sink of what comes on a socket that has attached} It counts as no POST, and is not answered. */
    public FrameUpload openSocketUpload(long now) {
        FrameUpload upload = new FrameUpload(this, frames, () -> {}, now); // it never waits
        if (isFinished()) {
            upload.decide(finalOutcome());
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
        silent.decide(UploadOutcome.refused(Problem.bodyIncomplete("It was silent for more than "
                + limits.patienceNanos() / 1_000_000 + " ms, and more than " + limits.maxOpenUploads()
                + " others came (option maxOpenUploads).")));
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
        settle();
    }

    // ---- the end

    /** @param last the last frames for the client; null: it needs none */
    private boolean reset(Failure first, @Nullable FrameEncoder last) {
        if (isFinished()) {
            return false;
        }
        recordFailure(first);
        finish(last);
        return true;
    }

    /** Notices that both directions have ended, that the download has something to carry, or that memory is spare. */
    @Override
    protected void settle() {
        if (hasJustEnded()) {
            finish(new FrameEncoder().window(receiving.confirmed(), receiving.limit()));
        }
        downloads.wakeIfDue();
        memory.look(time);
    }

    private void finish(@Nullable FrameEncoder last) {
        recordEnd();
        downloads.finish(last);
        while (!uploads.isEmpty()) {
            FrameUpload upload = uploads.get(0);
            upload.decide(finalOutcome());
            effects.ready(upload.onReady());
        }
    }

    private UploadOutcome finalOutcome() {
        Failure failure = failure();
        return failure == null ? UploadOutcome.PROCESSED : UploadOutcome.refused(Problem.sessionReset(failure));
    }

    /** The receiver of the frames of uploads. Nothing that comes behind the session's end matters. */
    private final class Frames implements FrameDecoder.Handler {
        @Override
        public void data(long offset, ByteBuffer bytes) throws ViolationException {
            if (!isFinished()) {
                receiving.data(offset, bytes, time);
            }
        }

        @Override
        public void window(long confirmed, long limit) throws ViolationException {
            if (!isFinished()) {
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
            if (!isFinished()) {
                receiving.end(offset);
                settle();
            }
        }

        @Override
        public void reset(int number, String reason) {
            if (!isFinished()) {
                resetByPeer = true;
                ResumableSession.this.reset(Failure.ofClient(number, reason), null);
            }
        }
    }
}
