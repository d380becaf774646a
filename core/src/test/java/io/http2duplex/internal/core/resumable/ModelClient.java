package io.http2duplex.internal.core.resumable;

import static io.http2duplex.internal.core.resumable.SimulatedNetwork.MILLI;
import static io.http2duplex.internal.core.resumable.SimulatedNetwork.check;

import io.http2duplex.DownloadMode;
import io.http2duplex.internal.core.DirectionState;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.EffectCollector;
import io.http2duplex.internal.core.Effects;
import io.http2duplex.internal.core.PoisonedSpares;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.UploadOutcome;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client that follows {@code docs/protocol.md}, made of the same directions as the server. It changes between the ways
 * down, which a {@link io.http2duplex.internal.core.resumable.client.ClientSession} does not.
 */
final class ModelClient implements SimulatedPeer {
    private static final int MAX_POSTS = 4;
    private static final int CONNECTION_LOST = 4;
    private static final int BODY_CUT = 408;
    private static final int TOO_MANY = 429;

    private enum State {
        ATTACHED,
        DETACHED,
        DONE,
        FAILED
    }

    private final SimulatedNetwork network;
    private final SimulatedRequests requests;
    final MemoryBudget budget;
    private final int maxWindow;
    private final EffectCollector collector = new EffectCollector();
    final SendingDirection sending;
    final ReceivingDirection receiving;
    private final SimulatedApplication application;

    private State state = State.DETACHED;
    /** Why it failed; 0 as long as it has not. */
    private int number = DONE_CLEANLY;
    /** Whether it failed of its own, rather than by the server. */
    private boolean failedOfItsOwn;

    private long attachNumber;
    private boolean opened;
    private @Nullable Download download;
    /** Whether the last download was a poll, and was answered. */
    private boolean isPolling;
    /** The ways of this client, of which each download has one. */
    private final List<DownloadMode> modes;
    /** All that were asked for: one that was overtaken may still be attached at the server. */
    private final List<Download> downloads = new ArrayList<>();

    private final List<SimulatedRequests.Post> posts = new ArrayList<>();
    private int attempts;

    private final ArrayDeque<Integer> pongs = new ArrayDeque<>();
    private boolean windowDue;
    private boolean pingAsked;
    private boolean pumping;
    private int token;

    /** Until HELLO tells. */
    private long heartbeat;

    private long resume = 20_000 * MILLI;
    private long receivedAt;
    private long sentAt;
    private long detachedAt;
    private long asleepUntil;
    /** Whether it gives signs of life without being asked. */
    private final boolean signs;

    ModelClient(
            SimulatedNetwork network,
            SimulatedRequests requests,
            int window,
            int buffer,
            int maxWindow,
            MemoryBudget budget,
            int toWrite,
            boolean resets) {
        this.network = network;
        this.requests = requests;
        this.maxWindow = maxWindow;
        this.budget = budget;
        sending = new SendingDirection(new WindowSize(buffer, maxWindow, budget), new PoisonedSpares(1), collector);
        receiving = new ReceivingDirection(
                new WindowSize(window, maxWindow, budget), new PoisonedSpares(1), collector, network.now());
        signs = !network.oneIn(4);
        modes = List.of(DownloadMode.values())
                .subList(network.oneIn(2) ? 0 : network.random.nextInt(3), DownloadMode.values().length);
        heartbeat = requests.maySwallow ? 1_000 * MILLI : 0;
        application = new SimulatedApplication(network, this, 0, toWrite, resets);
        application.inputReady();
        application.outputReady();
    }

    @Override
    public boolean isOver() {
        return state == State.DONE || state == State.FAILED;
    }

    @Override
    public void run(Runnable event) {
        if (network.elapsed() < asleepUntil) {
            network.after(asleepUntil - network.elapsed(), () -> run(event));
        } else {
            event.run();
            react();
        }
    }

    @Override
    public void sleep(long nanos) {
        asleepUntil = network.elapsed() + nanos;
    }

    private void after(long nanos, Runnable event) {
        network.after(nanos, () -> run(event));
    }

    private void react() {
        for (Effects effects = collector.take(); !effects.isEmpty(); effects = collector.take()) {
            if (effects.input()) {
                application.inputReady();
            }
            if (effects.output()) {
                application.outputReady();
            }
        }
        finishIfDone();
        pump();
        check(receiving.held() <= maxWindow, "the client holds too much");
        check(sending.kept() <= maxWindow + application.largestWrite, "the client keeps too much");
        check(!isOver() || budget.reserved() == 0, "a client that has ended holds a reserve");
    }

