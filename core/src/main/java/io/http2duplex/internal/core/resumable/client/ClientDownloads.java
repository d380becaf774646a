package io.http2duplex.internal.core.resumable.client;

import io.http2duplex.DownloadMode;
import io.http2duplex.internal.core.Deadline;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.resumable.ReceivingDirection;
import io.http2duplex.internal.core.resumable.Ticket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The downloads of one session: which one is current, when to attach again, and how long the server has been silent.
 * (The file is long because when to attach again depends on all that downloads have come to.)
 *
 * <pre>
 *   DETACHED ──its first frame──▶ ATTACHED ──the current download ends, or the server is silent──▶ DETACHED
 *                                   │  ▲
 *                                   └──┴ rotated, a poll was answered: another download takes the place of the current one
 * </pre>
 */
final class ClientDownloads {
    /** How long an attempt may take until its first frame is here. */
    static final long ATTACH_NANOS = 10_000_000_000L;

    /** The same of a trial of the first way: what has worked so far waits for it. */
    private static final long TRIAL_NANOS = 3_000_000_000L;

    /** The resume timeout until the server has sent its own. */
    static final long DEFAULT_RESUME_NANOS = 30_000_000_000L;

    /** The frames that every download begins with: HELLO, WINDOW and perhaps DRAIN. A further one shows that it works. */
    private static final int FIRST_FRAMES = 3;

    /** A download that is younger has shown that it works only if it has brought something new. */
    private static final long EARLY_NANOS = 1_000_000_000L;

    /** So many polls in a row may bring nothing: the answer to a POST, say, may come before the echo. */
    private static final int EMPTY_POLLS = 3;

    /** The pause after each further one: something that answers polls at once must not keep the client busy. */
    private static final long EMPTY_POLL_PAUSE_NANOS = 20_000_000;

    /** How many bytes downloads may still bring when the session is closed: the server may have sent them by then. */
    static final int MOST_LATE_BYTES = 1024 * 1024;

    /** How many downloads are read at once: those that others have overtaken may still bring something. */
    private static final int MOST_DOWNLOADS = 4;

    private static final long NANOS_PER_MILLI = 1_000_000;

    /** In place of a heartbeat: how long a poll waits, and the server may keep a download that another has overtaken. */
    private static final long NO_HEARTBEAT_NANOS = 30_000_000_000L;

    private final ClientSession session;
    private final ReceivingDirection receiving;
    private final long maxResumeNanos;
    private final ClientWays ways;
    final BackOff backOff;
    /** Of downloads that the server wants replaced as soon as they have begun. */
    private final BackOff rotations;

    /** Those that have not ended. */
    private final List<ClientDownload> open = new ArrayList<>(1);
    /** Null: detached. */
    private @Nullable ClientDownload current;

    private @Nullable Attempt attempt;
    /** One whose first frame has not come: until then it attaches nothing. */
    private @Nullable ClientDownload candidate;

    private long attempts;
    private boolean mustRotate;
    /** How many polls in a row have brought nothing. */
    private int emptyPolls;
    /** The ticket of the last download; null: none came, or it was used. */
    private @Nullable Ticket ticket;

    private boolean closed;
    /** How many bytes have come since. */
    private long lateBytes;

    /** 0: the server may be silent. */
    private long heartbeat;

    private long resume = DEFAULT_RESUME_NANOS;
    private long detachedAt;
    private long awaySince;
    private long heardAt;
    private long sentAt;

    ClientDownloads(
            ClientSession session,
            ReceivingDirection receiving,
            ClientLimits limits,
            OpenedBy opened,
            DoubleSupplier random,
            long now) {
        this.session = session;
        this.receiving = receiving;
        maxResumeNanos = limits.resumeNanos();
        backOff = new BackOff(random);
        rotations = new BackOff(random);
        ways = new ClientWays(limits.downloadModes(), opened.mode(), limits.lookAgainNanos(), now);
        attempts = opened.attempts();
        attempt = new Attempt(attempts, 0, limits.firstWindow(), now, false, new DownloadWay(opened.mode(), 0), false);
        detachedAt = now;
        awaySince = now;
        heardAt = now;
        sentAt = now;
    }

