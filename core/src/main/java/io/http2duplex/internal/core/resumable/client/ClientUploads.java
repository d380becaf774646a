package io.http2duplex.internal.core.resumable.client;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Deadline;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import io.http2duplex.internal.core.resumable.ReceivingDirection;
import io.http2duplex.internal.core.resumable.SendingDirection;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The uploads of one session: which frames go next, in which POST they are under way, and whether streaming works. Frames
 * go while the session is attached. When it is closed, only its last frame goes. (The file is long because what goes next
 * depends on all that is under way, and each loss of it on what went.)
 */
final class ClientUploads {
    /** Of POSTs that carry bytes, or the end. Bytes do not wait for others: those may all be held. */
    private static final int MAX_POSTS = 4;
    /** As long as there is enough to fill the next: at a distance, what is under way decides. */
    private static final int MAX_FULL_POSTS = 12;

    /** Of all uploads: a server need not accept more POSTs of a session at once. */
    private static final int MAX_OPEN = 16;

    /** How long the first PING of a stream may remain unanswered. */
    static final long PROBE_NANOS = 3_000_000_000L;

    /** How many answers to PINGs may wait to be sent. */
    private static final int MAX_PONGS = 16;
    /** How often the last frame of a session is sent: once more when it is lost. */
    private static final int LAST_FRAMES = 2;
    /** How often a RESET is sent. */
    private static final int RESETS = 3;
    /** After how many heartbeats a POST counts as held: it was not answered, and nothing of it was confirmed. */
    private static final int HELD_HEARTBEATS = 3;

    private static final long DEFAULT_HEARTBEAT_NANOS = 15_000_000_000L;
    private static final long SHORTEST_HOLD_NANOS = 1_000_000_000;
    /** How long the last frame of a session may be under way. */
    private static final long LAST_FRAME_NANOS = 2_000_000_000;
    /** After two breaks of streaming within this time, POSTs take its place. */
    private static final long BREAKS_NANOS = 60_000_000_000L;
    /** A stream that breaks this short before the download has broken with its connection. */
    private static final long SAME_BREAK_NANOS = 1_000_000_000;
    /** Something that holds small pieces back may let the first of them pass. */
    private static final int EARLY_PINGS = 6;
    /** With more bytes before it, a PING of a stream waits for them. */
    private static final int FEW_BYTES = 4_096;
    /** How long to wait after a stream broke: when its connection is lost, the download breaks as well. */
    private static final long STREAM_PAUSE_NANOS = 250_000_000;

    private final SendingDirection sending;
    private final ReceivingDirection receiving;
    private final ClientDownloads downloads;
    final BackOff backOff;

    /** Those that were not answered yet. */
    private final List<ClientUpload> open = new ArrayList<>(2);
    /** The streaming one, until it was answered. */
    private @Nullable ClientUpload stream;
    /** Whether streaming is worth a try: its bytes have not failed to arrive. */
    private boolean mayStream;
    /** Whether nothing of the stream was seen to arrive yet. */
    private boolean unproven;
    /** How many PINGs the stream still sends one after the other, each with what follows the answer to the last. */
    private int early;

    private final Comparison comparison = new Comparison();
    /** When streams have broken. */
    private List<Long> breaks = new ArrayList<>(0);

    /** The PINGs that must be answered. */
    private List<Integer> pongs = List.of();

    private boolean windowDue;
    private int lastToken = ClientUpload.NO_TOKEN;
    /** The PING that asks for a confirmation, until it is answered. */
    private int asking = ClientUpload.NO_TOKEN;
    /** Whether something was sent, or taken, since the server was last asked what it has confirmed. */
    private boolean news;

    private boolean closed;
    private @Nullable Failure failure;
    private boolean mustReset;
    private int lastFrames = LAST_FRAMES;
    private final BodySize size;
    /** When an upload was first lost since bytes have arrived; times without a download do not count. */
    private long stuckSince = Deadline.NONE;
    /** When bytes were last seen to arrive, and up to which offset. */
    private long arrivedAt;

    private long arrivedTo;

    ClientUploads(
            SendingDirection sending,
            ReceivingDirection receiving,
            ClientDownloads downloads,
            ClientLimits limits,
            DoubleSupplier random,
            long now) {
        this.sending = sending;
        this.receiving = receiving;
        this.downloads = downloads;
        size = new BodySize(limits.maxPostBytes());
        mayStream = limits.streams();
        backOff = new BackOff(random);
        arrivedAt = now;
    }

