package io.http2duplex.internal.core.resumable;

import io.http2duplex.DownloadMode;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Deadline;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.EffectCollector;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.SessionEvent;
import io.http2duplex.internal.core.SessionLimits;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The downloads of a session, one after the other: which one is attached, which frames it carries next, and the
 * deadlines of both. (The file is long because each of these depends on the others.)
 *
 * <pre>
 *   DETACHED ──attach──▶ ATTACHED ──lost, dead, held up, rotated away──▶ DETACHED ──resume timeout──▶ reset
 *                        │ ▲ │ ▲                                        ▲
 *                        │ │ └─┴ attach: the new download replaces      │
 *                        │ │     the old one                            │
 *     a poll is answered ▼ │ attach                                     │
 *                    BETWEEN POLLS ──no poll for two heartbeats─────────┘
 * </pre>
 */
final class Downloads {
    /** A client that goes so soon after it asked to open, and was not heard from, has aborted the opening. */
    static final long OPENING_NANOS = 2_000_000_000;

    /** How long such a client may take to come back, since its network may have changed just then. */
    static final long ABORTED_RESUME_NANOS = 1_000_000_000;

    /** How long a detached client may take to come back to a server that drains, to be told so. */
    static final long DRAINING_RESUME_NANOS = 2_000_000_000;

    /** About how many of the application's bytes the answer to one poll carries at most, to begin with. */
    static final int FIRST_POLL_BYTES = 1 << 20;

    /** The same for a client that reads fast. Browsers let a response bring hardly more within a round trip. */
    static final int MOST_POLL_BYTES = 4 << 20;

    /** A client that asks again within this time after a full answer reads fast. */
    static final long FAST_POLL_NANOS = 500_000_000;

    private static final int MAX_PONGS = 16;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final ResumableSession session;
    private final SessionLimits limits;
    private final EffectCollector effects;
    private final SendingDirection sending;
    private final ReceivingDirection receiving;

    /** The attached download; null: detached, or between polls. */
    private @Nullable DownloadAttachment current;

    private long lastNumber = -1;
    /** How the last download travels, or travelled. */
    private DownloadMode mode = DownloadMode.STREAMING;
    /** Whether the poll that waits must be answered, with or without something to carry. */
    private boolean pollDue;
    /** About how many of the application's bytes the answer to a poll carries at most. */
    private int pollBytes = FIRST_POLL_BYTES;
    /** What that may grow to: less than what has not arrived, since something on the way may not let so much pass. */
    private int mostPollBytes = MOST_POLL_BYTES;
    /** When the last answer was composed, if it carried so many. */
    private long fullAt = Deadline.NONE;

    /** Tokens of PINGs that must be answered, oldest first. */
    private List<Integer> pongs = List.of();

    private boolean pingDue;
    private boolean rotateDue;
    private boolean draining;
    /** When the session was opened. */
    private final long openedAt;
    /** Whether the client has shown that it knows the session: it has sent a POST, or resumed. */
    private boolean heard;
    /** Whether the client has gone while it opened the session, as far as can be told. */
    private boolean aborted;

    private boolean drainDue;
    private int token;
    /** Whether a PING is on its way that makes the peer confirm what it has. */
    private boolean confirmationAsked;

    private final Heartbeat heartbeat;
    /** When the poll that waits is due. */
    private long pollEnds = Deadline.NONE;
    /** When a session between polls is detached. */
    private long nextPoll = Deadline.NONE;
    /** When a detached session is reset. */
    private long resume = Deadline.NONE;
    /** When a download that is held up is treated as lost. */
    private long stall = Deadline.NONE;
    /** When the client is asked for another download. */
    private long rotate = Deadline.NONE;
    /** When a download ends although no other has come. */
    private long leave = Deadline.NONE;

    Downloads(
            ResumableSession session,
            SessionLimits limits,
            EffectCollector effects,
            SendingDirection sending,
            ReceivingDirection receiving,
            long now) {
        openedAt = now;
        this.session = session;
        this.limits = limits;
        this.effects = effects;
        this.sending = sending;
        this.receiving = receiving;
        heartbeat = new Heartbeat(limits.heartbeatNanos());
    }

    boolean isAttached() {
        return current != null || isBetweenPolls();
    }