    @Override
    public void shrink() {
        sending.shrinkIfUnused();
        receiving.shrinkIfUnused();
        react();
    }

    // ---- downloads

    @Override
    public void open() {
        get(0, 0);
    }

    private void get(long attach, long offset) {
        Download overtaken = download;
        if (overtaken != null && heartbeat > 0) { // it may hang, and would take a request's place for ever
            after(2 * heartbeat, overtaken::abort);
        }
        Download opening = new Download();
        download = opening;
        downloads.add(opening);
        receiving.advertised(network.now());
        opening.request = requests.get(attach, offset, receiving.limit(), opening.way, opening);
        receivedAt = network.elapsed();
        watch(opening);
    }

    @Override
    public void attach() {
        if (opened && !isOver()) {
            get(++attachNumber, receiving.confirmed());
        }
    }

    /** {@return how the next download travels} It may be another way each time. */
    private DownloadWay way() {
        DownloadMode mode = modes.get(network.random.nextInt(modes.size()));
        return new DownloadWay(mode, mode == DownloadMode.POLLING ? network.random.nextLong(3_000 * MILLI) : 0);
    }

    private void watch(Download watched) {
        if (heartbeat > 0) {
            after(receivedAt + 2 * heartbeat - network.elapsed(), () -> {
                if (watched == download && !isOver()) {
                    if (network.elapsed() - receivedAt >= 2 * heartbeat) {
                        watched.abort();
                        detached();
                    } else {
                        watch(watched);
                    }
                }
            });
        }
    }

    private void detached() {
        download = null;
        isPolling = false;
        if (state == State.ATTACHED) {
            state = State.DETACHED;
            detachedAt = network.elapsed();
            attempts = 0;
            if (network.oneIn(2)) {
                posts.forEach(SimulatedRequests.Post::abort);
                posts.clear();
                windowDue = true;
                sending.rewindTo(sending.confirmed()); // nobody will tell what has come of them
            }
        }
        if (network.elapsed() - detachedAt >= resume) {
            fail(CONNECTION_LOST, true);
            return;
        }
        long pause = attempts++ == 0 ? 0 : network.random.nextLong(200 * MILLI);
        after(pause, () -> {
            if (download == null && !isOver()) {
                attach();
            }
        });
    }

    /** One GET and its response. */
    private final class Download implements SimulatedRequests.Response, FrameDecoder.Handler {
        private final FrameDecoder decoder = new FrameDecoder(this);
        private SimulatedRequests.@Nullable Get request;
        private final DownloadWay way = way();
        /** Whether it follows another poll, so that nothing was lost. */
        private final boolean goesOnPolling = way.isPoll() && isPolling;
        /** Whether its HELLO has come. */
        private boolean greeted;

        private boolean aborted;

        void abort() {
            aborted = true;
            if (request != null) {
                request.abort();
            }
        }

        @Override
        public void opened() {
            opened = true;
        }

        @Override
        public void refused(Problem problem) {
            if (this != download || isOver()) {
                return; // another has taken its place
            }
            switch (problem.status()) {
                case 409 -> detached();
                case 410 -> over(problem);
                case 404 -> fail(9, false);
                default -> throw new AssertionError("refused: " + problem);
            }
        }

        @Override
        public void answeredByAnother() {
            broken(); // only the server ends a session
        }

        @Override
        public void bytes(ByteBuffer bytes) {
            if (aborted || isOver()) {
                return;
            }
            receivedAt = network.elapsed();
            try {
                decoder.push(bytes);
            } catch (ViolationException e) {
                throw new AssertionError("The server broke a rule: " + e.getMessage(), e);
            }
        }

        @Override
        public void ended() {
            if (this == download && !isOver() && !aborted && greeted && way.isPoll()) {
                isPolling = true;
                attach();
            } else {
                broken();
            }
        }

        @Override
        public void broken() {
            if (this == download && !isOver() && !aborted) {
                detached();
            }
        }

        // ---- frames, which count on a download that was overtaken too

