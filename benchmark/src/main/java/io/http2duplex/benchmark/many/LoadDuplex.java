package io.http2duplex.benchmark.many;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of one duplex, in as little memory as can be. Belongs to the thread of its connection.
 *
 * <p>It is no session: nothing is kept, resumed or confirmed, and there is no time. 100,000 of the core's {@code
 * ClientSession} would take more from the machine than the server that is measured.
 */
final class LoadDuplex {
    static final int ECHO_SIZE = 32;

    private static final int HEAD_SIZE = 4;
    private static final int DATA = 0;
    private static final int WINDOW = 1;
    private static final int PING = 2;
    private static final int PONG = 3;
    private static final int END = 4;
    private static final int RESET = 5;
    private static final int CANCELLED = 1;
    private static final long NO_LIMIT = 1L << 40;

    private final LoadConnection connection;
    private final LoadMode mode;
    private @Nullable String id;
    /** Of the download, a frame that is not here as a whole. */
    private @Nullable ByteBuf partial;
    /** Of the streaming upload; 0 if there is none. */
    private int upload;

    private boolean begun;
    private boolean unanswered;
    private long sent;
    private long received;
    private long sentAt;

    LoadDuplex(LoadConnection connection, LoadMode mode) {
        this.connection = connection;
        this.mode = mode;
    }

    /** The answer to the opening GET is here. */
    void opened(String id) {
        this.id = id;
    }

    /** Sends some bytes, whose echo comes later. */
    void send(long now) {
        sentAt = now;
        ByteBuf body = Unpooled.buffer(HEAD_SIZE + Long.BYTES + ECHO_SIZE);
        if (mode.resumes()) {
            body.writeInt(DATA << 24 | (Long.BYTES + ECHO_SIZE)).writeLong(sent);
        }
        body.writeZero(ECHO_SIZE - Long.BYTES).writeLong(sent);
        sent += ECHO_SIZE;
        if (mode.streams()) {
            upload = upload == 0 ? connection.stream(uploadId()) : upload;
            connection.data(upload, body);
        } else {
            unanswered = true;
            connection.post(this, uploadId(), body, false);
        }
    }

    /** Some bytes will come without being asked for: they count as an echo of what was sent now. */
    void expect(int bytes, long now) {
        sentAt = now;
        sent += bytes;
    }

    /** {@return when it was sent what now was echoed, or answered, last} */
    long sentAt() {
        return sentAt;
    }

    /** {@return whether everything was echoed and answered} */
    boolean isQuiet() {
        return received == sent && !unanswered;
    }

    /** A POST was answered. */
    void answered() {
        unanswered = false;
    }

    /** {@return whether the echo is complete with this part of the download} */
    boolean download(ByteBuf bytes) {
        long before = received;
        if (mode.resumes()) {
            frames(bytes);
        } else {
            if (!begun) {
                begun = true;
                bytes.skipBytes(1);
            }
            received += bytes.readableBytes();
        }
        if (received > sent) {
            throw new IllegalStateException("More came than was sent: " + received + " of " + sent + " bytes");
        }
        return received > before && received == sent;
    }

    private void frames(ByteBuf bytes) {
        ByteBuf all = partial == null ? bytes : partial.writeBytes(bytes);
        while (all.readableBytes() >= HEAD_SIZE) {
            int head = all.getInt(all.readerIndex());
            int length = head & 0xFF_FFFF;
            if (all.readableBytes() < HEAD_SIZE + length) {
                break;
            }
            all.skipBytes(HEAD_SIZE);
            frame(head >>> 24, all.readSlice(length));
        }
        partial = all.isReadable() ? Unpooled.buffer().writeBytes(all) : null;
    }

    private void frame(int type, ByteBuf payload) {
        if (type == DATA) {
            if (payload.readLong() != received) {
                throw new IllegalStateException("Bytes are missing behind " + received);
            }
            received += payload.readableBytes();
        } else if (type == PING) {
            ByteBuf answer = Unpooled.buffer();
            answer.writeInt(WINDOW << 24 | 2 * Long.BYTES).writeLong(received).writeLong(NO_LIMIT);
            answer.writeInt(PONG << 24 | Integer.BYTES).writeInt(payload.readInt());
            connection.post(null, uploadId(), answer, false);
        } else if ((type == END || type == RESET) && !connection.isClosing()) {
            throw new IllegalStateException("The server has ended a duplex, by a frame of type " + type);
        }
    }

    /** Ends it, in dialect 2 by a reset: it is quiet when that was answered. */
    void close() {
        unanswered = true;
        if (mode.resumes()) {
            ByteBuf reset = Unpooled.buffer();
            reset.writeInt(RESET << 24 | Short.BYTES).writeShort(CANCELLED);
            connection.post(this, uploadId(), reset, false);
        } else if (upload != 0) {
            connection.end(this, upload);
        } else {
            connection.post(this, uploadId(), Unpooled.EMPTY_BUFFER, true);
        }
    }

    private String uploadId() {
        if (id == null) {
            throw new IllegalStateException("The duplex is not open");
        }
        return id;
    }
}
