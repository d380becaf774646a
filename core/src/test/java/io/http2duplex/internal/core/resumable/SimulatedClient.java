package io.http2duplex.internal.core.resumable;

import static io.http2duplex.internal.core.resumable.SimulatedNetwork.MILLI;
import static io.http2duplex.internal.core.resumable.SimulatedNetwork.check;
import static java.util.Objects.requireNonNull;

import io.http2duplex.DownloadMode;
import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Deadline;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.Effects;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.PoisonedSpares;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.UploadOutcome;
import io.http2duplex.internal.core.resumable.client.Answer;
import io.http2duplex.internal.core.resumable.client.Attempt;
import io.http2duplex.internal.core.resumable.client.ClientDownload;
import io.http2duplex.internal.core.resumable.client.ClientLimits;
import io.http2duplex.internal.core.resumable.client.ClientSession;
import io.http2duplex.internal.core.resumable.client.ClientUpload;
import io.http2duplex.internal.core.resumable.client.OpenedBy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The client in a simulation: a session, what carries its requests, and its application. */
final class SimulatedClient {
    static final int DONE_CLEANLY = 0;

    private final SimulatedNetwork network;
    private final SimulatedRequests requests;
    private final MemoryBudget budget;
    private final int maxWindow;
    private final int window;
    final ClientSession session;
    final SimulatedApplication application;

    /** Whether the opening GET was answered. */
    boolean opened;
    /** How each request that is under way is aborted. */
    private final Map<Object, Runnable> open = new HashMap<>();

    private @Nullable Streaming streaming;
    /** The one that was opened last. */
    private @Nullable SocketCarrier socket;
    /** How often it has moved to a socket. */
    int moves;

    private boolean pumping;
    private long asleepUntil;
    private long timerAt = Long.MAX_VALUE;
    /** Whether the timer's time has come while it sleeps. */
    private boolean timing;

    private int timesFinished;

    SimulatedClient(
            SimulatedNetwork network,
            SimulatedRequests requests,
            int window,
            int maxWindow,
            MemoryBudget budget,
            int toWrite,
            boolean resets) {
        this.network = network;
        this.requests = requests;
        this.window = window;
        this.maxWindow = maxWindow;
        this.budget = budget;
        int maxPost = 20 + network.random.nextInt(2_000);
        long lookAgain = (1 + network.random.nextInt(20_000)) * MILLI;
        session = new ClientSession(
                new ClientLimits(window, maxWindow, 0, maxPost, network.oneIn(2), DownloadMode.opening(), lookAgain),
                new OpenedBy(0, mode()),
                budget,
                network.random::nextDouble,
                this::wake,
                new PoisonedSpares(1),
                new PoisonedSpares(1),
                network.now());
        application = new SimulatedApplication(network, session, this::react, 0, toWrite, resets);
        application.inputReady();
        application.outputReady();
    }

    boolean isOver() {
        return session.isFinished();
    }

    boolean isDoneCleanly() {
        return session.isFinished() && session.failure() == null;
    }

    /** {@return why it failed; 0 if it has not} */
    int number() {
        Failure failure = session.failure();
        return failure == null ? DONE_CLEANLY : failure.number();
    }

    /** {@return whether it failed of its own, rather than by the server} */
    boolean hasFailedOfItsOwn() {
        return application.hasReset || number() == ErrorCode.CONNECTION_LOST.number();
    }

    /** {@return whether nothing of it is under way any more} */
    boolean isIdle() {
        return session.isReleased() && open.isEmpty();
    }

    /** Whatever happens to a client that sleeps happens when it wakes. */
    void run(Runnable event) {
        if (network.elapsed() < asleepUntil) {
            network.after(asleepUntil - network.elapsed(), () -> run(event));
        } else {
            event.run();
            react();
        }
    }

    void sleep(long nanos) {
        asleepUntil = network.elapsed() + nanos;
    }

