package io.http2duplex.internal.undertow;

import io.http2duplex.internal.core.DownloadStep;
import io.http2duplex.internal.runtime.GuardedDownload;
import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.DefaultByteBufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.ConduitStreamSinkChannel;

/**
 * A writer of what a server sends on a WebSocket without extensions (RFC 6455, section 5): each message in one frame, one after
 * the other. For the connection's I/O thread, as its socket is.
 */
final class SocketFrameWriter {
    /** The most bytes in a message. */
    private static final int MESSAGE_BYTES = 64 * 1024;

    private static final int MOST_HEAD_BYTES = 2 + Long.BYTES;

    /** Each buffer holds a message. A socket has at most one, while the transport has not taken all of it. */
    private static final ByteBufferPool BUFFERS =
            new DefaultByteBufferPool(true, MOST_HEAD_BYTES + MESSAGE_BYTES, -1, 1);

    private final ConduitStreamSinkChannel transport;
    /** What is sent, until the transport has taken all of it; null: nothing. */
    private @Nullable PooledByteBuffer message;
    /** Whether the transport may hold something that it has taken. */
    private boolean mustFlush;

    SocketFrameWriter(ConduitStreamSinkChannel transport) {
        this.transport = transport;
    }

    /** Takes a message of at most {@link #MESSAGE_BYTES}. There is none that is held up. */
    void message(int opcode, ByteBuffer payload) {
        PooledByteBuffer pooled = BUFFERS.allocate();
        finish(pooled.getBuffer().clear().position(MOST_HEAD_BYTES).put(payload), opcode);
        message = pooled;
    }

    /** Takes what a session has to send, as much as fits, in one message. There is none that is held up. */
    void message(GuardedDownload source) {
        PooledByteBuffer pooled = BUFFERS.allocate();
        ByteBuffer buffer = pooled.getBuffer().clear().position(MOST_HEAD_BYTES);
        try {
            do {
                ByteBuffer bytes = source.bytes();
                int count = Math.min(bytes.remaining(), buffer.remaining());
                buffer.put(bytes.slice(bytes.position(), count));
                source.taken(count);
            } while (buffer.hasRemaining() && source.next() == DownloadStep.WRITE);
        } catch (RuntimeException e) {
            pooled.close();
            throw e;
        }
        finish(buffer, SocketFrameReader.BINARY);
        message = pooled;
    }

    /** Puts the head in front of a payload, which ends at the buffer's position, and makes it ready to be sent. */
    private static void finish(ByteBuffer buffer, int opcode) {
        int length = buffer.position() - MOST_HEAD_BYTES;
        byte first = (byte) (SocketFrameReader.FINAL | opcode);
        int begin;
        if (length <= SocketFrameReader.MAX_CONTROL_BYTES) {
            begin = MOST_HEAD_BYTES - 2;
            buffer.put(begin + 1, (byte) length);
        } else if (length <= 0xFFFF) {
            begin = MOST_HEAD_BYTES - 2 - Short.BYTES;
            buffer.put(begin + 1, (byte) SocketFrameReader.TWO_BYTES).putShort(begin + 2, (short) length);
        } else {
            begin = 0;
            buffer.put(begin + 1, (byte) SocketFrameReader.EIGHT_BYTES).putLong(begin + 2, length);
        }
        buffer.put(begin, first).flip().position(begin);
    }

    /** Sends. {@return whether the transport has not taken all of the last message yet} */
    boolean isHeldUp() throws IOException {
        PooledByteBuffer sent = message;
        if (sent == null) {
            return false;
        }
        ByteBuffer bytes = sent.getBuffer();
        mustFlush = true;
        int count = 1;
        while (count > 0 && bytes.hasRemaining()) {
            count = transport.write(bytes);
        }
        if (!bytes.hasRemaining()) {
            free();
        }
        return message != null;
    }

    /** Flushes. {@return whether the transport holds nothing back} */
    boolean isFlushed() throws IOException {
        if (mustFlush && transport.flush()) {
            mustFlush = false;
            transport.suspendWrites();
        }
        return !mustFlush;
    }

    /** The transport takes nothing more for now: its write listener is called when it does. */
    void await() {
        transport.resumeWrites();
    }

    /** Nothing more is sent: the transport's end is, once it is flushed. */
    void end() throws IOException {
        transport.shutdownWrites();
        mustFlush = true;
    }

    /** Drops what has not been sent. */
    void free() {
        PooledByteBuffer unsent = message;
        message = null;
        if (unsent != null) {
            unsent.close();
        }
    }
}
