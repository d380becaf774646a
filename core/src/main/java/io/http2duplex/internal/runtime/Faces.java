package io.http2duplex.internal.runtime;

import io.http2duplex.Duplex;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The faces of one duplex, made when they are asked for: one for each direction. */
final class Faces {
    private final SessionDuplex<?> duplex;
    /** Of each direction: the face that it is used through; null: none yet. Written under this object's lock. */
    private volatile @Nullable Object input;

    private volatile @Nullable Object output;

    Faces(SessionDuplex<?> duplex) {
        this.duplex = duplex;
    }

    Flow.Publisher<ByteBuffer> input() {
        return claimInput(InputPublisher.class, () -> new InputPublisher(duplex));
    }

    Flow.Subscriber<ByteBuffer> output() {
        return claimOutput(OutputSubscriber.class, () -> new OutputSubscriber(duplex));
    }

    InputStream inputStream() {
        return claimInput(DuplexInputStream.class, () -> new DuplexInputStream(duplex));
    }

    OutputStream outputStream() {
        return claimOutput(DuplexOutputStream.class, () -> new DuplexOutputStream(duplex));
    }

    synchronized ByteChannel channel() {
        DuplexChannel channel = claimed(input, DuplexChannel.class, () -> new DuplexChannel(duplex), "input");
        output = claimed(output, DuplexChannel.class, () -> channel, "output");
        input = channel;
        return channel;
    }

    void claimSend() {
        if (output != Sender.INSTANCE) {
            claimOutput(Sender.class, () -> Sender.INSTANCE);
        }
    }

    /** Stands for {@link Duplex#send} as the face of the output. */
    private enum Sender {
        INSTANCE
    }

    void inputReady() {
        if (input instanceof InputPublisher publisher) {
            publisher.wake();
        }
    }

    void outputReady() {
        if (output instanceof OutputSubscriber subscriber) {
            subscriber.wake();
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
                    + " of this duplex is already used through another face: each direction is used through one");
        }
        return type.cast(known);
    }

    static void requireBlockingAllowed(boolean mustNotBlock) {
        if (mustNotBlock) {
            throw new IllegalStateException("A blocking face of a duplex was used on an I/O thread of the server, which"
                    + " must not block: give DuplexHandler.Builder.executor threads of your own");
        }
    }

    static InterruptedIOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        InterruptedIOException interrupted = new InterruptedIOException("Interrupted while waiting for a duplex");
        interrupted.initCause(e);
        return interrupted;
    }
}