    /** {@return the opening GET, or a resuming one, that is under way} */
    Attempt attempt() {
        return Objects.requireNonNull(attempt, "no GET is under way");
    }

    boolean isAttached() {
        return current != null;
    }

    /** {@return until when the server was known to be alive when the last download was lost; at first, when the session began} */
    long awaySince() {
        return awaySince;
    }

    /**
     * {@return until when the server is known to be alive: it is silent for a heartbeat at most. When the computer sleeps, that
     * may be long ago}
     */
    long aliveUntil(long now) {
        return heartbeat > 0 && now - heardAt > heartbeat ? heardAt + heartbeat : now;
    }

    /** {@return the longest silence of the server; 0: for ever} */
    long heartbeatNanos() {
        return heartbeat;
    }

    /** {@return how long uploads may fail before the session does} */
    long uploadNanos() {
        return Math.max(resume, DEFAULT_RESUME_NANOS);
    }

    boolean isWanted(Object request) {
        return request == attempt || open.contains(request);
    }

    /** {@return whether a resuming GET is due, unless there is a pause} */
    boolean isAttemptDue() {
        return (!isAttached() || mustRotate) && !closed && attempt == null;
    }

    /** {@return a resuming GET that must be sent now; null if none must} */
    @Nullable
    Attempt nextAttempt(long now) {
        if (!isAttemptDue() || backOff.isPausing(now) || (isAttached() && rotations.isPausing(now))) {
            return null;
        }
        session.advertised(now);
        sentAt = now;
        // A session that must resume faster could end with it.
        boolean trial = resumeNanos() >= ATTACH_NANOS && ways.isTrialDue(now);
        DownloadMode mode = trial ? ways.first() : ways.mode();
        // The first poll shows at once that the session is attached.
        long wait = mode == DownloadMode.POLLING && isBetweenPolls() && !trial ? heartbeatOrDefault() : 0;
        DownloadWay way = new DownloadWay(mode, wait);
        Attempt next = new Attempt(++attempts, receiving.confirmed(), receiving.limit(), now, isAttached(), way, trial);
        attempt = next;
        return next;
    }

    /** {@return an attempt to attach by a socket, while the download goes on; null if there can be none now} */
    @Nullable
    Attempt nextSocket(long now) {
        if (ticket == null || current == null || closed || mustRotate || attempt != null) {
            return null;
        }
        session.advertised(now);
        Attempt next = new Attempt(
                ++attempts, receiving.confirmed(), receiving.limit(), now, true, DownloadWay.WEBSOCKET, false, ticket);
        ticket = null;
        attempt = next;
        return next;
    }

    /** {@return whether a socket is attached} */
    boolean isOnSocket() {
        return current != null && current.isSocket();
    }

    /** A GET takes the place of the socket, if one is attached. */
    void leaveSocket() {
        if (isOnSocket()) {
            rotateAtOnce();
        }
    }

    private void rotateAtOnce() {
        mustRotate = true;
        rotations.reset();
    }

    private long heartbeatOrDefault() {
        return heartbeat > 0 ? heartbeat : NO_HEARTBEAT_NANOS;
    }

    /** {@return how the last download travels, or is asked to} */
    DownloadMode mode() {
        if (isOnSocket()) {
            return DownloadMode.WEBSOCKET;
        }
        boolean goesOn = current != null && !current.isPoll() && ways.mode() == DownloadMode.POLLING;
        return goesOn ? DownloadMode.STREAMING : ways.mode(); // the server need not answer as it is asked
    }

    /** The attempt, or its download, has failed in a way that may pass. */
    void attachFailed(@Nullable Attempt failed, long now, long asked) {
        if (failed != attempt) {
            return;
        }
        drop();
        session.advertiseAgain();
        if (failed != null && (failed.isSocket() || failed.isTrial())) {
            // The server may have put it in the place of the download: another GET clears that up, at once.
            rotateAtOnce();
            return;
        }
        backOff.failed(now, asked);
        if (isBetweenPolls()) {
            session.pollFailed(Objects.requireNonNull(current), now);
        }
    }

    /** The attempt was refused for good, or is not worth waiting for. */
    void drop() {
        if (candidate != null) {
            open.remove(candidate);
        }
        attempt = null;
        candidate = null;
    }

