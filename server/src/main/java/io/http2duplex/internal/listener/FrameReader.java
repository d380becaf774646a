package io.http2duplex.internal.listener;

import java.nio.ByteBuffer;

/** A parser of frame headers (RFC 9113, section 4.1) in one direction of a connection. */
final class FrameReader {
    interface Visitor {
        /** Called once for each frame, when its header is complete. */
        void frame(int type, int flags, int stream, int length);
    }

    private final byte[] header = new byte[FrameHeads.HEADER_LENGTH];
    private final Visitor visitor;
    private int headerRead;
    private int toSkip;

    /** @param preface how many bytes precede the first frame */
    FrameReader(int preface, Visitor visitor) {
        toSkip = preface;
        this.visitor = visitor;
    }

    /** Reads all bytes of the buffer. */
    void read(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            if (toSkip > 0) {
                int skipped = Math.min(toSkip, bytes.remaining());
                bytes.position(bytes.position() + skipped);
                toSkip -= skipped;
            } else {
                header[headerRead++] = bytes.get();
                if (headerRead == header.length) {
                    begin(ByteBuffer.wrap(header));
                }
            }
        }
    }

    private void begin(ByteBuffer complete) {
        headerRead = 0;
        int lengthAndType = complete.getInt();
        toSkip = lengthAndType >>> 8;
        visitor.frame(lengthAndType & 255, complete.get() & 255, complete.getInt() & Integer.MAX_VALUE, toSkip);
    }

    /** Skips the rest of the current frame, which is not read here: the next byte begins another. */
    void skipRest() {
        toSkip = 0;
    }

    /** {@return whether a header is complete and its payload is not} */
    boolean isInFrame() {
        return toSkip > 0;
    }

    /** {@return whether the next byte begins a frame} */
    boolean atBoundary() {
        return toSkip == 0 && headerRead == 0;
    }
}
