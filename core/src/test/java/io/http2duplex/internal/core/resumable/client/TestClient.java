package io.http2duplex.internal.core.resumable.client;

import static java.util.Objects.requireNonNull;

import io.http2duplex.DownloadMode;
import io.http2duplex.internal.core.Effects;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.SessionEvent;
import io.http2duplex.internal.core.SpareBuffers;
import io.http2duplex.internal.core.resumable.FrameDecoder;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import io.http2duplex.internal.core.resumable.ViolationException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A client's session with a clock that the test sets, and a server that the test plays. */
final class TestClient {
    static final long SECOND = 1_000_000_000L;
    static final long MILLI = 1_000_000;
    static final int WINDOW = 1 << 20;
    static final int MAX_POST = 50_000;

    final ClientSession session;
    /** Of what is sent. */
    final SpareBuffers spares = new SpareBuffers();

    long now = Long.MAX_VALUE - 5 * SECOND - 7; // it overflows soon
    int heartbeatSeconds = 15;
    int resumeSeconds = 30;
    private int wakeUps;
    private int written;
    private final List<SessionEvent> events = new ArrayList<>();
    private boolean deadline;

    TestClient(boolean streams, DownloadMode... modes) {
        this(0, streams, modes);
    }

    /** @param random what each pause is of its bound */
    TestClient(double random, boolean streams, DownloadMode... modes) {
        session = new ClientSession(
                new ClientLimits(WINDOW, WINDOW, 0, MAX_POST, streams, List.of(modes), 600 * SECOND),
                new OpenedBy(0, modes[0]),
                new MemoryBudget(0),
                () -> random,
                () -> wakeUps++,
                spares,
                new SpareBuffers(),
                now);
    }

    Failure failure() {
        return requireNonNull(session.failure(), "it has not failed");
    }

    // ---- downloads

    Attempt attempt() {
        return requireNonNull(session.nextAttempt(now), "no GET is due");
    }

    /** The session is opened, and the server allows it to send. */
    ClientDownload begin() {
        return begin(session.opening());
    }

    /** The attempt is answered with HELLO, which brings a ticket, and WINDOW. */
    ClientDownload begin(Attempt attempt) {
        ClientDownload download = session.opened(attempt, attempt.way().isPoll(), now);
        hello(download);
        receive(download, new FrameEncoder().window(confirmed(), WINDOW));
        return download;
    }

    private long confirmed() {
        return written - session.heldOutput() + (session.isOutputEnded() ? 1 : 0);
    }

    void hello(ClientDownload download) {
        ByteBuffer hello = ByteBuffer.allocate(28)
                .putInt(0x07000018)
                .putInt(heartbeatSeconds * 1000)
                .putInt(resumeSeconds * 1000)
                .putLong(1)
                .putLong(2);
        session.received(download, hello.flip(), now);
    }

    void receive(ClientDownload download, FrameEncoder frames) {
        session.received(download, frames.take(), now);
    }

    void rotate(ClientDownload download) {
        session.received(download, ByteBuffer.allocate(4).putInt(0x06000000).flip(), now);
    }

    void drain(ClientDownload download) {
        session.received(download, ByteBuffer.allocate(4).putInt(0x08000000).flip(), now);
    }

    void data(ClientDownload download, long offset, int count) {
        ByteBuffer head = new FrameEncoder().dataHead(offset, count).take();
        session.received(
                download,
                ByteBuffer.allocate(head.remaining() + count).put(head).clear(),
                now);
    }

    void cut(ClientDownload download) {
        session.cut(download, "It was cut.", null, now);
    }

    void refuse(Attempt attempt, Problem problem) {
        session.refused(attempt, answer(problem), now);
    }

    // ---- uploads

    void write(int count) {
        session.write(ByteBuffer.allocate(count));
        written += count;
    }

    ClientUpload upload() {
        return requireNonNull(session.nextUpload(now), "there is no upload");
    }

    /** {@return the frames of what the stream sends now; DATA with the number of its bytes} */
    List<String> pieces(ClientUpload stream) {
        List<ByteBuffer> pieces = session.nextPieces(stream, now);
        return pieces == null ? List.of() : frames(pieces);
    }

    static List<String> frames(ClientUpload post) {
        return frames(post.body());
    }

    private static List<String> frames(List<ByteBuffer> pieces) {
        Frames frames = new Frames();
        FrameDecoder decoder = new FrameDecoder(frames);
        try {
            for (ByteBuffer piece : pieces) {
                decoder.push(piece.duplicate());
            }
        } catch (ViolationException e) {
            throw new AssertionError(e);
        }
        return frames.all;
    }

    static Answer answer(Problem problem) {
        return new Answer(problem.status(), problem, 0, new IllegalStateException(problem.detail()));
    }

    /** {@return an answer of something on the way, or a 204} */
    static Answer answer(int status) {
        return new Answer(status, null, 0, new IllegalStateException("a page"));
    }

    void answer(ClientUpload upload, Answer answer) {
        session.answered(upload, answer, true, now);
    }

    void processed(ClientUpload upload) {
        answer(upload, answer(Answer.PROCESSED));
    }

    void fail(ClientUpload upload) {
        session.failed(upload, "It was cut.", null, now);
    }

    // ---- effects, and time

    private void act() {
        Effects effects = session.takeEffects();
        effects.ready().forEach(Runnable::run);
        events.addAll(effects.events());
        deadline |= effects.deadline();
    }

    /** {@return whether the carrier was woken since the last time} */
    boolean woken() {
        act();
        boolean woken = wakeUps > 0;
        wakeUps = 0;
        return woken;
    }

    /** {@return whether the timer was told to look since the last time} */
    boolean timerTold() {
        act();
        boolean told = deadline;
        deadline = false;
        return told;
    }

    /** {@return the news since the last time} */
    List<SessionEvent> events() {
        act();
        List<SessionEvent> news = List.copyOf(events);
        events.clear();
        return news;
    }

    /** Tells the session the time at each of its deadlines until then. */
    void pass(long nanos) {
        long end = now + nanos;
        while (session.deadline().isPresent() && session.deadline().getAsLong() - end < 0) {
            now = Math.max(now - end, session.deadline().getAsLong() - end) + end;
            session.timeIs(now);
        }
        now = end;
        session.timeIs(now);
    }

    private static final class Frames implements FrameDecoder.Handler {
        final List<String> all = new ArrayList<>();
        /** Of the last frame, if it is DATA: what it begins with, and where it ends. */
        private long start;

        private long behind = -1;

        private void add(String frame) {
            all.add(frame);
            behind = -1;
        }

        @Override
        public void data(long offset, ByteBuffer bytes) {
            if (offset == behind) { // pieces of one frame, or frames that follow each other
                all.remove(all.size() - 1);
            } else {
                start = offset;
            }
            behind = offset + bytes.remaining();
            all.add("DATA " + start + " " + (behind - start));
        }

        @Override
        public void window(long confirmed, long limit) {
            add("WINDOW " + confirmed + " " + limit);
        }

        @Override
        public void ping(int token) {
            add("PING " + token);
        }

        @Override
        public void pong(int token) {
            add("PONG " + token);
        }

        @Override
        public void end(long offset) {
            add("END " + offset);
        }

        @Override
        public void reset(int number, String reason) {
            add("RESET " + number + " " + reason);
        }
    }
}