    /** Does what follows from an event. */
    private void react() {
        for (Effects effects = session.takeEffects(); !effects.isEmpty(); effects = session.takeEffects()) {
            if (effects.finished()) {
                timesFinished++;
            }
            if (effects.input()) {
                application.inputReady();
            }
            if (effects.output()) {
                application.outputReady();
            }
            if (effects.deadline()) {
                arm();
            }
            effects.ready().forEach(Runnable::run);
        }
        check(timesFinished == (session.isFinished() ? 1 : 0), "a session finishes once");
        check(session.heldInput() <= Math.max(window, maxWindow), "the client holds too much");
        check(
                session.heldOutput() <= Math.max(window, maxWindow) + application.largestWrite,
                "the client keeps too much");
        check(!isOver() || budget.reserved() == 0, "a client that has ended holds a reserve");
        if (network.elapsed() >= asleepUntil && !timing) {
            checkThatNothingWaits();
        }
    }

    /** What the carrier may ask for, or must abort, and the timer's time, are told when they change. */
    private void checkThatNothingWaits() {
        long deadline = session.deadline().orElse(Deadline.NONE);
        if (Deadline.isPast(deadline, network.now())) {
            return; // the timer's turn comes
        }
        check(
                deadline == Deadline.NONE || network.elapsed() + (deadline - network.now()) >= timerAt,
                "the timer was not told of a deadline");
        if (pumping) {
            return;
        }
        check(open.keySet().stream().allMatch(session::isWanted), "a request of no use goes on");
        check(session.nextAttempt(network.now()) == null, "a GET waits for its carrier");
        check(session.nextUpload(network.now()) == null, "a POST waits for its carrier");
        check(streaming == null || streaming.isSated(), "a streaming POST waits for its carrier");
        check(socket == null || socket.isSated(), "a socket waits for its carrier");
    }

    /** As the timer of a real session does, it looks again only when it was told to, or when its time has come. */
    private void arm() {
        long deadline = session.deadline().orElse(Deadline.NONE);
        if (deadline == Deadline.NONE) {
            return;
        }
        long at = network.elapsed() + (deadline - network.now());
        if (at < timerAt) {
            timerAt = at;
            network.after(at - network.elapsed(), () -> {
                if (timerAt == at) {
                    timerAt = Long.MAX_VALUE;
                    timing = true;
                    run(() -> {
                        timing = false;
                        session.timeIs(network.now());
                    });
                }
            });
        }
    }

    // ---- what carries its requests

    private void wake() {
        if (!pumping) {
            pumping = true;
            network.after(network.oneIn(3) ? network.random.nextLong(10 * MILLI) : 0, () -> run(this::pump));
        }
    }

    private void pump() {
        pumping = false;
        for (Object request : List.copyOf(open.keySet())) {
            if (!session.isWanted(request)) {
                requireNonNull(open.remove(request)).run();
                if (streaming != null && streaming.upload == request) {
                    streaming = null;
                }
            }
        }
        for (Attempt attempt = session.nextAttempt(network.now());
                attempt != null;
                attempt = session.nextAttempt(network.now())) {
            get(attempt);
        }
        feed();
        for (ClientUpload upload = session.nextUpload(network.now());
                upload != null;
                upload = session.nextUpload(network.now())) {
            if (upload.isSocket()) {
                requireNonNull(socket).carry(upload);
            } else if (upload.isStream()) {
                streaming = new Streaming(upload);
            } else {
                post(upload);
            }
        }
    }

    private DownloadMode mode() {
        List<DownloadMode> modes = DownloadMode.opening();
        return modes.get(network.random.nextInt(modes.size()));
    }

    private Answer answer(Problem problem) {
        return new Answer(
                problem.status(), problem, 1000L * MILLI * problem.retryAfter(), new IllegalStateException("refused"));
    }

    private Answer answerOfAnother(int status) {
        return new Answer(status, null, 0, new IllegalStateException("a page"));
    }

    private boolean answers(Object request) {
        return open.remove(request) != null;
    }

    // ---- GET

    void open() {
        get(session.opening());
    }

    private void get(Attempt attempt) {
        new Download(attempt);
    }

    /** One GET and its response. */
    private final class Download implements SimulatedRequests.Response {
        private final Attempt attempt;
        private final DownloadWay way;
        private final SimulatedRequests.Get request;
        private @Nullable ClientDownload body;
        private boolean over;