    private boolean isBetweenPolls() {
        return nextPoll != Deadline.NONE;
    }

    DownloadMode mode() {
        return mode;
    }

    boolean isAborted() {
        return aborted;
    }

    // ---- attached and detached

    DownloadAttachment attach(long number, long offset, long limit, DownloadWay way, long now, Runnable onReady) {
        if (number <= lastNumber) {
            return DownloadAttachment.refused(Problem.staleAttach());
        }
        try {
            sending.window(offset, limit);
        } catch (ViolationException e) {
            return DownloadAttachment.refused(Problem.badOffset());
        }
        lastNumber = number;
        heard |= number > 0;
        aborted = false;
        sizeNextAnswer(offset, now);
        sending.rewindTo(offset);
        DownloadAttachment replaced = current;
        boolean goesOnPolling = isAttached() && mode == DownloadMode.POLLING && way.isPoll();
        current = way.isPoll() ? new PollAttachment(this, onReady) : new DownloadAttachment(this, onReady);
        mode = way.mode();
        if (replaced != null) {
            replaced.release();
            effects.ready(replaced.onReady());
        }
        if (!goesOnPolling) {
            effects.event(resume != Deadline.NONE ? new SessionEvent.Resumed(mode) : new SessionEvent.Attached(mode));
            drainDue = draining;
        }
        clearDeadlines();
        pollDue = false;
        if (way.isPoll()) {
            // A poll is a sign of life itself, and is answered before another would be asked for.
            pollEnds = now + Math.min(way.longest(), limits.patienceNanos());
        } else {
            heartbeat.begin(now);
            if (limits.maxDownloadLifeNanos() > 0) {
                rotate = now + limits.maxDownloadLifeNanos();
            }
        }
        pingDue = false;
        rotateDue = false;
        confirmationAsked = false;
        effects.deadline();
        return current;
    }

    /** On a slow line a large answer would hold up what comes behind it: so it is large only after one that went fast. */
    private void sizeNextAnswer(long arrived, long now) {
        if (fullAt != Deadline.NONE) {
            if (arrived < sending.nextOffset()) {
                mostPollBytes = Math.max(FIRST_POLL_BYTES, pollBytes / 2);
            }
            boolean isFast = now - fullAt <= FAST_POLL_NANOS;
            pollBytes = isFast ? Math.min(2 * pollBytes, mostPollBytes) : FIRST_POLL_BYTES;
            fullAt = Deadline.NONE;
        }
    }

    void issue(Ticket ticket) {
        if (current != null) {
            current.issue(ticket);
        }
    }

    void lost(DownloadAttachment attachment, String how, @Nullable Throwable cause, long now) {
        if (attachment == current) {
            detach(how, cause, now);
        }
    }

    private void detach(String how, @Nullable Throwable cause, long now) {
        current = null;
        clearDeadlines();
        effects.event(new SessionEvent.Detached(how, cause));
        if (limits.resumeNanos() == 0) {
            session.reset(new Failure(ErrorCode.CONNECTION_LOST, how, cause));
        } else {
            aborted = !heard
                    && now - openedAt <= OPENING_NANOS
                    && limits.resumeNanos() > ABORTED_RESUME_NANOS; // else it is gone soon anyway
            resume = now + limits.resumeNanos();
            if (aborted) {
                resumeWithin(ABORTED_RESUME_NANOS, now);
            }
            if (draining) {
                resumeWithin(DRAINING_RESUME_NANOS, now);
            }
            effects.deadline();
        }
    }

    /** The answer to a poll has gone to the transport: the client will ask again. */
    void answered(PollAttachment poll, long now) {
        if (poll == current) {
            current = null;
            clearDeadlines();
            awaitPoll(now);
            effects.deadline();
        }
    }

    private void awaitPoll(long now) {
        nextPoll = now + (draining ? DRAINING_RESUME_NANOS : 2 * limits.patienceNanos());
    }

    private void resumeWithin(long nanos, long now) {
        if (resume != Deadline.NONE && resume - now > nanos) {
            resume = now + nanos;
            effects.deadline();
        }
    }