    /** {@return whether the current download was a poll, and was answered} */
    boolean isBetweenPolls() {
        return current != null && current.isPoll() && !open.contains(current);
    }

    /** A GET was accepted, with this body. */
    void open(Attempt answered, ClientDownload download, long now) {
        candidate = download;
        open.add(download);
        if (answered.isTrial()) {
            return; // it counts when it brings something
        }
        if (download.isPoll()) {
            ways.change(DownloadMode.POLLING, now);
        }
        if (answered.isRotation()) {
            begin(download, now);
        }
    }

    boolean isOpen(ClientDownload download) {
        return open.contains(download);
    }

    /** Bytes have come although the session is closed. {@return whether they are too many: the download is given up} */
    boolean isTooMuch(ClientDownload download, int count) {
        lateBytes += count;
        return lateBytes > MOST_LATE_BYTES && open.remove(download);
    }

    /** Bytes of a download have come. */
    void heard(long now) {
        if (current != null) {
            session.silenceOver(now - aliveUntil(now));
        }
        heardAt = now;
    }

    /** A frame of a download has come. {@return whether it may: the first must be HELLO} */
    boolean frame(ClientDownload download, boolean hello, long now) {
        int count = download.countFrame();
        if (count == 1 && !hello) {
            return false;
        }
        if (count == 1) {
            begin(download, now);
        } else if (count > FIRST_FRAMES && (now - download.openedAt() >= EARLY_NANOS || hasBrought(download))) {
            backOff.reset();
        }
        return true;
    }

    /**
     * {@return whether the frame that has just come is the WINDOW behind HELLO, and was not sent before others that have come}
     * No other download may still have brought something.
     */
    boolean isFirstWindow(ClientDownload download) {
        return download.frames() == 2 && download == current && open.size() == 1;
    }

    private void begin(ClientDownload download, long now) {
        if (download == candidate) {
            if (attempt != null && attempt.isTrial()) {
                ways.change(
                        download.isPoll() ? DownloadMode.POLLING : attempt.way().mode(), now);
            }
            attempt = null;
            candidate = null;
            mustRotate = false;
            heard(now);
            sentAt = now;
            boolean goesOnPolling = isBetweenPolls() && download.isPoll();
            if (current != null) {
                current.readUntil(now + 2 * heartbeatOrDefault());
                if (current.isSocket() || download.isSocket()) {
                    giveUp(current); // what it would still bring comes again
                }
            }
            if (open.size() > MOST_DOWNLOADS) {
                giveUp(open.get(0)); // what it would still bring comes again
            }
            current = download;
            ticket = null;
            if (!goesOnPolling) {
                session.attached();
            }
        }
    }

    private void giveUp(ClientDownload overtaken) {
        open.remove(overtaken);
        session.mayAbort();
    }

    void hello(ClientDownload download, long heartbeatMillis, long resumeMillis, @Nullable Ticket brought) {
        if (download == current) {
            ticket = brought;
        }
        heartbeat = heartbeatMillis * NANOS_PER_MILLI;
        resume = resumeMillis * NANOS_PER_MILLI;
    }

    /** {@return whether either direction has done something since it began} */
    private boolean hasBrought(ClientDownload download) {
        return session.progress() > download.progress();
    }

    /** ROTATE has come, which means nothing in a poll. {@return whether another download must take the place of this one} */
    boolean rotate(ClientDownload download, long now) {
        boolean isCurrent = download == current && !download.isPoll();
        if (isCurrent && !mustRotate) {
            mustRotate = true;
            if (now - download.openedAt() < EARLY_NANOS) {
                rotations.failed(now, 0, heartbeatOrDefault() / 2); // the server ends it after a heartbeat
            } else {
                rotations.reset();
            }
        }
        return isCurrent;
    }

    /** The body of a download has ended cleanly. {@return whether it is a poll that another follows} */
    boolean isAnswered(ClientDownload download, long now) {
        boolean answered = download == current && download.isPoll() && download.hasBegun();
        if (answered) {
            open.remove(download);
            mustRotate = true;
            emptyPolls = hasBrought(download) ? 0 : emptyPolls + 1;
            if (emptyPolls > EMPTY_POLLS) {
                backOff.pause(now + EMPTY_POLL_PAUSE_NANOS);
            }
        }
        return answered;
    }