    boolean isWanted(Object request) {
        return open.contains(request);
    }

    /** {@return whether the upload travels in one streaming POST, or would if there were something to send} */
    boolean mayStream() {
        return mayStream;
    }

    boolean isWindowDue() {
        return windowDue || receiving.isWindowDue();
    }

    void advertiseAgain() {
        windowDue = true;
    }

    void advertised() {
        windowDue = false;
    }

    // ---- what is sent

    /** {@return whether there may be something to send, unless there is a pause} */
    boolean isSomethingDue() {
        if (closed) {
            return hasLastFrame();
        }
        return downloads.isAttached()
                && (sending.hasNext()
                        || isWindowDue()
                        || !pongs.isEmpty()
                        || mustAsk()
                        || mustEndStream()
                        || mustCompare()
                        || (stream != null && stream.probeDue));
    }

    private boolean mustEndStream() {
        return stream != null && stream.mustEnd;
    }

    /** {@return whether a POST must go beside the stream, with a PING} */
    private boolean mustCompare() {
        return comparison.isDue() && stream != null && !stream.mustEnd && !stream.isSocket();
    }

    private boolean hasLastFrame() {
        return lastFrames > 0 && (failure == null ? isWindowDue() : mustReset);
    }

    private boolean mustAsk() {
        return asking == ClientUpload.NO_TOKEN && news && sending.wantsConfirmation();
    }

    /** {@return a POST that must be sent now; null if none must} */
    @Nullable
    ClientUpload next(long now) {
        if (isFed() && !mustCompare()) {
            return null;
        }
        if (!isFed() && wantsStream(now)) {
            return openStream(now);
        }
        if (open.size() >= MAX_OPEN && !closed) {
            return null;
        }
        long carrying = open.stream()
                .filter(upload -> !upload.isStream() && upload.carries)
                .count();
        int most = size.isSought() ? 1 : sending.sendable() < size.most() ? MAX_POSTS : MAX_FULL_POSTS;
        ClientUpload upload = new ClientUpload(false, false, now);
        open.add(upload);
        List<ByteBuffer> body = compose(upload, carrying < most && !isFed() ? size.most() : 0, now);
        if (body == null) {
            open.remove(upload);
            return null;
        }
        upload.setBody(body);
        return upload;
    }

    /** {@return whether a stream gets what there is to send} */
    private boolean isFed() {
        return stream != null && !stream.mustEnd;
    }

    private boolean wantsStream(long now) {
        if (breaks.size() > 1) {
            mayStream = false;
        }
        boolean may = downloads.isOnSocket() ? isSomethingDue() : mayStream && sending.hasNext();
        return may && downloads.isAttached() && !closed && !backOff.isPausing(now);
    }

    private ClientUpload openStream(long now) {
        ClientUpload opened = new ClientUpload(true, downloads.isOnSocket(), now);
        open.add(opened);
        stream = opened;
        if (opened.isSocket()) { // that it works was seen
            unproven = false;
            early = 0;
            return opened;
        }
        unproven = true;
        early = EARLY_PINGS;
        probeNext(opened, now);
        return opened;
    }

    /** The next pieces of a stream begin with a PING. */
    private void probeNext(ClientUpload streaming, long now) {
        streaming.probe = nextToken();
        streaming.probeDue = true;
        streaming.mustProbe = false;
        streaming.probedAt = now;
        early--;
        streaming.quiet = newsOf(streaming) < FEW_BYTES;
    }

    private int nextToken() {
        lastToken = lastToken == Integer.MAX_VALUE ? 1 : lastToken + 1;
        return lastToken;
    }

    /** {@return the next pieces of a stream; null if there is nothing for it now} */
    @Nullable
    List<ByteBuffer> nextPieces(ClientUpload streaming, long now) {
        return streaming.mustEnd ? null : compose(streaming, size.limit(), now);
    }

