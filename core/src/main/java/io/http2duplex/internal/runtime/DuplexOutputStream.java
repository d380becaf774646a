package io.http2duplex.internal.runtime;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** A blocking stream that takes bytes for the page. */
final class DuplexOutputStream extends OutputStream {
    private final FacedDuplex<?> duplex;

    DuplexOutputStream(FacedDuplex<?> duplex) {
        this.duplex = duplex;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        duplex.write(ByteBuffer.wrap(source, offset, length));
    }

    /** Ends the application's side. After a failure there is nothing to end, and nothing to report. */
    @Override
    public void close() {
        duplex.end();
    }
}