        Download(Attempt attempt) {
            this.attempt = attempt;
            way = network.oneIn(4) ? new DownloadWay(mode(), 0) : attempt.way(); // the server may answer in another way
            request = requests.get(attempt.number(), attempt.offset(), attempt.limit(), way, this);
            open.put(attempt, this::abort);
        }

        private void abort() {
            over = true;
            request.abort();
        }

        @Override
        public void opened() {
            if (over || body != null) {
                return;
            }
            opened = true;
            open.remove(attempt);
            if (!session.isWanted(attempt)) {
                abort();
                return;
            }
            body = session.opened(attempt, way.isPoll(), network.now());
            open.put(body, this::abort);
        }

        @Override
        public void refused(Problem problem) {
            if (!over && answers(attempt)) {
                over = true;
                session.refused(attempt, answer(problem), network.now());
            }
        }

        @Override
        public void answeredByAnother() {
            if (!over && answers(attempt)) {
                over = true;
                session.refused(attempt, answerOfAnother(502), network.now());
            }
        }

        @Override
        public void bytes(ByteBuffer bytes) {
            if (!over) {
                session.received(requireNonNull(body), bytes, network.now());
            }
        }

        @Override
        public void ended() {
            ClientDownload ended = body;
            if (over || ended == null) {
                broken();
                return;
            }
            over = true;
            open.remove(ended);
            session.ended(ended, network.now());
        }

        @Override
        public void broken() {
            if (over) {
                return;
            }
            over = true;
            if (body != null) {
                open.remove(body);
                session.cut(body, "it broke", null, network.now());
            } else if (answers(attempt)) {
                session.failed(attempt, "it broke", null, network.now());
            }
        }
    }

    // ---- POST

    private void post(ClientUpload upload) {
        var post = requests.post(join(upload.body()));
        open.put(upload, post::abort);
        post.onAnswer = outcome -> run(() -> answered(upload, outcome, true));
        post.onAnswerOfAnother = status -> run(() -> answered(upload, answerOfAnother(status), true));
        post.onFailure = () -> run(() -> failed(upload));
    }

    private static byte[] join(List<ByteBuffer> pieces) {
        ByteBuffer whole = ByteBuffer.allocate(
                pieces.stream().mapToInt(ByteBuffer::remaining).sum());
        pieces.forEach(piece -> whole.put(piece.duplicate()));
        return whole.array();
    }

    private void answered(ClientUpload upload, UploadOutcome outcome, boolean whole) {
        Problem problem = outcome.problem();
        answered(upload, problem == null ? answerOfAnother(Answer.PROCESSED) : answer(problem), whole);
    }

    private void answered(ClientUpload upload, Answer answer, boolean whole) {
        if (answers(upload)) {
            session.answered(upload, answer, whole, network.now());
        }
    }

    private void failed(ClientUpload upload) {
        if (answers(upload)) {
            session.failed(upload, "it was cut", null, network.now());
        }
    }

    private void feed() {
        if (streaming != null) {
            streaming.feed();
        }
        if (socket != null) {
            socket.feed();
        }
    }

    // ---- sockets

    /** Moves to a socket, if it may now. */
    void move() {
        run(() -> {
            Attempt attempt = session.nextSocket(network.now());
            if (attempt != null) {
                socket = new SocketCarrier(attempt);
            }
        });
    }

    /** Leaves a socket, if it is on one. */
    void leave() {
        run(() -> session.leaveSocket(network.now()));
    }

    /** One socket: what comes is a download, and pieces of a streaming upload go on it. */
    private final class SocketCarrier implements SimulatedRequests.Response {
        private final Attempt attempt;
        private final SimulatedRequests.Socket line;
        private final List<ByteBuffer> waiting = new ArrayList<>();
        private @Nullable ClientDownload body;
        private @Nullable ClientUpload upload;
        /** Whether it will be called when more can be written. */
        private boolean blocked;

        private boolean over;