    /** {@return frames that go now; null if there are none} */
    private @Nullable List<ByteBuffer> compose(ClientUpload upload, long maxBytes, long now) {
        boolean maySend = closed ? hasLastFrame() : downloads.isAttached();
        if (!maySend || !open.contains(upload) || backOff.isPausing(now)) {
            return null;
        }
        if (closed) {
            upload.last = true;
            upload.startedAt = now;
            lastFrames--;
        }
        if (failure != null) {
            mustReset = false;
            return List.of(reset(failure));
        }
        boolean carried = carriesNews(upload);
        UploadPieces pieces = new UploadPieces();
        control(upload, pieces.frames, now);
        data(upload, pieces, maxBytes);
        if (mustAsk()) {
            news = false;
            asking = nextToken();
            upload.question = asking;
            upload.mustProbe = true;
            pieces.frames.ping(asking);
        }
        if (mustCompare() && !upload.isStream()) {
            comparison.posted(nextToken(), now);
            pieces.frames.ping(lastToken);
        }
        List<ByteBuffer> body = pieces.take();
        if (body.isEmpty()) {
            if (open.size() == 1) { // no other waits for the server
                backOff.progressed();
            }
            return null;
        }
        if (upload.isStream()) {
            upload.startedAt = carried ? upload.startedAt : now;
            if (isProbeDue(upload, now) || (early > 0 && upload.probe == ClientUpload.NO_TOKEN)) {
                probeNext(upload, now);
                control(upload, pieces.frames, now);
                body = pieces.take();
            }
        }
        downloads.sent(now);
        return body;
    }

    private static ByteBuffer reset(Failure failure) {
        // The server is told what the application said, never what the client saw.
        String reason = failure.code() == ErrorCode.APPLICATION ? failure.reason() : "";
        return new FrameEncoder().reset(failure.numberOfClient(), reason).take();
    }

    /** Frames other than the application's bytes. */
    private void control(ClientUpload upload, FrameEncoder frames, long now) {
        if (upload.probeDue) {
            upload.probeDue = false;
            frames.ping(upload.probe);
        }
        if (isWindowDue() || !pongs.isEmpty()) {
            receiving.advertised(now);
            windowDue = false;
            upload.hasWindow = true;
            upload.mustProbe = true;
            frames.window(receiving.confirmed(), receiving.limit());
            pongs.forEach(frames::pong);
            if (!pongs.isEmpty()) {
                upload.pongs = latest(upload.pongs, pongs);
                pongs = List.of();
            }
        }
    }

    /** {@return when a PING must follow what it has carried} */
    private long probeDeadlineOf(ClientUpload upload) {
        boolean owes = upload.mustProbe && upload.probe == ClientUpload.NO_TOKEN && !upload.mustEnd && !closed;
        return owes ? upload.probedAt + heartbeat() : Deadline.NONE;
    }

    private boolean isProbeDue(ClientUpload upload, long now) {
        return Deadline.isPast(probeDeadlineOf(upload), now);
    }

    private void data(ClientUpload upload, UploadPieces pieces, long maxBytes) {
        long left = maxBytes;
        while (left > 0) {
            long offset = sending.nextOffset();
            ByteBuffer bytes = sending.nextBytes(left);
            if (bytes == null) {
                break;
            }
            int count = bytes.remaining();
            pieces.data(offset, bytes);
            upload.carry(offset, offset + count);
            left -= count;
            news = true;
        }
        long end = sending.nextOffset();
        if (left > 0 && sending.takeEnd()) {
            pieces.frames.end(end);
            upload.carry(end, end + 1);
        }
        sending.taken(sending.nextOffset());
    }

    // ---- what has become of it

    /** The server has processed all of an upload. */
    void taken(ClientUpload upload, long now) {
        if (!forget(upload)) {
            return;
        }
        backOff.reset();
        size.taken();
        if (upload.carries) {
            news = true;
            arrived(upload.from <= arrivedTo ? upload.to : arrivedTo, now);
        }
    }

    /** {@return whether every byte, and the end, has arrived as far as is known} */
    boolean hasAllArrived() {
        return sending.isEndUnderWay() && open.stream().noneMatch(this::carriesNews);
    }

    private void arrived(long to, long now) {
        long reached = Math.max(to, sending.confirmed());
        if (reached > arrivedTo) {
            arrivedTo = reached;
            arrivedAt = now;
            stuckSince = Deadline.NONE;
        }
    }

    private long heartbeat() {
        return downloads.heartbeatNanos() > 0 ? downloads.heartbeatNanos() : DEFAULT_HEARTBEAT_NANOS;
    }

    /** {@return up to how many bytes it carries that were not seen to arrive} */
    private long newsOf(ClientUpload upload) {
        return upload.carries ? upload.to - arrivedTo : 0;
    }