    /** A download is lost. {@return whether the session is detached by that} */
    boolean lost(ClientDownload download, long now) {
        if (download == candidate) {
            attachFailed(attempt, now, 0);
        }
        open.remove(download);
        if (download != current) {
            return false;
        }
        mustRotate = false;
        current = null;
        detachedAt = now;
        awaySince = aliveUntil(now);
        if (!download.isSocket() && download.hasBegun()) {
            ways.lost(now - download.openedAt(), now);
        }
        backOff.failed(now, 0);
        return true;
    }

    /** Something was sent that shows that the client is there. */
    void sent(long now) {
        sentAt = now;
    }

    /** Nothing is attached any more, except that a rotation under way goes on. */
    void close(boolean failed) {
        closed = true;
        if (failed) {
            // The server may already have put a rotation in the place of the download: it must learn of the reset
            // first.
            attempt = attempt != null && attempt.isRotation() ? attempt : null;
            candidate = null;
        }
    }

    /** What is still under way is not wanted any more. */
    void release() {
        open.clear();
        attempt = null;
        candidate = null;
        current = null;
    }

    boolean isIdle() {
        return open.isEmpty() && attempt == null;
    }

    // ---- time

    long deadline() {
        if (closed) {
            return backOff.deadline();
        }
        return Deadline.earliest(
                        backOff.deadline(),
                        rotations.deadline(),
                        attemptDeadline(),
                        overtakenDeadline(),
                        signDeadline(),
                        silenceDeadline(),
                        resumeDeadline())
                .orElse(Deadline.NONE);
    }

    /** {@return when a download that another has overtaken is given up} */
    private long overtakenDeadline() {
        return open.isEmpty() ? Deadline.NONE : open.get(0).until(); // of several, the first was overtaken first
    }

    private long attemptDeadline() {
        return attempt == null
                ? Deadline.NONE
                : attempt.startedAt() + attempt.way().longest() + attemptNanos(attempt);
    }

    /** {@return how long an attempt may take until its first frame is here, besides what the server may wait} */
    static long attemptNanos(@Nullable Attempt attempt) {
        return attempt != null && attempt.isTrial() ? TRIAL_NANOS : ATTACH_NANOS;
    }

    /** {@return when the server must get a sign of life from a client that only receives} */
    private long signDeadline() {
        boolean due = current != null && heartbeat > 0 && heardAt - sentAt > 0 && !session.isWindowDue();
        return due ? sentAt + heartbeat : Deadline.NONE;
    }

    private long silenceDeadline() {
        return current != null && heartbeat > 0 ? heardAt + patienceNanos() : Deadline.NONE;
    }

    /** {@return how long the server may be silent} If it has lost the download, there must be time to resume. */
    long patienceNanos() {
        return Math.min(2 * heartbeat, Math.max(heartbeat + heartbeat / 4, resumeNanos() / 4 * 3));
    }

    private long resumeDeadline() {
        // In a rotation the old download may be seen to end before the new one is seen to begin.
        if (isAttached() || (attempt != null && attempt.isRotation())) {
            return Deadline.NONE;
        }
        return detachedAt + resumeNanos();
    }

    /** {@return how long the session may be detached} */
    long resumeNanos() {
        return maxResumeNanos == 0 ? resume : Math.min(resume, maxResumeNanos);
    }

    void timeIs(long now) {
        backOff.timeIs(now);
        rotations.timeIs(now);
        if (closed) {
            return;
        }
        if (Deadline.isPast(attemptDeadline(), now)) {
            if (attempt == null || !(attempt.isSocket() || attempt.isTrial())) {
                ways.broughtNothing(now);
            }
            session.attemptTimedOut(attempt, now);
        }
        while (Deadline.isPast(overtakenDeadline(), now)) {
            open.remove(0);
        }
        if (Deadline.isPast(signDeadline(), now)) {
            session.advertiseAgain();
        }
        ClientDownload silent = current;
        if (silent != null && Deadline.isPast(silenceDeadline(), now)) {
            session.serverSilent(silent, heardAt, now);
        }
        if (Deadline.isPast(resumeDeadline(), now)) {
            session.awayForTooLong();
        }
    }
}
