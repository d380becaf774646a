package io.http2duplex.internal.core.plain;

import static io.http2duplex.internal.core.plain.SimulatedApplication.check;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.Effects;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.UploadOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One schedule of a session with a simulated client, network and application, all drawn from a seed. In every step one of
 * those who can move does, until nobody can; after each step the invariants are checked, and in the end that nobody
 * still waits for something.
 */
final class SessionSimulation {
    /** How the client uploads. */
    private enum Style {
        SERIAL,
        SINGLE,
        OVERTAKING
    }

    /** What goes wrong, at most once in a schedule. */
    enum Fault {
        NONE(null),
        CUT(ErrorCode.UPLOAD_CUT),
        SHORT(ErrorCode.UPLOAD_CUT),
        DESTROYED(ErrorCode.CANCELLED),
        RESET(ErrorCode.APPLICATION),
        DOWNLOAD_LOST(ErrorCode.CONNECTION_LOST),
        CHUNK_AFTER_END(ErrorCode.PROTOCOL_ERROR),
        STALLED(ErrorCode.TIMED_OUT),
        SILENT(ErrorCode.TIMED_OUT);

        /** How it is seen; null if it is not. */
        private final @Nullable ErrorCode code;

        Fault(@Nullable ErrorCode code) {
            this.code = code;
        }
    }

    private record Move(BooleanSupplier possible, Runnable action) {}

    private final Random random;
    private final Style style;
    private final Fault fault;
    private final SessionLimits limits;
    private final PlainSession session;
    private final SimulatedApplication application;
    private final SimulatedDownload download;
    private final List<SimulatedPost> posts = new ArrayList<>();
    private final List<Move> moves = new ArrayList<>();

    private long now;
    private OptionalLong timer = OptionalLong.empty();
    private int timesFinished;
    private boolean faultHappened;
    private int toSend;
    private long sent;
    private boolean clientDone;
    private int attemptsBeyondLimit = 2;

    SessionSimulation(long seed) {
        random = new Random(seed);
        style = Style.values()[random.nextInt(Style.values().length)];
        fault = random.nextInt(3) == 0 ? Fault.NONE : Fault.values()[random.nextInt(Fault.values().length)];
        limits = new SessionLimits(
                1 + random.nextInt(30), 1 + random.nextInt(30), 40, 1 + random.nextInt(5), 100, 200, 0, 0, 30, 0);
        now = random.nextLong();
        session = new PlainSession(limits, () -> wakeDownload());
        application = new SimulatedApplication(random, session);
        download = new SimulatedDownload(random, session);
        toSend = random.nextInt(200);
        moves.add(new Move(application::canRead, application::read));
        moves.add(new Move(application::canWrite, application::write));
        moves.add(new Move(download::canMove, () -> download.move(application.written, now)));
        moves.add(
                new Move(() -> download.canUnblock() && !(fault == Fault.STALLED && faultHappened), download::unblock));
        moves.add(new Move(this::clientCanMove, this::clientMoves));
        moves.add(new Move(() -> !faultHappened && random.nextInt(8) == 0, this::fail));
    }

    @Override
    public String toString() {
        return style + " " + fault + " " + limits;
    }

    void run() {
        for (int step = 0; step < 20_000; step++) {
            List<Runnable> possible = new ArrayList<>();
            for (Move move : moves) {
                if (move.possible().getAsBoolean()) {
                    possible.add(move.action());
                }
            }
            if (!possible.isEmpty()) {
                possible.get(random.nextInt(possible.size())).run();
            } else if (timer.isPresent()) {
                now = timer.getAsLong();
                session.timeIs(now);
                timer = session.deadline();
            } else {
                checkEnd();
                return;
            }
            act(session.takeEffects());
            checkInvariants();
        }
        throw new AssertionError("It goes on without end");
    }

    private void wakeDownload() {
        download.awake = true;
    }

    private void act(Effects effects) {
        application.readerAwake |= effects.input();
        application.writerAwake |= effects.output();
        timesFinished += effects.finished() ? 1 : 0;
        if (effects.deadline()) {
            timer = session.deadline();
        }
        effects.ready().forEach(Runnable::run);
    }

    // ---- the client

    private long openPosts() {
        return posts.stream().filter(post -> !post.isAnswered()).count();
    }

    private boolean clientCanMove() {
        if (clientDone || posts.stream().anyMatch(post -> post.isRefused() && !post.isTurnedAway())) {
            return false;
        }
        return openPosts() < (style == Style.OVERTAKING ? limits.maxOpenUploads() : 1)
                || (style == Style.OVERTAKING && attemptsBeyondLimit-- > 0);
    }

