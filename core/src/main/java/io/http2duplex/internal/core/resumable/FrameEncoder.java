package io.http2duplex.internal.core.resumable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An encoder of frames, one behind the other. Of DATA it encodes the head: the bytes themselves are not copied. */
public final class FrameEncoder {
    private static final int MAX_REASON = 1000;
    private static final int USUAL_SIZE = 32;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private ByteBuffer frames = NOTHING;

    /** {@return the frames so far, owned by the caller} */
    public ByteBuffer take() {
        ByteBuffer taken = frames.flip();
        frames = NOTHING;
        return taken;
    }

    /** Adds the head of a DATA frame, of which {@code count} bytes will follow. */
    public FrameEncoder dataHead(long offset, int count) {
        head(FrameType.DATA, Long.BYTES, count).putLong(offset);
        return this;
    }

    /** Adds a copy of the bytes of a DATA frame, whose head was added. */
    public FrameEncoder copy(ByteBuffer bytes) {
        reserve(bytes.remaining());
        frames.put(bytes);
        return this;
    }

    public FrameEncoder window(long confirmed, long limit) {
        head(FrameType.WINDOW, 2 * Long.BYTES, 0).putLong(confirmed).putLong(limit);
        return this;
    }

    public FrameEncoder ping(int token) {
        head(FrameType.PING, Integer.BYTES, 0).putInt(token);
        return this;
    }

    public FrameEncoder pong(int token) {
        head(FrameType.PONG, Integer.BYTES, 0).putInt(token);
        return this;
    }

    public FrameEncoder end(long offset) {
        head(FrameType.END, Long.BYTES, 0).putLong(offset);
        return this;
    }

    /** A reason that is longer than a frame may hold loses its end. */
    public FrameEncoder reset(int number, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(text.length, MAX_REASON);
        while (length < text.length && (text[length] & 0xC0) == 0x80) {
            length--; // no character is cut in two
        }
        head(FrameType.RESET, Short.BYTES + length, 0).putShort((short) number).put(text, 0, length);
        return this;
    }

    FrameEncoder rotate() {
        head(FrameType.ROTATE, 0, 0);
        return this;
    }

    /** @param ticket null: none goes with it */
    FrameEncoder hello(long heartbeatMillis, long resumeMillis, @Nullable Ticket ticket) {
        ByteBuffer payload = head(FrameType.HELLO, 2 * Integer.BYTES + (ticket == null ? 0 : Ticket.SIZE), 0)
                .putInt((int) heartbeatMillis)
                .putInt((int) resumeMillis);
        if (ticket != null) {
            ticket.putTo(payload);
        }
        return this;
    }

    FrameEncoder drain() {
        head(FrameType.DRAIN, 0, 0);
        return this;
    }

    /** Adds the first frame of a client on a socket. */
    public FrameEncoder attach(Attach attach) {
        ByteBuffer payload = head(FrameType.ATTACH, 3 * Long.BYTES + Ticket.SIZE, 0)
                .putLong(attach.number())
                .putLong(attach.offset())
                .putLong(attach.limit());
        attach.ticket().putTo(payload);
        return this;
    }

    /** {@return where the payload must be put} */
    private ByteBuffer head(FrameType type, int size, int following) {
        reserve(FrameType.HEAD_SIZE + size);
        return frames.putInt(type.number() << 24 | (size + following));
    }

    private void reserve(int count) {
        int needed = frames.position() + count;
        if (needed > frames.capacity()) {
            int capacity = Math.max(needed, Math.max(USUAL_SIZE, 2 * frames.capacity()));
            frames = ByteBuffer.wrap(Arrays.copyOf(frames.array(), capacity)).position(frames.position());
        }
    }
}