    /** {@return whether it carries bytes that were not seen to arrive} */
    private boolean carriesNews(ClientUpload upload) {
        return newsOf(upload) > 0;
    }

    /** {@return whether something of it must still be answered} */
    private boolean waits(ClientUpload upload) {
        return !upload.isStream() || upload.mustEnd || upload.probe != ClientUpload.NO_TOKEN || carriesNews(upload);
    }

    /** Something on the way, or a server that has few streams left, wants no streaming POST. */
    void streamNoMore() {
        mayStream = false;
    }

    /** A body was too large for something on the way. */
    void tooLarge(ClientUpload upload) {
        size.refused(upload.length());
    }

    /**
     * An upload that is under way was cut, or may be sent again.
     *
     * @param asked how long a pause the server asks for; 0 if it does not
     * @return whether uploads have failed for so long that the session must be given up
     */
    boolean lost(ClientUpload upload, long now, long asked) {
        // One that breaks while the session is detached has broken with its connection.
        if (upload == stream && !upload.isSocket() && downloads.isAttached()) {
            breaks = since(now, BREAKS_NANOS);
            breaks.add(now);
        }
        countLoss(upload, now);
        lose(upload);
        backOff.failed(now, upload.isStream() ? Math.max(asked, STREAM_PAUSE_NANOS) : asked);
        return isStuck(downloads.aliveUntil(now));
    }

    private void countLoss(ClientUpload upload, long now) {
        if (carriesNews(upload) && stuckSince == Deadline.NONE) {
            stuckSince = now;
        }
    }

    /** A time in which the server was silent does not count as failing. */
    void postpone(long time) {
        if (stuckSince != Deadline.NONE) {
            stuckSince += time;
        }
        backOff.postpone(time);
    }

    private boolean isStuck(long at) {
        return failsFor(at, backOff.failingSince()) || failsFor(at, stuckSince);
    }

    private boolean failsFor(long now, long since) {
        return since != Deadline.NONE && now - since >= downloads.uploadNanos();
    }

    private List<Long> since(long now, long nanos) {
        List<Long> kept = new ArrayList<>(2);
        for (long at : breaks) {
            if (now - at < nanos) {
                kept.add(at);
            }
        }
        return kept;
    }

    /**
     * The server is treated as dead.
     *
     * @param heardAt when it was last heard: its silence alone is no reason to give the session up
     * @return as of {@link #lost}
     */
    boolean loseAll(long heardAt, long now) {
        for (ClientUpload upload : List.copyOf(open)) {
            countLoss(upload, now);
            lose(upload);
        }
        return isStuck(heardAt);
    }

    private void lose(ClientUpload upload) {
        forget(upload);
        if (upload.carries) {
            sending.rewindTo(upload.from);
        }
        pinged(upload.pongs);
        mustReset = failure != null;
        windowDue |= upload.hasWindow;
        if (upload.question != ClientUpload.NO_TOKEN && upload.question == asking) {
            askAgain();
        }
    }

    private boolean forget(ClientUpload upload) {
        if (upload == stream) {
            stream = null;
        }
        return open.remove(upload);
    }

    private void askAgain() {
        asking = ClientUpload.NO_TOKEN;
        news = true;
    }

    // ---- what has come

    /** A WINDOW has come, of which the direction was told. */
    void confirmed(long before, long now) {
        if (sending.confirmed() > before) {
            backOff.progressed();
        }
        arrived(sending.confirmed(), now);
    }

    /** PINGs have come that must be answered. */
    void pinged(List<Integer> tokens) {
        if (!tokens.isEmpty()) {
            pongs = latest(pongs, tokens);
        }
    }

    private static List<Integer> latest(List<Integer> tokens, List<Integer> more) {
        List<Integer> all = new ArrayList<>(tokens);
        all.addAll(more);
        return List.copyOf(all.subList(Math.max(0, all.size() - MAX_PONGS), all.size()));
    }