        @Override
        public void hello(long heartbeatMillis, long resumeMillis) {
            heartbeat = heartbeatMillis * MILLI;
            resume = resumeMillis * MILLI;
            greeted = true;
            if (this == download) {
                state = State.ATTACHED;
                pingAsked = false;
                windowDue |= !goesOnPolling && network.oneIn(2);
                sentAt = network.elapsed();
                watch(this);
                if (signs) {
                    sign(this);
                }
            }
        }

        @Override
        public void window(long confirmed, long limit) throws ViolationException {
            sending.window(confirmed, limit);
            if (this == download && !resent && !goesOnPolling) {
                resent = true;
                sending.rewindTo(confirmed);
            }
        }

        private boolean resent;

        @Override
        public void data(long offset, ByteBuffer bytes) throws ViolationException {
            receiving.data(offset, bytes, network.now());
        }

        @Override
        public void end(long offset) throws ViolationException {
            receiving.end(offset);
        }

        @Override
        public void ping(int asked) {
            pongs.add(asked);
        }

        @Override
        public void pong(int answered) {
            pingAsked = false;
        }

        @Override
        public void reset(int reset, String reason) {
            fail(reset, false);
        }

        @Override
        public void drain() {
            // the application's business
        }

        @Override
        public void rotate() {
            if (this == download) {
                attach();
            }
        }
    }

    /** Who only receives gives a sign of life. */
    private void sign(Download watched) {
        if (heartbeat > 0) {
            after(sentAt + heartbeat - network.elapsed(), () -> {
                if (watched == download && !isOver()) {
                    if (network.elapsed() - sentAt >= heartbeat) {
                        windowDue |= receivedAt > sentAt;
                        sentAt = network.elapsed();
                    }
                    sign(watched);
                }
            });
        }
    }

    // ---- uploads

    private void pump() {
        if (pumping || state != State.ATTACHED) {
            return;
        }
        pumping = true;
        after(network.oneIn(3) ? network.random.nextLong(10 * MILLI) : 0, () -> {
            pumping = false;
            while (state == State.ATTACHED && posts.size() < MAX_POSTS) {
                long from = sending.nextOffset();
                byte[] body = compose();
                if (body.length == 0) {
                    return;
                }
                post(body, from);
            }
        });
    }

    private byte[] compose() {
        FrameEncoder frames = new FrameEncoder();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (windowDue || !pongs.isEmpty() || receiving.isWindowDue()) {
            windowDue = false;
            receiving.advertised(network.now());
            frames.window(receiving.confirmed(), receiving.limit());
        }
        while (!pongs.isEmpty()) {
            frames.pong(pongs.remove());
        }
        if (!pingAsked && sending.wantsConfirmation()) {
            pingAsked = true;
            frames.ping(++token);
        }
        int most = 1 + network.random.nextInt(2000);
        for (long at = sending.nextOffset(); body.size() < most; at = sending.nextOffset()) {
            ByteBuffer bytes = sending.nextBytes();
            if (bytes == null) {
                break;
            }
            if (network.oneIn(5)) {
                frames.dataHead(at, 0);
            }
            frames.dataHead(at, bytes.remaining());
            body.writeBytes(Vectors.bytes(frames.take()));
            body.writeBytes(Vectors.bytes(bytes));
            sending.taken(sending.nextOffset());
        }
        long end = sending.nextOffset();
        if (sending.takeEnd()) {
            frames.end(end);
        }
        body.writeBytes(Vectors.bytes(frames.take()));
        return body.toByteArray();
    }

    private void post(byte[] body, long from) {
        sentAt = network.elapsed();
        var post = requests.post(body);
        posts.add(post);
        post.onAnswer = outcome -> run(() -> answered(post, outcome, from));
        post.onAnswerOfAnother = status -> run(() -> failed(post, from));
        post.onFailure = () -> run(() -> failed(post, from));
        if (heartbeat > 0) {
            after(3 * heartbeat, () -> {
                if (posts.contains(post)) {
                    post.abort();
                    failed(post, from);
                }
            });
        }
    }

    private void answered(SimulatedRequests.Post post, UploadOutcome outcome, long from) {
        if (!posts.remove(post) || isOver()) {
            return;
        }
        Problem problem = outcome.problem();
        if (problem == null) {
            return;
        }
        switch (problem.type().substring(problem.type().lastIndexOf(':') + 1)) {
            case "session-over", "session-reset" -> over(problem);
            case "unknown-session" -> fail(9, false);
            case "too-many-uploads", "body-cut" -> {
                posts.add(post);
                failed(post, from);
            }
            default -> throw new AssertionError("A POST was refused: " + problem);
        }
    }

