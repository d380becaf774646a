package io.http2duplex.internal.servlet;

import io.http2duplex.internal.core.Upload;
import io.http2duplex.internal.core.UploadOutcome;
import io.http2duplex.internal.runtime.GuardedUpload;
import jakarta.servlet.ReadListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A carrier of an upload: it reads the body of a request, as far as the sink has room. When the sink has decided how to
 * answer, even in the middle of the body, the endpoint is told; the rest is read and dropped behind the answer. Else Jetty
 * would reset the stream, and a browser would show an error instead of the answer.
 *
 * <p>Used by tasks of the exchange.
 */
final class RequestBody implements ReadListener {
    /** What is read at once: each thread has a buffer, whose bytes the sink copies. */
    private static final ThreadLocal<byte[]> BUFFER = ThreadLocal.withInitial(() -> new byte[16 * 1024]);

    /** After so many bytes the application is woken, even if more are here. */
    private static final int MOST_UNSETTLED = 64 * 1024;

    private enum State {
        /** Nothing is read yet. Next: CARRIED, DROPPED or ENDED. */
        NEW,
        /** Bytes go to the sink. Next: COMPLETE, DROPPED or ENDED. */
        CARRIED,
        /** All bytes have gone to the sink, whose answer is awaited. Next: DROPPED or ENDED. */
        COMPLETE,
        /** Bytes are dropped. Next: ENDED. */
        DROPPED,
        /** Nothing more is read. */
        ENDED
    }

    private final ServletExchange owner;
    private final ContainerStreams streams;
    private State state = State.NEW;
    private @Nullable GuardedUpload sink;
    private @Nullable Consumer<UploadOutcome> decided;
    private BodyDeadline deadline;
    /** How many bytes have gone to the sink. */
    private long total;

    RequestBody(ServletExchange owner, ContainerStreams streams) {
        this.owner = owner;
        this.streams = streams;
        deadline = deadline(owner.bodyNanos());
    }

    private BodyDeadline deadline(long nanos) {
        return new BodyDeadline(nanos, () -> owner.execute(this::expired));
    }

    /**
     * Begins to carry.
     *
     * @param streaming whether the body may take as long as its duplex lives; otherwise it must make progress
     */
    void carry(GuardedUpload upload, boolean streaming, Consumer<UploadOutcome> then) throws IOException {
        sink = upload;
        decided = then;
        if (streaming) {
            deadline = deadline(0);
        }
        state = State.CARRIED;
        if (!streams.isInputFinished()) {
            streams.setReadListener(this);
        }
        read();
    }

    /** Reads and drops what is left of the body, then ends the exchange. */
    void drop() {
        if (owner.method().equals("CONNECT")) { // it has no body, and Jetty calls a listener for it without end
            end();
            return;
        }
        deadline.paused();
        deadline = deadline(owner.bodyNanos());
        boolean began = state != State.NEW;
        state = State.DROPPED;
        try {
            if (!began && !streams.isInputFinished()) {
                streams.setReadListener(this);
            }
            read();
        } catch (IOException | RuntimeException e) {
            end();
        }
    }

    @Override
    public void onDataAvailable() {
        owner.run(this::read);
    }

    @Override
    public void onAllDataRead() {
        owner.run(this::read);
    }

    @Override
    public void onError(Throwable failure) {
        owner.lost(failure);
    }

    /** Reads on. */
    void read() {
        deadline.paused();
        switch (state) {
            case CARRIED -> carry();
            case COMPLETE -> answerIfDecided();
            case DROPPED -> dropOn();
            default -> {}
        }
    }

    private void carry() {
        GuardedUpload to = sink;
        if (to == null) {
            return;
        }
        int unsettled = 0;
        try {
            int room = to.room();
            while (room != Upload.DECIDED) {
                if (room == 0 && unsettled > 0) {
                    unsettled = 0;
                    to.settle(); // the application may make some at once
                    room = to.room();
                    continue;
                }
                if (room == 0) {
                    return;
                }
                int count = next(room);
                if (count == 0) {
                    if (unsettled > 0) {
                        to.settle();
                    }
                    deadline.awaited();
                    return;
                }
                if (count < 0) {
                    state = State.COMPLETE;
                    end(to);
                    break;
                }
                total += count;
                room = to.received(ByteBuffer.wrap(BUFFER.get(), 0, count));
                unsettled += count;
                if (unsettled >= MOST_UNSETTLED) {
                    unsettled = 0;
                    to.settle();
                    room = to.room();
                }
            }
        } catch (IOException | RuntimeException e) { // the latter: what containers throw when a request has ended
            to.cut("its body could not be read to the end", e);
        }
        if (unsettled > 0) {
            to.settle();
        }
        answerIfDecided();
    }

    /** The container says that the body has ended. Tomcat says so too when it was reset. */
    private void end(GuardedUpload to) {
        long announced = owner.requestLength();
        if (announced < 0 || announced == total) {
            to.completed();
        } else {
            to.cut("it had " + total + " bytes, where " + announced + " were announced", null);
        }
    }

    /** {@return how many bytes were read into the buffer; 0: none are here, the container calls; -1: there are no more} */
    private int next(int room) throws IOException {
        if (streams.isInputFinished()) {
            return -1;
        }
        if (!streams.isReadable()) {
            return 0;
        }
        byte[] buffer = BUFFER.get();
        int count = streams.read(buffer, Math.min(buffer.length, room));
        if (count > 0) {
            deadline.received(count);
        }
        return count;
    }

    private void answerIfDecided() {
        GuardedUpload to = sink;
        UploadOutcome outcome = to == null ? null : to.outcome();
        Consumer<UploadOutcome> then = decided;
        if (outcome != null && then != null) {
            sink = null;
            decided = null;
            then.accept(outcome);
        }
    }

    private void dropOn() {
        try {
            int count;
            do {
                count = next(Integer.MAX_VALUE);
            } while (count > 0);
            if (count == 0) {
                deadline.awaited();
            } else {
                end();
            }
        } catch (IOException | RuntimeException e) {
            end();
        }
    }

    private void end() {
        state = State.ENDED;
        deadline.paused();
        owner.end();
    }

    private void expired() {
        if (!deadline.isOver()) {
            return;
        }
        deadline.paused();
        if (state == State.DROPPED) {
            end();
        } else if (sink != null) {
            sink.timedOut(deadline.expectation());
            answerIfDecided();
        }
    }

    /** Nothing more will come. */
    void lost(@Nullable Throwable cause) {
        deadline.paused();
        state = State.ENDED;
        GuardedUpload cut = sink;
        sink = null;
        decided = null;
        if (cut != null) {
            cut.cut("the connection was lost", cause);
        }
    }
}