    /** A PONG has come. */
    void answered(int token, long now) {
        if (token == asking) {
            asking = ClientUpload.NO_TOKEN;
        }
        ClientUpload streaming = stream;
        if (streaming == null) {
            return;
        }
        if (token == streaming.probe) {
            streaming.probe = ClientUpload.NO_TOKEN;
            unproven = false;
            comparison.streamed(streaming.quiet && !streaming.isSocket() ? now - streaming.probedAt : 0);
        }
        if (comparison.answered(token, now) && !streaming.mustEnd && !streaming.isSocket()) {
            if (comparison.isOver()) {
                mayStream = false;
                endStream(now);
            } else if (streaming.probe == ClientUpload.NO_TOKEN) {
                probeNext(streaming, now);
            }
        }
    }

    /**
     * A download has begun.
     *
     * @param onSocket whether it comes on a socket: the streaming POST ends then
     * @param away for how long nothing was heard of the server
     */
    void attached(boolean onSocket, long away, long now) {
        if (stream != null && stream.isSocket()) {
            lose(stream); // the server may have closed it before this came
        } else if (onSocket) {
            endStream(now);
        }
        if (stuckSince != Deadline.NONE) { // it goes on: downloads may come again and again while no upload arrives
            stuckSince += away;
        }
        backOff.reset();
        askAgain();
    }

    /** The download is lost. */
    void detached(long now) {
        breaks.removeIf(at -> now - at <= SAME_BREAK_NANOS);
        // Its probe can't be answered, which shows nothing about streaming. One that must end gets its own answer.
        if (stream != null && (stream.isSocket() || stream.probe != ClientUpload.NO_TOKEN) && !closed) {
            lose(stream);
        }
    }

    void endStream(long now) {
        if (stream != null && !stream.isSocket()) {
            stream.startedAt = waits(stream) ? stream.startedAt : now;
            stream.mustEnd = true;
        }
    }

    /** Only the last frame is still sent: a RESET after a failure, else the last WINDOW. */
    void close(@Nullable Failure failed, long now) {
        closed = true;
        failure = failed;
        if (failed == null && stream != null && stream.isSocket()) {
            windowDue |= stream.hasWindow; // nothing answers it: the last frame goes in a POST
            forget(stream);
        } else if (failed == null) {
            endStream(now);
        } else {
            mustReset = true;
            lastFrames = RESETS;
            open.clear();
            stream = null;
            backOff.reset();
        }
    }

    /** Nothing is sent any more. */
    void silence() {
        open.clear();
        stream = null;
        lastFrames = 0;
    }

    /** {@return whether nothing is under way, and nothing more will be sent when the session is closed} */
    boolean isIdle() {
        return open.isEmpty() && !hasLastFrame();
    }

    // ---- time

    long deadline() {
        long first = backOff.deadline();
        for (ClientUpload upload : open) {
            first = Deadline.earliest(first, deadlineOf(upload), probeDeadlineOf(upload))
                    .orElse(Deadline.NONE);
        }
        return first;
    }

    private long deadlineOf(ClientUpload upload) {
        if (upload.last) {
            return upload.startedAt + LAST_FRAME_NANOS;
        }
        if (closed || !waits(upload)) {
            return Deadline.NONE;
        }
        if (isUnproven(upload)) {
            long heartbeat = downloads.heartbeatNanos();
            return upload.probedAt + (heartbeat > 0 ? Math.min(PROBE_NANOS, heartbeat) : PROBE_NANOS);
        }
        return waitsSince(upload) + Math.max(SHORTEST_HOLD_NANOS, HELD_HEARTBEATS * heartbeat());
    }

    private long waitsSince(ClientUpload upload) {
        if (carriesNews(upload)) {
            return arrivedAt - upload.startedAt > 0 ? arrivedAt : upload.startedAt;
        }
        return upload.probe == ClientUpload.NO_TOKEN ? upload.startedAt : upload.probedAt;
    }

    private boolean isUnproven(ClientUpload upload) {
        return upload == stream && unproven;
    }

    /** {@return an upload that was not answered in time, and must be counted as lost; null if there is none} */
    @Nullable
    ClientUpload timeIs(long now) {
        backOff.timeIs(now);
        for (ClientUpload upload : List.copyOf(open)) {
            if (isProbeDue(upload, now)) {
                probeNext(upload, now);
            }
            if (!Deadline.isPast(deadlineOf(upload), now)) {
                continue;
            }
            if (isUnproven(upload)) {
                mayStream = false;
                lose(upload);
                continue;
            }
            if (!upload.isStream() && upload.carries) {
                size.held(upload.length());
            }
            upload.held = !upload.last;
            return upload;
        }
        return null;
    }
}
