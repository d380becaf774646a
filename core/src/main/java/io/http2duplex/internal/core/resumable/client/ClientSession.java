package io.http2duplex.internal.core.resumable.client;

import io.http2duplex.DownloadMode;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Deadline;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.MemoryShare;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.SessionEvent;
import io.http2duplex.internal.core.SpareBuffers;
import io.http2duplex.internal.core.WindowSize;
import io.http2duplex.internal.core.resumable.FrameDecoder;
import io.http2duplex.internal.core.resumable.FrameSession;
import io.http2duplex.internal.core.resumable.Ticket;
import io.http2duplex.internal.core.resumable.ViolationException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A session of dialect 2 at its client. A carrier, which sends the requests, asks it what to send ({@link #nextAttempt},
 * {@link #nextUpload}, {@link #nextPieces}) and which requests are still of use ({@link #isWanted}); it reports what
 * becomes of each. It is woken whenever there may be something to ask for.
 *
 * <p>Only the server ends a session. What the network does, and what something on the way answers, is a disturbance:
 * what was under way is sent again, with pauses that grow, until the resume timeout. (The file is long because it is the
 * whole of what a carrier may ask and report.)
 *
 * <pre>
 *   OPEN ──both directions have ended, or the first failure: isFinished──▶ FINISHED
 *   FINISHED ──the last frame was taken, or was lost too often, or some seconds have passed: isReleased──▶ RELEASED
 * </pre>
 */
public final class ClientSession extends FrameSession {
    /** How long the last requests of a session may take that has ended cleanly. */
    static final long LAST_REQUESTS_NANOS = 3_000_000_000L;

    /** How long those of a session may take that has failed: a RESET is sent more often. */
    static final long LAST_RESETS_NANOS = 6_000_000_000L;

    /** Statuses that may refuse a streaming POST for other reasons than its streaming. */
    private static final Set<Integer> REFUSALS_OF_ANY_POST = Set.of(404, 408, 410, 429, 502, 503, 504);

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Runnable onReady;
    private final ClientDownloads downloads;
    private final ClientUploads uploads;

    /** The deadline that the timer was told of, or has asked for, last. */
    private long told = Deadline.NONE;

    private boolean draining;
    /** Whether it was attached when that was last told. */
    private boolean attached;
    /** Whether it was attached before. */
    private boolean begun;
    /** Whether a request may have become useless since the carrier was last woken. */
    private boolean mayAbort;
    /** When the last requests are given up. */
    private long release = Deadline.NONE;

    private boolean released;

    /** The most that a WINDOW has confirmed of the upload. */
    private long confirmed;

    /** What failed last in a way that may pass. */
    private String disturbance = "";

    private @Nullable Throwable disturbanceCause;

    /**
     * A session whose {@linkplain #opening opening GET} is under way, or was answered.
     *
     * @param opened the GET that has opened it
     * @param budget the share that windows and buffers beyond their first sizes are reserved from
     * @param random gives numbers from 0 to 1, without 1
     * @param onReady wakes the carrier, outside any lock
     */
    public ClientSession(
            ClientLimits limits,
            OpenedBy opened,
            MemoryShare budget,
            DoubleSupplier random,
            Runnable onReady,
            long now) {
        this(limits, opened, budget, random, onReady, new SpareBuffers(), new SpareBuffers(), now);
    }

    /** As the other, with the buffers of each direction. */
    public ClientSession(
            ClientLimits limits,
            OpenedBy opened,
            MemoryShare budget,
            DoubleSupplier random,
            Runnable onReady,
            SpareBuffers sendingSpares,
            SpareBuffers receivingSpares,
            long now) {
        super(
                new WindowSize(limits.firstWindow(), limits.maxWindow(), budget),
                sendingSpares,
                new WindowSize(limits.firstWindow(), limits.maxWindow(), budget),
                receivingSpares,
                now);
        this.onReady = onReady;
        downloads = new ClientDownloads(this, receiving, limits, opened, random, now);
        uploads = new ClientUploads(sending, receiving, downloads, limits, random, now);
    }

    // ---- what the carrier asks

    /** {@return the opening GET, before anything else is asked} */
    public Attempt opening() {
        return downloads.attempt();
    }

    /** {@return how many bytes, and ends, both directions have confirmed} */
    long progress() {
        return receiving.confirmed() + sending.confirmed();
    }

    /** {@return a resuming GET that must be sent now; null if none must} */
    public @Nullable Attempt nextAttempt(long now) {
        time = now;
        Attempt attempt = downloads.nextAttempt(now);
        tellDeadline();
        return attempt;
    }

    /** {@return a POST that must be sent now, whole or {@linkplain ClientUpload#isStream streaming}; null if none must} */
    public @Nullable ClientUpload nextUpload(long now) {
        time = now;
        ClientUpload upload = uploads.next(now);
        tellDeadline();
        return upload;
    }

    /** {@return the next pieces of a streaming POST, which are sent now; null if there are none now} */
    public @Nullable List<ByteBuffer> nextPieces(ClientUpload upload, long now) {
        time = now;
        List<ByteBuffer> pieces = uploads.nextPieces(upload, now);
        tellDeadline();
        return pieces;
    }

    /**
     * {@return whether a request is still of use: if not, it must be aborted}
     *
     * @param request an {@link Attempt}, {@link ClientDownload} or {@link ClientUpload}
     */
    public boolean isWanted(Object request) {
        return downloads.isWanted(request) || uploads.isWanted(request);
    }

    /** {@return whether it has ended and nothing is under way or must be sent: the carrier can be forgotten} */
    public boolean isReleased() {
        return released;
    }

    /** {@return whether the upload goes in one streaming POST, as long as that works} */
    public boolean mayStream() {
        return uploads.mayStream();
    }

    /** {@return whether there is a download whose first frame has come} */
    public boolean isAttached() {
        return downloads.isAttached();
    }

    // ---- sockets

    /**
     * {@return an attempt to attach by a socket that sends its {@link Attempt#frame}; null if there can be none now} What
     * comes on the socket is its download ({@link #opened}, as soon as something comes), and the next streaming upload goes
     * on it.
     */
    public @Nullable Attempt nextSocket(long now) {
        time = now;
        Attempt attempt = downloads.nextSocket(now);
        tellDeadline();
        return attempt;
    }

    /** Leaves the socket, if one is attached: a GET takes its place. */
    public void leaveSocket(long now) {
        time = now;
        downloads.leaveSocket();
        settle();
    }

    // ---- GET

    /**
     * A GET was answered with 200 and the session's id.
     *
     * @param attempt which is wanted
     * @param poll whether it is the answer to a poll
     * @return its body
     */
    public ClientDownload opened(Attempt attempt, boolean poll, long now) {
        time = now;
        Frames frames = new Frames();
        ClientDownload download = new ClientDownload(frames, poll, attempt.isSocket(), now, progress());
        frames.download = download;
        downloads.open(attempt, download, now);
        settle();
        return download;
    }

    /** The next bytes of a body have come. Nothing happens if it is not wanted any more. */
    public void received(ClientDownload download, ByteBuffer bytes, long now) {
        if (!downloads.isOpen(download)) {
            return;
        }
        time = now;
        if (isFinished() && downloads.isTooMuch(download, bytes.remaining())) {
            mayAbort = true;
            settle();
            return;
        }
        downloads.heard(now);
        try {
            download.decoder().push(bytes);
        } catch (ViolationException e) {
            reset(new Failure(
                    ErrorCode.PROTOCOL_ERROR,
                    "The server broke the protocol: " + e.problem().detail(),
                    e));
        }
        settle();
    }

    /** A body has ended as it should. */
    public void ended(ClientDownload download, long now) {
        if (downloads.isAnswered(download, now)) {
            time = now;
            settle();
        } else {
            cut(download, "The download has ended.", null, now);
        }
    }

    /**
     * A body was cut.
     *
     * @param how for a person
     */
    public void cut(ClientDownload download, String how, @Nullable Throwable cause, long now) {
        time = now;
        if (!isFinished()) {
            disturbed(how, cause);
        }
        lost(download, how, cause, now);
        settle();
    }

    private void lost(ClientDownload download, String how, @Nullable Throwable cause, long now) {
        if (downloads.lost(download, now)) {
            uploads.detached(now);
            if (!isFinished()) {
                detached(how, cause);
                downloads.timeIs(now);
            }
        }
    }

    private void detached(String how, @Nullable Throwable cause) {
        attached = false;
        mayAbort = true;
        effects.event(new SessionEvent.Detached(how, cause));
    }

    /** A resuming GET got no answer. */
    public void failed(Attempt attempt, String how, @Nullable Throwable cause, long now) {
        time = now;
        disturbed(how, cause);
        downloads.attachFailed(attempt, now, 0);
        settle();
    }

    /** A resuming GET was not accepted. */
    public void refused(Attempt attempt, Answer answer, long now) {
        time = now;
        if (answer.isPassing() || answer.status() == Answer.STALE_ATTACH) {
            disturbed(answer);
            downloads.attachFailed(attempt, now, answer.retryAfterNanos());
        } else if (isWanted(attempt)) {
            downloads.drop();
            refused(answer);
        }
        settle();
    }

    // ---- POST

    /** A POST was cut, or got no answer. */
    public void failed(ClientUpload upload, String how, @Nullable Throwable cause, long now) {
        time = now;
        if (isWanted(upload)) {
            disturbed(how, cause);
            lost(upload, 0, now);
        }
        upload.dropBody();
        settle();
    }

    /**
     * A POST was answered.
     *
     * @param whole whether all of its body has gone: false if it is streaming and goes on
     */
    public void answered(ClientUpload upload, Answer answer, boolean whole, long now) {
        time = now;
        boolean oddity = upload.isStream() && !REFUSALS_OF_ANY_POST.contains(answer.status());
        if (answer.status() == Answer.PROCESSED && whole) {
            processed(upload, now);
        } else if (oddity || answer.isPassing()) {
            if (oddity) { // something on the way may refuse a body without a length; if it refuses more, POSTs show it
                uploads.streamNoMore();
            } else if (answer.problem() == null && answer.status() == Answer.TOO_LARGE) {
                uploads.tooLarge(upload);
            }
            if (isWanted(upload)) {
                disturbed(answer);
                lost(upload, answer.retryAfterNanos(), now);
            }
        } else if (isWanted(upload)) {
            refused(answer);
        }
        upload.dropBody();
        settle();
    }

    private void processed(ClientUpload upload, long now) {
        uploads.taken(upload, now);
        if (uploads.hasAllArrived()) {
            sending.allTaken();
        }
    }

    private void lost(ClientUpload upload, long asked, long now) {
        mayAbort = true;
        if (uploads.lost(upload, now, asked)) {
            noUploadInTime();
        }
    }

    private void noUploadInTime() {
        reset(new Failure(
                ErrorCode.CONNECTION_LOST,
                withDisturbance("No upload could be sent within " + downloads.uploadNanos() / NANOS_PER_MILLI + " ms."),
                disturbanceCause));
    }

    // ---- what the server refuses

    private void refused(Answer answer) {
        Problem problem = answer.problem();
        if (problem != null && problem.number() != null) {
            closedByServer(problem.number(), problem.reason() == null ? "" : problem.reason());
            return;
        }
        String detail = problem == null ? "" : ": " + problem.detail();
        Failure refusal = new Failure(
                answer.code(),
                "The server refused a request of the duplex with status " + answer.status() + detail,
                answer.exception());
        boolean unknown = answer.code() == ErrorCode.UNKNOWN_SESSION;
        reset(refusal);
        if (unknown) {
            silenceUploads();
        }
    }

    /** @param number 0: it has ended cleanly */
    private void closedByServer(int number, String reason) {
        if (number == 0) {
            sending.allTaken();
            settleEnd();
        }
        reset(
                number == 0
                        ? new Failure(
                                ErrorCode.PROTOCOL_ERROR,
                                "The server has ended the duplex before this side has. Open another one.")
                        : Failure.ofServer(number, reason));
        silenceUploads();
    }

    private void silenceUploads() {
        uploads.silence();
        mayAbort = true;
    }

    private void disturbed(Answer answer) {
        disturbed("The last answer was " + answer.exception().getMessage() + ".", answer.exception());
    }

    private void disturbed(String how, @Nullable Throwable cause) {
        disturbance = how;
        disturbanceCause = cause;
    }

    private String withDisturbance(String what) {
        return disturbance.isEmpty() ? what : what + " " + disturbance;
    }

    // ---- for the parts

    boolean isWindowDue() {
        return uploads.isWindowDue();
    }

    void advertiseAgain() {
        uploads.advertiseAgain();
    }

    /** The download's limit goes with a GET. */
    void advertised(long now) {
        receiving.advertised(now);
        uploads.advertised();
    }

    /** A request may have become useless. */
    void mayAbort() {
        mayAbort = true;
    }

    /** The server is heard after a silence that was so much longer than a heartbeat. */
    void silenceOver(long time) {
        uploads.postpone(time);
    }

    /** The first frame of a download has come. */
    void attached() {
        uploads.attached(downloads.isOnSocket(), attached ? 0 : time - downloads.awaySince(), time);
        if (isFinished()) {
            return;
        }
        DownloadMode mode = downloads.mode();
        effects.event(attached || !begun ? new SessionEvent.Attached(mode) : new SessionEvent.Resumed(mode));
        attached = true;
        begun = true;
        mayAbort = true;
    }

    /** No poll has followed another. */
    void pollFailed(ClientDownload last, long now) {
        lost(last, withDisturbance("A poll failed."), disturbanceCause, now);
    }

    void attemptTimedOut(@Nullable Attempt attempt, long now) {
        mayAbort = true;
        disturbed(
                "An attempt to attach brought nothing within "
                        + ClientDownloads.attemptNanos(attempt) / NANOS_PER_MILLI
                        + " ms.",
                null);
        downloads.attachFailed(attempt, now, 0);
    }

    void serverSilent(ClientDownload silent, long heardAt, long now) {
        String how = "The server gave no sign of life for " + downloads.patienceNanos() / NANOS_PER_MILLI + " ms.";
        disturbed(how, null);
        if (uploads.loseAll(heardAt, now)) {
            noUploadInTime();
            return;
        }
        if (silent.isPoll()) {
            downloads.drop();
        }
        lost(silent, how, null, now);
    }

    void awayForTooLong() {
        reset(new Failure(
                ErrorCode.CONNECTION_LOST,
                withDisturbance(
                        "The duplex could not be resumed within " + downloads.resumeNanos() / NANOS_PER_MILLI + " ms."),
                disturbanceCause));
    }

    // ---- the application, and time

    @Override
    public DownloadMode downloadMode() {
        return downloads.mode();
    }

    /** Ends both directions at once, and tells the server. */
    @Override
    public boolean reset(Failure first) {
        if (isFinished()) {
            return false;
        }
        recordFailure(first);
        finish();
        settle();
        return true;
    }

    @Override
    public OptionalLong deadline() {
        long deadline = nextDeadline();
        told = deadline; // the timer may ask only when that is later than what it was told of
        return Deadline.earliest(deadline);
    }

    private long nextDeadline() {
        if (released) {
            return Deadline.NONE;
        }
        return Deadline.earliest(release, memory.deadline(), downloads.deadline(), uploads.deadline())
                .orElse(Deadline.NONE);
    }

    @Override
    public void timeIs(long now) {
        time = now;
        told = Deadline.NONE;
        for (ClientUpload late = uploads.timeIs(now); late != null; late = uploads.timeIs(now)) {
            disturbed("A POST was not answered in time.", null);
            if (late.isSocket()) {
                downloads.leaveSocket();
            }
            lost(late, 0, now);
        }
        downloads.timeIs(now);
        memory.timeIs(now);
        if (Deadline.isPast(release, now)) {
            silenceUploads();
            downloads.release();
        }
        mayAbort = true;
        settle();
    }

    // ---- the end

    @Override
    protected void settle() {
        settleEnd();
        if (isFinished() && !released && downloads.isIdle() && uploads.isIdle()) {
            released = true;
            release = Deadline.NONE;
            mayAbort = true;
        }
        if (mayAbort || uploads.isSomethingDue() || downloads.isAttemptDue()) {
            mayAbort = false;
            effects.ready(onReady);
        }
        if (!isFinished()) {
            memory.look(time);
        }
        tellDeadline();
    }

    /** What the carrier asks for needs no more than that: it is awake. */
    private void tellDeadline() {
        long deadline = nextDeadline();
        if (deadline == Deadline.NONE) {
            told = Deadline.NONE; // if the last one was looked at only now, none was found
        } else if (told == Deadline.NONE || deadline - told < 0) {
            told = deadline;
            effects.deadline();
        }
    }

    private void settleEnd() {
        if (hasJustEnded()) {
            finish();
        }
    }

    private void finish() {
        recordEnd();
        Failure failure = failure();
        downloads.close(failure != null);
        uploads.close(failure, time);
        release = time + (failure == null ? LAST_REQUESTS_NANOS : LAST_RESETS_NANOS);
        mayAbort = true;
        told = Deadline.NONE; // who acts on the end has stopped the timer
    }

    /** The receiver of the frames of one download. Nothing that comes behind the session's end matters. */
    private final class Frames implements FrameDecoder.Handler {
        private @Nullable ClientDownload download;

        private ClientDownload frame() {
            return frame(false);
        }

        private ClientDownload frame(boolean hello) {
            ClientDownload known = Objects.requireNonNull(download);
            if (!downloads.frame(known, hello, time)) {
                ClientSession.this.reset(new Failure(
                        ErrorCode.PROTOCOL_ERROR, "The server broke the protocol: a download must begin with HELLO."));
            }
            return known;
        }

        @Override
        public void data(long offset, ByteBuffer bytes) throws ViolationException {
            frame();
            if (!isFinished()) {
                receiving.data(offset, bytes, time);
            }
        }

        @Override
        public void window(long offset, long limit) throws ViolationException {
            ClientDownload known = frame();
            if (!isFinished()) {
                if (offset < confirmed && downloads.isFirstWindow(known)) {
                    ClientSession.this.reset(
                            new Failure(ErrorCode.PROTOCOL_ERROR, "The server lacks bytes that it had confirmed."));
                    return;
                }
                long before = sending.confirmed();
                sending.window(offset, limit);
                confirmed = Math.max(confirmed, offset);
                uploads.confirmed(before, time);
                settleEnd();
            }
        }

        @Override
        public void ping(int token) {
            frame();
            uploads.pinged(List.of(token));
        }

        @Override
        public void pong(int token) {
            frame();
            uploads.answered(token, time);
        }

        @Override
        public void end(long offset) throws ViolationException {
            frame();
            if (!isFinished()) {
                receiving.end(offset);
                settleEnd();
            }
        }

        @Override
        public void reset(int number, String reason) {
            frame();
            if (!isFinished()) {
                ClientSession.this.reset(Failure.ofServer(number, reason));
                silenceUploads();
            }
        }

        @Override
        public void rotate() {
            if (downloads.rotate(frame(), time) && !isFinished()) {
                uploads.endStream(time);
            }
        }

        @Override
        public void hello(long heartbeatMillis, long resumeMillis, @Nullable Ticket ticket) {
            downloads.hello(frame(true), heartbeatMillis, resumeMillis, ticket);
        }

        @Override
        public void drain() {
            frame();
            if (!draining) {
                draining = true;
                effects.event(new SessionEvent.Draining());
            }
        }
    }
}