    /** {@return the failure of a session whose client did not come back} */
    private Failure awayForTooLong() {
        if (draining) {
            return new Failure(ErrorCode.SHUT_DOWN, "The server shut down while the client was away.");
        }
        if (aborted) {
            return new Failure(ErrorCode.ABORTED, "The client went away while it opened the duplex.");
        }
        return new Failure(
                ErrorCode.CONNECTION_LOST,
                "The client lost its connection, and did not come back within " + limits.resumeNanos() / NANOS_PER_MILLI
                        + " ms (option resumeTimeout).");
    }

    private void clearDeadlines() {
        resume = Deadline.NONE;
        stall = Deadline.NONE;
        rotate = Deadline.NONE;
        leave = Deadline.NONE;
        pollEnds = Deadline.NONE;
        nextPoll = Deadline.NONE;
        heartbeat.stop();
    }

    // ---- the carrier

    DownloadStep next(DownloadAttachment attachment, long now) {
        attachment.idle = false;
        if (attachment == current && !attachment.hasBytes() && attachment.then() == null) {
            if (attachment instanceof PollAttachment poll) {
                answer(poll, now);
            } else {
                frame(attachment, now);
            }
        }
        if (attachment.hasBytes()) {
            return DownloadStep.WRITE;
        }
        DownloadStep then = attachment.then();
        attachment.idle = then == null;
        return then == null ? DownloadStep.WAIT : then;
    }

    /** Composes the answer to a poll, if it is due. */
    private void answer(PollAttachment poll, long now) {
        if (isSomethingDue() || Deadline.isPast(pollEnds, now)) {
            pollEnds = Deadline.NONE;
            pollDue = false;
            long enough = sending.nextOffset() + pollBytes;
            do {
                frame(poll, now);
            } while (sending.hasNext() && sending.nextOffset() < enough);
            fullAt = sending.nextOffset() < enough ? Deadline.NONE : now;
            poll.compose();
        }
    }

    private void frame(DownloadAttachment attachment, long now) {
        FrameEncoder frames = new FrameEncoder();
        if (attachment.fresh) {
            hello(attachment, frames);
        }
        if (attachment.fresh || !pongs.isEmpty() || receiving.isWindowDue()) {
            receiving.advertised(now);
            frames.window(receiving.confirmed(), receiving.limit());
        }
        attachment.fresh = false;
        pongs.forEach(frames::pong);
        pongs = List.of();
        if (pingDue || isConfirmationWanted()) {
            pingDue = false;
            confirmationAsked = true;
            frames.ping(++token);
        }
        if (rotateDue) {
            rotateDue = false;
            frames.rotate();
        }
        if (drainDue) {
            drainDue = false;
            frames.drain();
        }
        long offset = sending.nextOffset();
        var bytes = sending.nextBytes();
        if (bytes != null) {
            frames.dataHead(offset, bytes.remaining());
        } else if (sending.takeEnd()) {
            frames.end(offset);
        }
        attachment.carry(frames.take(), bytes, offset);
    }

    private FrameEncoder hello(DownloadAttachment attachment, FrameEncoder frames) {
        return frames.hello(millis(limits.heartbeatNanos()), millis(limits.resumeNanos()), attachment.takeTicket());
    }

