package io.http2duplex.internal.runtime;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** What takes bytes for the page, as a blocking stream. */
final class DuplexOutputStream extends OutputStream {
    private final SessionDuplex<?> duplex;

    DuplexOutputStream(SessionDuplex<?> duplex) {
        this.duplex = duplex;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        ByteBuffer bytes = ByteBuffer.wrap(source, offset, length);
        while (bytes.hasRemaining()) {
            duplex.write(bytes);
        }
    }

    /** Ends the application's side. After a failure there is nothing to end, and nothing new to tell. */
    @Override
    public void close() {
        duplex.end();
    }
}
