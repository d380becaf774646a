package io.http2duplex.internal.core.plain;

import io.http2duplex.ErrorCode;
import io.http2duplex.internal.core.ByteQueue;
import io.http2duplex.internal.core.DirectionState;
import io.http2duplex.internal.core.EffectCollector;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.SessionLimits;
import io.http2duplex.internal.core.UploadOutcome;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The direction from browser to application: it makes one stream of bytes of the bodies of the POSTs, in the order in
 * which the POSTs came.
 *
 * <p>The oldest open POST fills the buffer that the application reads from, and is read only as far as that has room:
 * this is the backpressure. A POST that overtakes an unfinished one is read at once, so that it cannot block the
 * connection's window for the one before it, and waits outside the buffer, within the same bound.
 */
final class UploadDirection {
    private final RawSession session;
    private final SessionLimits limits;
    final BufferSize size;
    private final EffectCollector effects;
    private final ByteQueue buffer = new ByteQueue();
    /** Not yet answered, oldest first. */
    private final ArrayDeque<PlainUpload> open = new ArrayDeque<>(1);

    private DirectionState state = DirectionState.OPEN;
    private boolean discarding;
    private long received;
    /** Whether a reset dropped bytes that the application had not read. */
    private boolean dropped;

    UploadDirection(RawSession session, SessionLimits limits, BufferSize size, EffectCollector effects) {
        this.session = session;
        this.limits = limits;
        this.size = size;
        this.effects = effects;
    }

    DirectionState state() {
        return state;
    }

    boolean hasOpenUploads() {
        return !open.isEmpty();
    }

    // ---- the POSTs

    void open(PlainUpload upload) {
        if (state != DirectionState.OPEN) {
            boolean end = upload.kind() == UploadKind.END && !upload.isShorterThanAnnounced();
            if (end || upload.isExhausted()) {
                upload.decide(UploadOutcome.TAKEN); // repeated, or empty: nothing is lost
            } else {
                upload.decide(UploadOutcome.refused(Problem.uploadEnded()));
                session.reset(
                        new Failure(ErrorCode.PROTOCOL_ERROR, "The client sent a chunk after the end of its side."));
            }
        } else if (open.size() >= limits.maxOpenUploads()) {
            upload.decide(UploadOutcome.refused(Problem.tooManyUploads(limits.maxOpenUploads())));
        } else {
            open.add(upload);
            if (upload.kind().isLast()) {
                state = state.to(DirectionState.ENDING);
            }
        }
    }

    int room(PlainUpload upload) {
        if (discarding) {
            return Integer.MAX_VALUE;
        }
        if (upload != open.peek()) {
            return (int) Math.max(1, roomOutOfTurn());
        }
        int room = (int) (size.bytes() - buffer.size());
        if (room > 0) {
            return room;
        }
        if (upload.isExhausted()) {
            return 1;
        }
        upload.paused = true;
        return 0;
    }

    /** @param add how bytes get into a queue */
    void received(PlainUpload upload, ByteBuffer bytes, BiConsumer<ByteQueue, ByteBuffer> add, long now) {
        upload.count += bytes.remaining();
        if (upload.isLongerThanAnnounced()) {
            refuse(
                    upload,
                    Problem.badHeaders("The body is longer than its content-length."),
                    new Failure(ErrorCode.PROTOCOL_ERROR, "An upload was longer than its Content-Length."));
            return;
        }
        if (upload.kind() != UploadKind.SINGLE && upload.count > limits.maxChunkSize()) {
            refuse(
                    upload,
                    Problem.chunkTooLarge(limits.maxChunkSize()),
                    new Failure(
                            ErrorCode.TOO_LARGE,
                            "A chunk was over the limit of " + limits.maxChunkSize()
                                    + " bytes (option maxChunkSize)."));
            return;
        }
        received += bytes.remaining();
        if (discarding) {
            return;
        }
        if (upload == open.peek()) {
            if (size.passed(bytes.remaining(), now)) {
                session.grown(now);
            }
            if (buffer.isEmpty()) {
                effects.input();
            }
            add.accept(buffer, bytes);
        } else if (bytes.remaining() <= roomOutOfTurn()) {
            add.accept(upload.outOfTurn, bytes);
        } else {
            refuse(
                    upload,
                    Problem.outOfTurn(limits.uploadBufferSize()),
                    new Failure(
                            ErrorCode.PROTOCOL_ERROR,
                            "POSTs that overtook an unfinished one held more than " + limits.uploadBufferSize()
                                    + " bytes (option uploadBufferSize)."));
        }
    }

