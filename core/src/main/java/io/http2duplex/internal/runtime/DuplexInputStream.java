package io.http2duplex.internal.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** A blocking stream of what the page writes. */
final class DuplexInputStream extends InputStream implements BlockingInput {
    private final FacedDuplex<?> duplex;
    private volatile boolean closed;

    DuplexInputStream(FacedDuplex<?> duplex) {
        this.duplex = duplex;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        return length == 0 ? 0 : duplex.read(ByteBuffer.wrap(target, offset, length), this);
    }

    @Override
    public int available() throws IOException {
        return closed ? 0 : (int) duplex.availableInput();
    }

    @Override
    public void close() {
        closed = true;
        duplex.discardInput();
    }

    @Override
    public void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("The application has closed this input stream");
        }
    }
}
