package io.http2duplex.internal.core.resumable;

import static io.http2duplex.internal.core.resumable.SimulatedNetwork.check;
import static java.util.Objects.requireNonNull;

import io.http2duplex.internal.core.Deadline;
import io.http2duplex.internal.core.Download;
import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.core.DownloadWay;
import io.http2duplex.internal.core.Effects;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.MemoryBudget;
import io.http2duplex.internal.core.PoisonedSpares;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.UploadOutcome;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The server in a simulation: a session, its carriers, its application, and what it remembers of a session. */
final class SimulatedServer {
    private static final long LATEST = 4_000 * SimulatedNetwork.MILLI;

    private final SimulatedNetwork network;
    private final SessionLimits limits;
    final MemoryBudget budget;
    private final PoisonedSpares sendingSpares;
    private final PoisonedSpares receivingSpares;
    final ResumableSession session;
    final SimulatedApplication application;
    private final List<Carrier> carriers = new ArrayList<>();
    private final List<Upload> uploads = new ArrayList<>();

    private long timerAt = Long.MAX_VALUE;
    private int timesFinished;
    long finishedAt;

    /** Whether downloads bring tickets. */
    private final boolean sockets;

    SimulatedServer(SimulatedNetwork network, SessionLimits limits, MemoryBudget budget, int toWrite, boolean resets) {
        this.network = network;
        this.limits = limits;
        this.budget = budget;
        sockets = network.oneIn(2);
        sendingSpares = new PoisonedSpares(1 + network.random.nextInt(20));
        receivingSpares = new PoisonedSpares(1 + network.random.nextInt(20));
        session = new ResumableSession(limits, budget, sendingSpares, receivingSpares, network.now());
        application = new SimulatedApplication(network, session, this::react, 1, toWrite, resets);
        application.inputReady();
        application.outputReady();
    }

    boolean isOver() {
        return session.isFinished();
    }

    /** {@return whether every response has come to an end, cleanly or not} */
    boolean isEveryDownloadOver() {
        return carriers.stream().allMatch(carrier -> carrier.done);
    }

