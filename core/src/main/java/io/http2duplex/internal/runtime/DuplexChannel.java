package io.http2duplex.internal.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;

/** A blocking channel of both directions. */
final class DuplexChannel implements ByteChannel, BlockingInput {
    private final FacedDuplex<?> duplex;
    private volatile boolean closed;

    DuplexChannel(FacedDuplex<?> duplex) {
        this.duplex = duplex;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("A read needs a buffer that can be written to, not a read-only one");
        }
        requireOpen();
        return target.hasRemaining() ? duplex.read(target, this) : 0;
    }

    /** Writes everything, as a blocking channel does. */
    @Override
    public int write(ByteBuffer source) throws IOException {
        Objects.requireNonNull(source, "source");
        requireOpen();
        int total = source.remaining();
        duplex.write(source);
        return total;
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public void close() {
        closed = true;
        duplex.discardInput();
        duplex.end();
    }

    @Override
    public void requireOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }
}