    private void clientMoves() {
        if (style == Style.SINGLE) {
            clientDone = true;
            post(UploadKind.SINGLE, toSend);
        } else if (toSend == 0 || random.nextInt(10) == 0) {
            clientDone = true;
            post(UploadKind.END, random.nextInt(Math.min(toSend, 40) + 1));
        } else {
            post(UploadKind.CHUNK, random.nextInt(Math.min(toSend, 40) + 1));
        }
    }

    private void post(UploadKind kind, int length) {
        SimulatedPost post = new SimulatedPost(random, session, kind, sent, length);
        post.open(random.nextBoolean(), now);
        if (post.upload().outcome() == null) {
            sent += length;
            toSend -= length;
        } else if (kind == UploadKind.END && session.failure() == null) {
            clientDone = false; // turned away: it tries again
        }
        posts.add(post);
        moves.add(new Move(post::canMove, () -> post.move(now)));
        moves.add(new Move(post::canArrive, post::arrive));
    }

    // ---- what goes wrong

    private void fail() {
        if (session.isFinished()) {
            return;
        }
        SimulatedPost last = posts.isEmpty() ? null : posts.get(posts.size() - 1);
        faultHappened = switch (fault) {
            case NONE -> false;
            case CUT -> last != null && last.upload().outcome() == null && last.cut();
            case SHORT -> last != null && last.upload().outcome() == null && last.endEarly();
            case DESTROYED -> {
                clientDone = true;
                post(UploadKind.DESTROY, 0);
                yield true;
            }
            case RESET -> session.reset(Failure.application(1000, "enough"));
            case DOWNLOAD_LOST -> {
                boolean possible = !download.isDone();
                if (possible) {
                    download.lose();
                }
                yield possible;
            }
            case CHUNK_AFTER_END -> {
                boolean possible = clientDone && openPosts() < limits.maxOpenUploads();
                if (possible) {
                    session.openUpload(UploadKind.CHUNK, 1, now, () -> {});
                }
                yield possible;
            }
            case STALLED -> download.canUnblock();
            case SILENT -> {
                boolean possible = !clientDone && openPosts() == 0;
                clientDone |= possible;
                yield possible;
            }
        };
    }

    // ---- what has to hold

    private void checkInvariants() {
        long waiting = session.availableInput();
        boolean allTaken = true;
        for (SimulatedPost post : posts) {
            waiting += post.upload().outOfTurn.size();
            check(post.answer == null || post.answer.equals(post.upload().outcome()), "an outcome changed");
            if (post.isTaken() && !(fault == Fault.DESTROYED && faultHappened)) {
                check(post.handed == post.length, "a POST was taken of which bytes are missing");
                check(allTaken, "a POST was taken before one that came earlier");
            }
            UploadOutcome outcome = post.upload().outcome();
            allTaken &= post.isTurnedAway() || (outcome != null && outcome.problem() == null);
        }
        check(waiting <= 2L * limits.uploadBufferSize(), "too much waits for the application: " + waiting);
        check(
                style == Style.OVERTAKING || waiting <= limits.uploadBufferSize(),
                "too much waits for the application: " + waiting);
        long down = application.written - download.taken;
        check(
                session.isFinished() || down < limits.downloadBufferSize() + application.largestWrite,
                "too much waits for the browser: " + down);
        if (application.sawEnd) {
            check(clientDone && application.read == sent, "the end came up before byte " + application.read);
        }
        check(
                timesFinished == (session.isFinished() ? 1 : 0),
                "a session finishes once, not " + timesFinished + " times");
    }

    private void checkEnd() {
        Failure failure = session.failure();
        check(session.isFinished(), "the session hangs");
        check(posts.stream().allMatch(SimulatedPost::isAnswered), "a POST was never answered");
        check(download.isDone(), "the download hangs");
        check(application.writerDone, "the writer hangs");
        check(application.sawEnd || application.sawFailure || application.discarded, "the reader hangs");
        check(session.deadline().isEmpty(), "a deadline outlives the session");
        if (failure == null) {
            check(download.ended && !application.sawFailure, "a failure was seen, but there was none");
            check(posts.stream().allMatch(post -> post.isTaken() || post.isTurnedAway()), "a POST was refused");
        } else {
            boolean overflow = style == Style.OVERTAKING && failure.code() == ErrorCode.PROTOCOL_ERROR;
            check(overflow || (faultHappened && failure.code() == fault.code), "it failed: " + failure);
            check(!application.sawFailure || !application.sawEnd, "an end and a failure were seen");
        }
    }
}