    /** Does what follows from an event. */
    private void react() {
        for (Effects effects = session.takeEffects(); !effects.isEmpty(); effects = session.takeEffects()) {
            if (effects.finished()) {
                timesFinished++;
                finishedAt = network.elapsed();
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
        checkInvariants();
        checkThatNothingWaits();
    }

    /** What a carrier may ask for is told when there is any. */
    private void checkThatNothingWaits() {
        if (Deadline.isPast(session.deadline().orElse(Deadline.NONE), network.now())) {
            return; // the timer's turn comes
        }
        check(carriers.stream().allMatch(Carrier::isSated), "a download waits for its carrier");
        uploads.removeIf(upload -> upload.answered);
        check(uploads.stream().noneMatch(Upload::isDecided), "a decided POST waits for its carrier");
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
                    session.timeIs(network.now());
                    arm();
                    react();
                }
            });
        }
    }

    private void checkInvariants() {
        check(
                timesFinished == (session.isFinished() ? 1 : 0),
                () -> "a session finishes once, not " + timesFinished + " times");
        check(session.receiving.held() <= Math.max(limits.maxWindow(), limits.uploadBufferSize()), "too much is held");
        check(
                session.sending.kept()
                        <= Math.max(limits.maxWindow(), limits.downloadBufferSize()) + application.largestWrite,
                "too much is kept");
        check(
                budget.reserved() >= Math.max(0, session.receiving.promised() - limits.uploadBufferSize())
                        || session.isFinished(),
                "what the client may send is not paid for");
        if (session.isFinished()) {
            check(budget.reserved() == 0, () -> "a session that has ended holds " + budget.reserved() + " bytes");
            check(sendingSpares.isEmpty() && receivingSpares.isEmpty(), "a session that has ended holds memory");
            check(session.deadline().isEmpty(), "a deadline outlives the session");
        }
    }

    // ---- GET

    /** {@return why it is refused; null if the download will follow} */
    @Nullable
    Problem get(
            long number,
            long offset,
            long limit,
            DownloadWay way,
            SimulatedStream.Receiver receiver,
            Consumer<Carrier> opened) {
        if (session.isFinished()) {
            boolean remembered = network.elapsed() - finishedAt <= limits.resumeNanos();
            Failure failure = session.failure();
            return !remembered
                    ? Problem.unknownSession()
                    : failure == null ? Problem.sessionOver() : Problem.sessionReset(failure);
        }
        Carrier carrier = new Carrier(receiver);
        carrier.attachment = session.attach(number, offset, limit, way, network.now(), carrier::wake);
        Problem problem = carrier.attachment.problem();
        if (problem == null) {
            if (sockets) {
                session.issue(new Ticket(network.random.nextLong(), network.random.nextLong()));
            }
            carriers.add(carrier);
            opened.accept(carrier);
            if (rotatesAtOnce) {
                session.rotate(network.now());
            }
            carrier.wake();
        }
        react();
        return problem;
    }

    /** Time has passed in which little was carried. */
    void shrink() {
        session.shrinkUnused();
        react();
    }

    /** Each download must be replaced as soon as it has begun. */
    boolean rotatesAtOnce;

    void rotate() {
        session.rotate(network.now());
        react();
    }

    /** The carrier of a download. */
    final class Carrier {
        final SimulatedStream stream;
        private @Nullable DownloadAttachment attachment;
        private boolean scheduled;
        /** Whether there was nothing to write when it looked last. */
        private boolean waiting;
        /** Whether something was written: a client that has seen nothing of its opening GET can't come back. */
        private boolean begun;

        private boolean done;
        /** How many bytes were announced, of a poll, and how many were written. */
        private long length = Download.WAITING;

        private long written;

        Carrier(SimulatedStream.Receiver receiver) {
            int capacity = network.oneIn(3) ? 1 + network.random.nextInt(40) : 4000;
            stream = new SimulatedStream(network, capacity, receiver, this::wake);
        }

        private void wake() {
            if (!scheduled) {
                scheduled = true;
                network.after(0, () -> {
                    scheduled = false;
                    pump();
                    react();
                });
            }
        }

        boolean isSated() {
            return scheduled || done || !waiting || requireNonNull(attachment).next(network.now()) == DownloadStep.WAIT;
        }

        private void pump() {
            DownloadAttachment attached = requireNonNull(attachment);
            waiting = false;
            while (!done) {
                if (length == Download.WAITING) {
                    length = attached.length(network.now());
                }
                switch (attached.next(network.now())) {
                    case WRITE -> {
                        ByteBuffer bytes = requireNonNull(attached.peek());
                        if (begun && network.oneIn(20)) {
                            writeLate(attached, bytes);
                            return;
                        }
                        if (!write(attached, bytes)) {
                            return;
                        }
                    }
                    case WAIT -> {
                        attached.flushed(network.now());
                        waiting = true;
                        return;
                    }
                    case END -> {
                        check(length < 0 || length == written, "a poll is not as long as announced");
                        done = true;
                        attached.ended(network.now());
                        stream.end();
                    }
                    case BREAK_OFF -> {
                        done = true;
                        stream.cut();
                    }
                }
            }
        }

        /** A thread that sends is slow: what it sends may have been confirmed meanwhile, and its memory used again. */
        private void writeLate(DownloadAttachment attached, ByteBuffer bytes) {
            scheduled = true;
            network.after(network.oneIn(5) ? network.random.nextLong(LATEST) : network.delay(), () -> {
                scheduled = false;
                if (write(attached, bytes)) {
                    pump();
                }
                react();
            });
        }

        /** {@return whether something was taken} */
        private boolean write(DownloadAttachment attached, ByteBuffer bytes) {
            begun = true;
            check(length != Download.WAITING, "a poll is answered before its length is known");
            int count = stream.write(bytes);
            written += count;
            if (count == 0) {
                attached.blocked(network.now());
            } else {
                attached.taken(count, network.now());
            }
            return count > 0;
        }

        /** The server notices that the connection went. */
        void lose() {
            if (!done) {
                done = true;
                requireNonNull(attachment).lost(null, network.now());
                react();
            }
        }
    }

    // ---- sockets

    /** A WebSocket, as the server sees it. */
    final class SocketEnd implements SimulatedStream.Receiver {
        private final AttachDecoder decoder = new AttachDecoder();
        private final Carrier carrier;
        private @Nullable FrameUpload upload;
        private boolean over;

        /** @param receiver of what goes to the client */
        SocketEnd(SimulatedStream.Receiver receiver) {
            carrier = new Carrier(receiver);
        }

        /** {@return what goes to the client} */
        SimulatedStream down() {
            return carrier.stream;
        }

        @Override
        public void bytes(ByteBuffer bytes) {
            if (!over && upload == null) {
                begin(bytes);
            }
            FrameUpload sink = upload;
            if (!over && sink != null && !carrier.done) { // what comes behind the server's close is dropped
                sink.received(bytes, network.now());
            }
            react();
        }

        private void begin(ByteBuffer bytes) {
            Attach attach;
            try {
                attach = decoder.push(bytes);
            } catch (ViolationException e) {
                throw new AssertionError(e);
            }
            if (attach == null) {
                return;
            }
            DownloadAttachment attached = session.attachSocket(attach, network.now(), carrier::wake);
            if (attached.problem() == null) {
                carrier.attachment = attached;
                carriers.add(carrier);
                upload = session.openSocketUpload(network.now());
                carrier.wake();
            } else {
                over = true;
                carrier.stream.end();
            }
        }

        @Override
        public void ended() {
            broken();
        }

        @Override
        public void broken() {
            if (!over && upload != null) {
                upload.cut("the socket was closed", null, network.now());
                carrier.lose();
            }
            over = true;
        }
    }

    // ---- POST

    /** {@return where a POST's body goes that has come} */
    SimulatedStream.Receiver post(Consumer<UploadOutcome> answer) {
        Upload upload = new Upload(answer);
        if (session.isFinished()) {
            Failure failure = session.failure();
            upload.answer(
                    network.elapsed() - finishedAt > limits.resumeNanos()
                            ? UploadOutcome.refused(Problem.unknownSession())
                            : failure == null
                                    ? UploadOutcome.PROCESSED
                                    : UploadOutcome.refused(Problem.sessionReset(failure)));
        } else {
            upload.upload = session.openUpload(network.now(), upload::look);
            uploads.add(upload);
            upload.look();
            react();
        }
        return upload;
    }

    private final class Upload implements SimulatedStream.Receiver {
        private final Consumer<UploadOutcome> answer;
        private @Nullable FrameUpload upload;
        private boolean answered;

        Upload(Consumer<UploadOutcome> answer) {
            this.answer = answer;
        }

        private void answer(UploadOutcome outcome) {
            if (!answered) {
                answered = true;
                answer.accept(outcome);
            }
        }

        boolean isDecided() {
            return requireNonNull(upload).outcome() != null;
        }

        private void look() {
            UploadOutcome outcome = requireNonNull(upload).outcome();
            if (outcome != null) {
                answer(outcome);
            }
        }

        private void tell(Consumer<FrameUpload> event) {
            if (!answered) {
                event.accept(requireNonNull(upload));
                look();
                react();
            }
        }

        @Override
        public void bytes(ByteBuffer bytes) {
            tell(upload -> upload.received(bytes, network.now()));
        }

        @Override
        public void ended() {
            tell(upload -> upload.completed(network.now()));
        }

        @Override
        public void broken() {
            tell(upload -> upload.cut("it was cut", null, network.now()));
        }
    }
}
