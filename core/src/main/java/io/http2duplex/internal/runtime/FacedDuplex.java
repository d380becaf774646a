package io.http2duplex.internal.runtime;

import io.http2duplex.Duplex;
import io.http2duplex.internal.core.Failure;
import io.http2duplex.internal.core.Session;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A duplex's faces, made when they are asked for, one for each direction; and what they need of the session.
 *
 * @param <S> the session's dialect
 */
abstract class FacedDuplex<S extends Session> implements Duplex, GuardedSession.Listener<S> {
    static final String OUTPUT_ENDED = "The application has ended its side of this duplex: it can't write any more";

    final GuardedSession<S> guarded;
    /** Of each direction: the face that it is used through; null: none yet. Written under this object's lock. */
    private volatile @Nullable Object input;

    private volatile @Nullable Object output;

    FacedDuplex(S session) {
        guarded = new GuardedSession<>(session, this);
    }

    /** Stands for {@link Duplex#send} as the face of the output. */
    private enum Sender {
        INSTANCE
    }

    @Override
    public Flow.Publisher<ByteBuffer> input() {
        return claimInput(InputPublisher.class, () -> new InputPublisher(this));
    }

    @Override
    public Flow.Subscriber<ByteBuffer> output() {
        return claimOutput(OutputSubscriber.class, () -> new OutputSubscriber(this));
    }

    @Override
    public InputStream inputStream() {
        return claimInput(DuplexInputStream.class, () -> new DuplexInputStream(this));
    }

    @Override
    public OutputStream outputStream() {
        return claimOutput(DuplexOutputStream.class, () -> new DuplexOutputStream(this));
    }

    @Override
    public synchronized ByteChannel channel() {
        DuplexChannel channel = claimed(input, DuplexChannel.class, () -> new DuplexChannel(this), "input");
        output = claimed(output, DuplexChannel.class, () -> channel, "output");
        input = channel;
        return channel;
    }

    void claimSend() {
        if (output != Sender.INSTANCE) {
            claimOutput(Sender.class, () -> Sender.INSTANCE);
        }
    }

    private synchronized <F> F claimInput(Class<F> type, Supplier<F> maker) {
        F claimed = claimed(input, type, maker, "input");
        input = claimed;
        return claimed;
    }

    private synchronized <F> F claimOutput(Class<F> type, Supplier<F> maker) {
        F claimed = claimed(output, type, maker, "output");
        output = claimed;
        return claimed;
    }

    private static <F> F claimed(@Nullable Object known, Class<F> type, Supplier<F> maker, String directionName) {
        if (known == null) {
            return maker.get();
        }
        if (!type.isInstance(known)) {
            throw new IllegalStateException("The " + directionName
                    + " of this duplex is already used through another face (input, output, streams, channel or send):"
                    + " go on with that one");
        }
        return type.cast(known);
    }

    /** Has the Flow faces look again. */
    void signalFaces(boolean inputReady, boolean outputReady) {
        if (inputReady && input instanceof InputPublisher publisher) {
            publisher.wake();
        }
        if (outputReady && output instanceof OutputSubscriber subscriber) {
            subscriber.wake();
        }
    }

    // ---- for the faces

    /** Runs a signal to user code. If there is no thread for it, the duplex fails: it must not hang. */
    abstract void execute(Runnable signal);

    /** User code has thrown: the duplex fails. */
    abstract void handlerFailed(Throwable thrown);

    /** {@return whether this failure was the first} */
    public boolean reset(Failure failure) {
        return guarded.tellFor(session -> session.reset(failure));
    }

    @Nullable
    Failure failure() {
        return guarded.ask(Session::failure);
    }

    /** {@return bytes that the page wrote; null if there are none now} */
    @Nullable
    ByteBuffer pollInput() {
        return guarded.tellFor(Session::pollInput);
    }

    boolean isInputAtEnd() {
        return guarded.ask(Session::isInputAtEnd);
    }

    long availableInput() {
        return guarded.ask(Session::availableInput);
    }

    void discardInput() {
        guarded.tell(Session::discardInput);
        guarded.wakeReaders();
    }

    /** Takes bytes for the page without regard to room; drops them if the output has ended. */
    void writeAll(ByteBuffer bytes) {
        guarded.tell(session -> {
            if (session.isOutputOpen()) {
                session.write(bytes);
            }
        });
    }

    /** {@return for how many bytes there is room; 0: a signal comes when there is some; -1: the output has ended} */
    int outputRoom() {
        return guarded.tellFor(session -> {
            if (!session.isOutputOpen()) {
                return -1;
            }
            int room = session.outputRoom();
            if (room == 0) {
                session.notifyOutputRoom();
            }
            return room;
        });
    }

    /** {@return how many bytes were read; -1 at the end} Waits for at least one. */
    int read(ByteBuffer target, BlockingInput face) throws IOException {
        return guarded.awaitReadable(session -> {
            face.requireOpen();
            int count = session.readInput(target);
            if (count > 0) {
                return count;
            }
            if (session.isInputAtEnd()) {
                return -1;
            }
            Failure failure = session.failure();
            if (failure != null) {
                throw failure.exception();
            }
            return null;
        });
    }

    /** Copies all bytes of the source into the session; waits for room. */
    void write(ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            awaitRoom(session -> {
                int count = Math.min(source.remaining(), session.outputRoom());
                session.writeCopy(source.slice(source.position(), count));
                source.position(source.position() + count);
                return count;
            });
        }
    }

    /** Writes once there is room. */
    void awaitRoom(GuardedSession.Attempt write) throws IOException {
        guarded.awaitWritable(session -> {
            IOException ended = whyNoOutput(session);
            if (ended != null) {
                throw ended;
            }
            if (session.outputRoom() == 0) {
                session.notifyOutputRoom();
                return null;
            }
            return write.on(session);
        });
    }

    /** {@return why nothing can be written any more; null if something can} */
    static @Nullable IOException whyNoOutput(Session session) {
        Failure failure = session.failure();
        if (failure != null) {
            return failure.exception();
        }
        return session.isOutputOpen() ? null : new IOException(OUTPUT_ENDED);
    }
}