        SocketCarrier(Attempt attempt) {
            this.attempt = attempt;
            line = requests.socket(this);
            line.onWritable = () -> run(this::writable);
            if (network.oneIn(2)) { // as a probe has it
                waiting.add(new FrameEncoder().ping(1).take());
                waiting.add(ByteBuffer.wrap(new byte[] {127, 0, 0, 2, 1, 2}));
            }
            waiting.add(attempt.frame());
            open.put(attempt, this::abort);
            feed();
        }

        void carry(ClientUpload next) {
            upload = next;
            open.put(next, () -> upload = null);
            feed();
        }

        private void writable() {
            blocked = false;
            feed();
        }

        private void feed() {
            while (!over && line.isWritable()) {
                if (waiting.isEmpty()) {
                    List<ByteBuffer> pieces = upload == null ? null : session.nextPieces(upload, network.now());
                    if (pieces == null) {
                        return;
                    }
                    waiting.addAll(pieces);
                }
                blocked = line.write(waiting.get(0)) == 0;
                waiting.removeIf(piece -> !piece.hasRemaining());
            }
        }

        private void abort() {
            over = true;
            line.close();
        }

        boolean isSated() {
            return over
                    || !waiting.isEmpty()
                    || upload == null
                    || blocked
                    || session.nextPieces(upload, network.now()) == null;
        }

        @Override
        public void bytes(ByteBuffer bytes) {
            if (!over && body == null) {
                open.remove(attempt);
                if (!session.isWanted(attempt)) {
                    abort();
                    return;
                }
                moves++;
                body = session.opened(attempt, false, network.now());
                open.put(body, this::abort);
            }
            if (!over) {
                session.received(requireNonNull(body), bytes, network.now());
            }
        }

        @Override
        public void broken() {
            if (over) {
                return;
            }
            abort();
            if (body != null) {
                open.remove(body);
                session.cut(body, "the socket broke", null, network.now());
            } else if (answers(attempt)) {
                session.failed(attempt, "the socket broke", null, network.now());
            }
        }

        @Override
        public void ended() {
            broken();
        }

        @Override
        public void opened() {
            throw new AssertionError("a socket has no head");
        }

        @Override
        public void refused(Problem problem) {
            throw new AssertionError("a socket that is refused is closed");
        }

        @Override
        public void answeredByAnother() {
            throw new AssertionError("a socket that is refused is closed");
        }
    }

    /** The streaming POST. */
    private final class Streaming {
        final ClientUpload upload;
        private final SimulatedRequests.Stream stream;
        private final List<ByteBuffer> waiting = new ArrayList<>();
        /** Whether it will be called when more can be written. */
        private boolean blocked = true;

        private boolean ended;

        Streaming(ClientUpload upload) {
            this.upload = upload;
            stream = requests.stream();
            open.put(upload, stream::abort);
            stream.onAnswer = outcome -> run(() -> answered(upload, outcome, ended));
            stream.onAnswerOfAnother = status -> run(() -> answered(upload, answerOfAnother(status), false));
            stream.onFailure = () -> run(() -> failed(upload));
            stream.onWritable = () -> run(this::writable);
        }

        private void writable() {
            blocked = false;
            feed();
        }

        boolean isSated() {
            return ended
                    || !waiting.isEmpty()
                    || blocked
                    || !open.containsKey(upload)
                    || (!upload.mustEnd() && session.nextPieces(upload, network.now()) == null);
        }

        private void feed() {
            while (!ended && open.containsKey(upload) && stream.isWritable()) {
                if (waiting.isEmpty()) {
                    List<ByteBuffer> pieces = session.nextPieces(upload, network.now());
                    if (pieces == null) {
                        break;
                    }
                    waiting.addAll(pieces);
                }
                if (stream.write(waiting.get(0)) == 0) {
                    blocked = true;
                    return;
                }
                waiting.removeIf(piece -> !piece.hasRemaining());
            }
            if (upload.mustEnd() && waiting.isEmpty() && !ended) {
                ended = true;
                stream.end();
                if (streaming == this) {
                    streaming = null;
                }
                wake();
            }
        }
    }
}