    private static long millis(long nanos) {
        return Math.min(0xFFFF_FFFFL, (nanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
    }

    private boolean isConfirmationWanted() {
        return !confirmationAsked && sending.wantsConfirmation();
    }

    void taken(DownloadAttachment attachment, int count, long now) {
        sending.taken(attachment.advance(count));
        unblocked(attachment, now);
        if (attachment == current && !attachment.isPoll()) {
            heartbeat.sent(now);
        }
    }

    void blocked(DownloadAttachment attachment, long now) {
        if (attachment.blocked) {
            return;
        }
        attachment.blocked = true;
        if (attachment == current) {
            stall = now + limits.stallNanos();
            effects.deadline();
        } else {
            attachment.breakOffIfBlocked();
            effects.ready(attachment.onReady());
        }
    }

    void unblocked(DownloadAttachment attachment, long now) {
        if (attachment.blocked) {
            attachment.blocked = false;
            if (attachment == current) {
                stall = Deadline.NONE;
                if (!attachment.isPoll()) {
                    heartbeat.unblocked(now);
                }
            }
        }
    }

    /** Wakes the carrier if there is something for it to do. */
    void wakeIfDue() {
        DownloadAttachment attachment = current;
        if (attachment != null && attachment.idle && isSomethingDue()) {
            wake(attachment);
        }
    }

    private boolean isSomethingDue() {
        return pollDue
                || pingDue
                || rotateDue
                || drainDue
                || !pongs.isEmpty()
                || sending.hasNext()
                || receiving.isWindowDue()
                || isConfirmationWanted();
    }

    private void wake(DownloadAttachment attachment) {
        attachment.idle = false;
        effects.ready(attachment.onReady());
    }

    // ---- the peer

    /** Something has come from the peer. */
    void received(long now) {
        heard = true;
        if (isBetweenPolls()) {
            awaitPoll(now);
        } else if (current != null && !current.isPoll()) {
            heartbeat.received(now);
        }
    }

    /** The peer has sent a PING. A peer that sends many without taking the answers gets some of them. */
    void ping(int asked) {
        if (pongs.isEmpty()) {
            pongs = new ArrayList<>(1);
        } else if (pongs.size() == MAX_PONGS) {
            pongs.remove(0);
        }
        pongs.add(asked);
    }

    /** The peer has confirmed something, perhaps since it was asked to: it can be asked again. */
    void confirmed() {
        confirmationAsked = false;
    }

    /** Asks the client for another download. */
    void rotate(long now) {
        if (current == null || current.isPoll() || leave != Deadline.NONE) {
            return;
        }
        rotate = Deadline.NONE;
        rotateDue = true;
        leave = now + limits.patienceNanos();
        effects.deadline();
    }

    /** Tells the client that the server is going to shut down, by this download and every later one. */
    void drain(long now) {
        if (!draining) {
            draining = true;
            drainDue = true;
            resumeWithin(DRAINING_RESUME_NANOS, now);
            if (isBetweenPolls()) {
                awaitPoll(now);
                effects.deadline();
            }
        }
    }

    // ---- the end

    /**
     * The session has ended or was reset: its download ends cleanly.
     *
     * @param last the last frames; null: none, not even the rest of a frame on its way
     */
    void finish(@Nullable FrameEncoder last) {
        DownloadAttachment attachment = current;
        current = null;
        clearDeadlines();
        if (attachment == null) {
            return;
        }
        if (last == null) {
            attachment.release();
        } else {
            if (attachment.fresh) {
                FrameEncoder first =
                        hello(attachment, new FrameEncoder()).window(receiving.confirmed(), receiving.limit());
                attachment.carry(first.take(), null, 0);
            }
            attachment.finish(last.take());
        }
        wake(attachment);
    }

    // ---- time

    /** {@return when {@link #timeIs} must be called; {@link Deadline#NONE} if no time matters} */
    long deadline() {
        return Deadline.earliest(resume, stall, rotate, leave, pollEnds, nextPoll, heartbeat.deadline())
                .orElse(Deadline.NONE);
    }

    void timeIs(long now) {
        DownloadAttachment attachment = current;
        if (Deadline.isPast(resume, now)) {
            session.reset(awayForTooLong());
        } else if (Deadline.isPast(nextPoll, now)) {
            detach("the client has not polled again", null, now);
        } else if (attachment == null) {
            return;
        } else if (Deadline.isPast(stall, now)) {
            breakOff(attachment, "the browser read nothing of the download for too long", now);
        } else if (heartbeat.isDead(now)) {
            breakOff(attachment, "the client gave no sign of life", now);
        } else if (Deadline.isPast(leave, now)) {
            attachment.release();
            wake(attachment);
            detach("the client opened no other download when asked to", null, now);
        } else {
            if (Deadline.isPast(rotate, now)) {
                rotate(now);
            }
            if (Deadline.isPast(pollEnds, now)) {
                pollEnds = Deadline.NONE;
                pollDue = true;
                wake(attachment);
            }
            if (heartbeat.isPingDue(now)) {
                pingDue = true;
                heartbeat.ask(now);
                effects.deadline();
            }
        }
    }

    private void breakOff(DownloadAttachment attachment, String how, long now) {
        attachment.breakOff();
        wake(attachment);
        detach(how, null, now);
    }
}