    private void failed(SimulatedRequests.Post post, long from) {
        if (posts.remove(post) && !isOver()) {
            sending.rewindTo(from);
            windowDue = true;
            pingAsked = false;
            after(network.random.nextLong(50 * MILLI), () -> {});
        }
    }

    // ---- the end

    private void over(Problem problem) {
        Integer reset = problem.number();
        if (reset != null && reset == DONE_CLEANLY) {
            check(
                    receiving.state() == DirectionState.ENDED && sending.state() != DirectionState.OPEN,
                    "the server ended cleanly, but the client has not");
            done();
        } else {
            fail(reset == null ? -1 : reset, false);
        }
    }

    private boolean isEverythingSent() {
        return sending.state() == DirectionState.ENDED || sending.isEndUnderWay();
    }

    private void finishIfDone() {
        if (!isOver()
                && receiving.state() == DirectionState.ENDED
                && (sending.state() == DirectionState.ENDED || (isEverythingSent() && posts.isEmpty()))) {
            done();
            farewell(1);
        }
    }

    private void done() {
        state = State.DONE;
        sending.reset();
    }

    private static boolean is(UploadOutcome outcome, int status) {
        return outcome.problem() != null && outcome.problem().status() == status;
    }

    /** The server's end is confirmed, once more if that fails. */
    private void farewell(int attemptsLeft) {
        FrameEncoder window = new FrameEncoder().window(receiving.confirmed(), receiving.limit());
        var post = requests.post(Vectors.bytes(window.take()));
        post.onAnswer = outcome -> run(() -> {
            if (is(outcome, TOO_MANY)) {
                after(50 * MILLI, () -> farewell(attemptsLeft));
            } else if (is(outcome, BODY_CUT)) {
                farewellLost(attemptsLeft);
            }
        });
        post.onFailure = () -> run(() -> farewellLost(attemptsLeft));
    }

    private void farewellLost(int attemptsLeft) {
        if (attemptsLeft > 0) {
            farewell(attemptsLeft - 1);
        } else {
            release();
        }
    }

    private void fail(int failure, boolean ofItsOwn) {
        if (isOver()) {
            return;
        }
        state = State.FAILED;
        number = failure;
        failedOfItsOwn = ofItsOwn;
        sending.reset();
        receiving.reset();
        application.inputReady();
        if (ofItsOwn) {
            sendReset(failure);
        }
    }

    private void sendReset(int failure) {
        var post = requests.post(Vectors.bytes(
                new FrameEncoder().reset(failure, "the client's reset").take()));
        post.onAnswer = outcome -> run(() -> {
            if (is(outcome, TOO_MANY)) {
                after(50 * MILLI, () -> sendReset(failure));
            } else {
                release();
            }
        });
        post.onFailure = () -> run(this::release);
    }

    private void release() {
        downloads.forEach(Download::abort);
    }

    @Override
    public boolean isOpened() {
        return opened;
    }

    @Override
    public boolean isDoneCleanly() {
        return state == State.DONE;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public boolean hasFailedOfItsOwn() {
        return failedOfItsOwn;
    }

    @Override
    public boolean isIdle() {
        return true; // it does not wait for the answers to its last requests
    }

    // ---- the application

    @Override
    public SimulatedApplication application() {
        return application;
    }

    @Override
    public @Nullable ByteBuffer poll() {
        ByteBuffer bytes = receiving.poll();
        react();
        return bytes;
    }

    @Override
    public int read(ByteBuffer target) {
        int count = receiving.read(target);
        react();
        return count;
    }

    @Override
    public boolean isInputAtEnd() {
        return receiving.isAtEnd();
    }

    @Override
    public boolean isFailed() {
        return state == State.FAILED;
    }

    @Override
    public boolean isOutputOpen() {
        return sending.state() == DirectionState.OPEN;
    }

    @Override
    public int room() {
        return sending.room();
    }

    @Override
    public void notifyRoom() {
        sending.notifyWhenRoomy();
        react();
    }

    @Override
    public void write(ByteBuffer bytes) {
        sending.write(bytes);
        react();
    }

    @Override
    public void end() {
        sending.end();
        react();
    }

    @Override
    public void reset(int reset) {
        fail(reset, true);
        react();
    }

    @Override
    public void discard() {
        receiving.discard();
        react();
    }
}