    void completed(PlainUpload upload, long now) {
        if (upload.isShorterThanAnnounced()) {
            cut(upload, "its body ended before its Content-Length", null);
            return;
        }
        upload.arrived = true;
        PlainUpload head;
        while ((head = open.peek()) != null && head.arrived) {
            open.remove();
            head.decide(UploadOutcome.TAKEN);
            effects.ready(head.onReady());
            if (head.kind().isLast()) {
                state = state.to(DirectionState.ENDED);
                effects.input();
            }
            PlainUpload next = open.peek();
            if (next != null && !next.outOfTurn.isEmpty()) {
                effects.input();
                buffer.addAll(next.outOfTurn);
            }
        }
        session.settle(now);
    }

    void cut(PlainUpload upload, String how, @Nullable Throwable cause) {
        refuse(
                upload,
                Problem.bodyCut("The upload was cut: " + how + ". The duplex was reset."),
                session.cut(how, cause));
    }

    void timedOut(PlainUpload upload, String how) {
        refuse(
                upload,
                Problem.bodyTooSlow(how + ". The duplex was reset: send less in one POST."),
                session.cut(how, null));
    }

    private void refuse(PlainUpload upload, Problem problem, Failure failure) {
        upload.decide(UploadOutcome.refused(problem));
        open.remove(upload);
        effects.ready(upload.onReady());
        session.reset(failure);
    }

    /** What came out of turn takes room until the application has read it, also once its turn has come. */
    private long roomOutOfTurn() {
        return size.bytes() - Math.max(0, buffer.size() - size.bytes()) - heldOutOfTurn();
    }

    private long heldOutOfTurn() {
        long held = 0;
        for (PlainUpload upload : open) {
            held += upload.outOfTurn.size();
        }
        return held;
    }

    // ---- the application

    @Nullable
    ByteBuffer poll() {
        ByteBuffer bytes = buffer.poll();
        resume();
        return bytes;
    }

    int read(ByteBuffer target) {
        int count = buffer.read(target);
        resume();
        return count;
    }

    long available() {
        return buffer.size();
    }

    /** {@return how many bytes have come} */
    long received() {
        return received;
    }

    /** {@return how many bytes are held, in turn or not} */
    long held() {
        return buffer.size() + heldOutOfTurn();
    }

    /** {@return whether the application has read all that the client wrote before its end} */
    boolean isAtEnd() {
        return state == DirectionState.ENDED && buffer.isEmpty() && !dropped;
    }

    void discard() {
        discarding = true;
        buffer.clear();
        open.forEach(upload -> upload.outOfTurn.clear());
        resume();
    }

    boolean isDiscarding() {
        return discarding;
    }

    /** Ends without the rest of what is open, which nobody wants. */
    void end() {
        for (PlainUpload upload : open) {
            upload.decide(UploadOutcome.TAKEN);
            effects.ready(upload.onReady());
        }
        open.clear();
        if (state == DirectionState.ENDING) {
            state = state.to(DirectionState.ENDED);
        }
    }

    /** Wakes a paused POST once half of the buffer is free, so that it is not woken for every few bytes. */
    private void resume() {
        PlainUpload head = open.peek();
        if (head != null && head.paused && buffer.size() <= size.bytes() / 2) {
            head.paused = false;
            effects.ready(head.onReady());
        }
    }

    // ---- both

    /** @param answer what the open POSTs are answered with */
    void reset(UploadOutcome answer) {
        if (!state.isFinished()) {
            state = state.to(DirectionState.RESET);
        }
        dropped = !buffer.isEmpty();
        buffer.clear();
        for (PlainUpload upload : open) {
            upload.decide(answer);
            effects.ready(upload.onReady());
        }
        open.clear();
        effects.input();
    }
}
