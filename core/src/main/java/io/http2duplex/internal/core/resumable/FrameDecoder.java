package io.http2duplex.internal.core.resumable;

import io.http2duplex.internal.core.DownloadRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A decoder of the frames of one body, in pieces of any size. It holds at most one frame that is not DATA; the bytes of
 * DATA pass through as they come.
 */
public final class FrameDecoder {
    /** A receiver of frames, in order. The frames that only a server sends mean nothing by default. */
    public interface Handler {
        /** The next bytes of a DATA frame, at least one. The buffer is read, or copied from, before this returns. */
        void data(long offset, ByteBuffer bytes) throws ViolationException;

        void window(long confirmed, long limit) throws ViolationException;

        void ping(int token);

        void pong(int token);

        void end(long offset) throws ViolationException;

        /** The session was reset, with a number from 0 to 65,535. */
        void reset(int number, String reason);

        default void rotate() {}

        /** The first frame of a download; the ticket is null if none came with it. */
        default void hello(long heartbeatMillis, long resumeMillis, @Nullable Ticket ticket) {}

        default void drain() {}

        /** Only on a socket, before it has a session. */
        default void attach(Attach frame) {}
    }

    private enum Part {
        HEAD,
        FIELDS,
        DATA,
        SKIPPED
    }

    private final Handler handler;
    /** Whether it decodes what comes on a socket that has no session yet: PING and ATTACH alone. */
    private final boolean untilAttached;

    private Part part = Part.HEAD;
    /** Gathers a head, or fields. */
    private byte[] gathered = new byte[16];

    private int count;
    private int wanted = FrameType.HEAD_SIZE;
    private FrameType type = FrameType.DATA;
    /** Of the payload, how many bytes come after what is gathered. */
    private int rest;
    /** Offset of the next byte of the DATA frame. */
    private long offset;

    public FrameDecoder(Handler handler) {
        this(handler, false);
    }

    private FrameDecoder(Handler handler, boolean untilAttached) {
        this.handler = handler;
        this.untilAttached = untilAttached;
    }

    /** {@return a decoder of what comes on a socket that has no session yet} */
    static FrameDecoder untilAttached(Handler handler) {
        return new FrameDecoder(handler, true);
    }

    /** {@return whether a frame has begun that is not whole} */
    public boolean isMidFrame() {
        return part != Part.HEAD || count > 0;
    }

    /**
     * Takes the next bytes of the body, all of them.
     *
     * @throws ViolationException if a frame is malformed, or the handler finds a rule broken: nothing more may be pushed
     */
    public void push(ByteBuffer bytes) throws ViolationException {
        while (bytes.hasRemaining()) {
            step(bytes);
        }
    }

    /** Takes some of the next bytes, at most those up to the end of a frame. */
    void step(ByteBuffer bytes) throws ViolationException {
        switch (part) {
            case HEAD -> {
                if (gather(bytes)) {
                    head();
                }
            }
            case FIELDS -> {
                if (gather(bytes)) {
                    fields();
                }
            }
            case DATA -> {
                ByteBuffer piece = next(bytes);
                long start = offset;
                offset += piece.remaining();
                handler.data(start, piece);
            }
            case SKIPPED -> next(bytes);
        }
    }

    private boolean gather(ByteBuffer bytes) {
        int taken = Math.min(wanted - count, bytes.remaining());
        bytes.get(gathered, count, taken);
        count += taken;
        return count == wanted;
    }

    /** {@return what is here of the rest of the payload} */
    private ByteBuffer next(ByteBuffer bytes) {
        int taken = Math.min(rest, bytes.remaining());
        ByteBuffer piece = bytes.slice(bytes.position(), taken);
        bytes.position(bytes.position() + taken);
        rest -= taken;
        if (rest == 0) {
            expect(Part.HEAD, FrameType.HEAD_SIZE);
        }
        return piece;
    }

    private void expect(Part next, int size) {
        part = next;
        count = 0;
        wanted = size;
        if (gathered.length < size) {
            gathered = new byte[size];
        }
    }

    private void head() throws ViolationException {
        int head = ByteBuffer.wrap(gathered).getInt(0);
        int length = head & 0xFF_FFFF;
        FrameType known = FrameType.of(head >>> 24);
        if (known == null || (known == FrameType.ATTACH && !untilAttached)) {
            rest = length;
            expect(length == 0 ? Part.HEAD : Part.SKIPPED, FrameType.HEAD_SIZE);
            return;
        }
        if (untilAttached && known != FrameType.PING && known != FrameType.ATTACH) {
            throw ViolationException.malformedFrame("A " + known + " frame has come before ATTACH.");
        }
        type = known;
        if (length < known.fields()) {
            throw ViolationException.malformedFrame("A " + known + " frame is shorter than its fields.");
        }
        if (known == FrameType.DATA) {
            rest = length - known.fields();
            expect(Part.FIELDS, known.fields());
            return;
        }
        if (length > FrameType.MAX_CONTROL_PAYLOAD) {
            throw ViolationException.malformedFrame(
                    "A " + known + " frame has more than " + FrameType.MAX_CONTROL_PAYLOAD + " bytes of payload.");
        }
        rest = 0;
        expect(Part.FIELDS, length);
        if (length == 0) {
            fields();
        }
    }

    private void fields() throws ViolationException {
        ByteBuffer payload = ByteBuffer.wrap(gathered, 0, count);
        if (type == FrameType.DATA) {
            offset = offset(payload);
            expect(rest == 0 ? Part.HEAD : Part.DATA, FrameType.HEAD_SIZE);
            return;
        }
        expect(Part.HEAD, FrameType.HEAD_SIZE);
        switch (type) {
            case DATA -> throw new IllegalStateException("DATA is passed on piece by piece");
            case WINDOW -> handler.window(offset(payload), offset(payload));
            case PING -> handler.ping(payload.getInt());
            case PONG -> handler.pong(payload.getInt());
            case END -> handler.end(offset(payload));
            case RESET ->
                handler.reset(
                        payload.getShort() & 0xFFFF,
                        StandardCharsets.UTF_8.decode(payload).toString());
            case ROTATE -> handler.rotate();
            case HELLO ->
                handler.hello(
                        payload.getInt() & 0xFFFF_FFFFL,
                        payload.getInt() & 0xFFFF_FFFFL,
                        payload.remaining() < Ticket.SIZE ? null : Ticket.of(payload));
            case DRAIN -> handler.drain();
            case ATTACH ->
                handler.attach(new Attach(offset(payload), offset(payload), offset(payload), Ticket.of(payload)));
        }
    }

    private static long offset(ByteBuffer payload) throws ViolationException {
        long offset = payload.getLong();
        if (offset < 0 || offset > DownloadRequest.LARGEST) {
            throw ViolationException.malformedFrame("An offset or limit is over 2^53 - 1.");
        }
        return offset;
    }
}
