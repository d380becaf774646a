package io.http2duplex.internal.listener;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

/**
 * A sink that reports each sent frame of an HTTP/2 connection, and can insert frames of its own: Undertow's GOAWAY
 * closes the connection at once. Used on the connection's I/O thread.
 *
 * <p>Undertow's framed channels write only through the two methods below.
 */
final class FrameTapSink extends AbstractStreamSinkConduit<StreamSinkConduit> {
    private final FrameReader sent = new FrameReader(0, this::sent);
    private final Deque<ByteBuffer> between = new ArrayDeque<>();

    private FrameReader.@Nullable Visitor visitor;
    /** The stream of the last frame whose head was sent. */
    private int last;

    FrameTapSink(StreamSinkConduit next) {
        super(next);
    }

    /** Reports sent frames from now on. */
    void show(FrameReader.Visitor newVisitor) {
        visitor = newVisitor;
    }

    /** {@return whether a frame of that stream is sent in part} */
    boolean isInFrameOf(int stream) {
        return !sent.atBoundary() && stream == last;
    }

    private void sent(int type, int flags, int stream, int length) {
        last = stream;
        if (visitor != null) {
            visitor.frame(type, flags, stream, length);
        }
    }

    /** Sends a frame, now or after the current one. */
    void send(ByteBuffer frame) throws IOException {
        between.add(frame);
        if (!flush()) {
            next.resumeWrites();
        }
    }

    /** {@return whether no inserted frame is half sent} */
    private boolean sendBetween() throws IOException {
        while (sent.atBoundary() && !between.isEmpty()) {
            ByteBuffer frame = between.element();
            next.write(frame);
            if (frame.hasRemaining()) {
                return false;
            }
            between.remove();
        }
        return true;
    }

    @Override
    public boolean flush() throws IOException {
        return sendBetween() && next.flush() && between.isEmpty();
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return Math.toIntExact(write(new ByteBuffer[] {source}, 0, 1));
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        if (!sendBetween()) {
            return 0;
        }
        ByteBuffer[] shown = new ByteBuffer[length];
        for (int i = 0; i < length; i++) {
            shown[i] = sources[offset + i].duplicate();
        }
        long count = next.write(sources, offset, length);
        for (int i = 0; i < length; i++) {
            sent.read(shown[i].limit(sources[offset + i].position()));
        }
        return count;
    }
}
