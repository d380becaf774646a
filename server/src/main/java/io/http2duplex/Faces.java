package io.http2duplex;

import io.http2duplex.undertow.IoThreads;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The faces of one duplex, made when they are asked for: one for each direction. */
final class Faces {
    private final SessionDuplex<?> duplex;
    private final AtomicReference<@Nullable Object> input = new AtomicReference<>();
    private final AtomicReference<@Nullable Object> output = new AtomicReference<>();

    Faces(SessionDuplex<?> duplex) {
        this.duplex = duplex;
    }

    Flow.Publisher<ByteBuffer> input() {
        return claim(input, InputPublisher.class, new InputPublisher(duplex), "input");
    }

    Flow.Subscriber<ByteBuffer> output() {
        return claim(output, OutputSubscriber.class, new OutputSubscriber(duplex), "output");
    }

    InputStream inputStream() {
        return claim(input, DuplexInputStream.class, new DuplexInputStream(duplex), "input");
    }

    OutputStream outputStream() {
        return claim(output, DuplexOutputStream.class, new DuplexOutputStream(duplex), "output");
    }

    ByteChannel channel() {
        DuplexChannel made = new DuplexChannel(duplex);
        DuplexChannel channel = claim(input, DuplexChannel.class, made, "input");
        try {
            return claim(output, DuplexChannel.class, channel, "output");
        } catch (IllegalStateException e) {
            input.compareAndSet(made, null); // nobody has got that channel: the input stays free
            throw e;
        }
    }

    void claimSend() {
        claim(output, Sender.class, Sender.INSTANCE, "output");
    }

    /** Stands for {@link Duplex#send} as the face of the output. */
    private enum Sender {
        INSTANCE
    }

    void inputReady() {
        if (input.get() instanceof InputPublisher publisher) {
            publisher.wake();
        }
    }

    void outputReady() {
        if (output.get() instanceof OutputSubscriber subscriber) {
            subscriber.wake();
        }
    }

    private static <F> F claim(
            AtomicReference<@Nullable Object> direction, Class<F> type, F made, String directionName) {
        direction.compareAndSet(null, made);
        Object claimed = direction.get();
        if (!type.isInstance(claimed)) {
            throw new IllegalStateException("The " + directionName
                    + " of this duplex is already used through another face: each direction is used through one");
        }
        return type.cast(claimed);
    }

    static void requireBlockingAllowed() {
        if (IoThreads.isIoThread()) {
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
