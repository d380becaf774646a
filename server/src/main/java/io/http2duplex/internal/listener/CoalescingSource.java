package io.http2duplex.internal.listener;

import io.http2duplex.internal.listener.OpenStreams.Stream;
import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.protocols.http2.ConnectionErrorException;
import io.undertow.protocols.http2.Http2Channel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.StreamSourceConduit;

/**
 * A conduit between the transport and Undertow's HTTP/2 that merges small DATA frames into large ones. Undertow keeps
 * several objects for each unread piece of a body, so a byte in its own frame or TLS record would cost 250 bytes of
 * heap. This conduit collects the bytes of a stream whose body is not read. It passes them on {@value #PIECE} at a
 * time, half as many if they come at once, or any once all before them are read. It drops padding and empty frames.
 *
 * <p>It also lowers a client's SETTINGS_HEADER_TABLE_SIZE to {@value #HEADER_TABLE}: Undertow would let its table for
 * heads of responses grow to any size that a client allows. Behind trailers it puts an empty DATA frame, which
 * ends their body: the channel drops them.
 *
 * <p>Everything else passes unchanged and in sequence. Used on the connection's I/O thread. (The file is long because the
 * parts of a frame share the state of one parser.)
 */
final class CoalescingSource extends HoldingSource {
    /** An observer of frames. It sees the head of each before any part of the frame is passed on. */
    interface Books {
        void heard();

        void frame(int type, int flags, int stream, int length) throws IOException;

        /** The window of a stream must be replenished by so much, for padding. */
        void replenish(int stream, int count);
    }

    private enum Part {
        HEAD,
        /** Passed on as it is. */
        WHOLE,
        DROPPED,
        COLLECTED,
        SETTINGS,
        /** Not of the client: it ends the body that trailers have followed. */
        END
    }

    private enum Step {
        NEXT,
        /** All received bytes are parsed. */
        EMPTY,
        /** The reader must first parse what it has. */
        FULL
    }

    /** The bytes passed on in one frame while earlier ones are unread. */
    static final int PIECE = 16 * 1024;

    /** So many bytes that come at once are passed on: what the reader keeps of a piece is little beside them. */
    private static final int LARGE = PIECE / 2;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** The standard size of the table that heads are compressed with (RFC 9113, section 6.5.2). */
    static final int HEADER_TABLE = 4096;

    private static final int SETTING_LENGTH = 6;
    private static final short SETTINGS_HEADER_TABLE_SIZE = 1;

    /** The most reads in one turn while everything is collected. Then other connections go on. */
    private static final int READS = 16;

    private final Executor thread;
    private final ByteBufferPool pool;
    private final StreamLedger streams;
    private final @Nullable SocketSource socket;
    private @Nullable Books books;
    /** Bytes read from the transport and not parsed; null if none. */
    private @Nullable PooledByteBuffer raw;

    /** Whether the last read had no room for all that has come. */
    private boolean full;
    /** Whether a read is scheduled for when the reader has had its turn. */
    private boolean waking;
    /** Whether somebody wants the reader to be called, although nothing may have come. */
    private boolean wanted;
    /** Whether the last read has found that nothing more has come. */
    private boolean dry;

    private final byte[] head = new byte[FrameHeads.HEADER_LENGTH];
    private int headRead;
    /** Whether only CONTINUATION may come next. */
    private boolean inHeaders;
    /** The stream of the trailers that come; 0: none. */
    private int trailed;

    // The frame that is being parsed.
    private Part part = Part.WHOLE;
    private int left = FrameHeads.PREFACE_LENGTH;
    private @Nullable Stream stream;
    private boolean last;
    private boolean paddingUnknown;
    private int padding;
    private final ByteBuffer setting = ByteBuffer.allocate(SETTING_LENGTH);

    /**
     * A conduit for one connection.
     *
     * @param thread runs a task on the connection's I/O thread, when that has done what it does now
     * @param socket the source at the socket; null if there is no TLS
     * @param data bytes already read from the connection; null if none
     */
    CoalescingSource(
            StreamSourceConduit next,
            Executor thread,
            ByteBufferPool pool,
            StreamLedger streams,
            @Nullable SocketSource socket,
            @Nullable PooledByteBuffer data) {
        super(next);
        this.thread = thread;
        this.pool = pool;
        this.streams = streams;
        this.socket = socket;
        raw = data;
    }

    void show(Books newBooks) {
        books = newBooks;
    }

    /** Schedules a read, which passes on what is due. May be called on any thread, as by a handler that reads a body. */
    void wake() {
        wakeupReads();
    }

    @Override
    public void wakeupReads() {
        onThread(() -> {
            wanted = true;
            next.wakeupReads();
        });
    }

    @Override
    public void resumeReads() {
        onThread(super::resumeReads);
    }

    /**
     * Runs that on the connection's I/O thread. Undertow's TLS changes its state without a lock: on another thread it could undo
     * what the I/O thread changes meanwhile, and take the rest of a buffer for bytes of the client.
     */
    private void onThread(Runnable task) {
        if (Thread.currentThread() == next.getReadThread()) {
            task.run();
            return;
        }
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            // The worker stops, and its connections with it.
        }
    }

    /**
     * {@return whether the reader, whose turn it is, may find something} Undertow's TLS calls it once more for each record that it
     * has read.
     */
    boolean isWorthReading() {
        boolean asked = wanted;
        wanted = false;
        return asked || !dry || socket == null || !socket.isDry() || hasMore() || isReadShutdown();
    }

    /**
     * Schedules a read for when the reader has had its turn. Undertow's TLS counts the reads that are scheduled in the
     * turn of another, and closes the connection at the hundredth in a row.
     */
    private void wakeLater() {
        if (waking) {
            return;
        }
        waking = true;
        try {
            thread.execute(() -> {
                waking = false;
                if (next.isReadResumed() && hasMore()) {
                    next.wakeupReads();
                }
            });
        } catch (RejectedExecutionException e) {
            // The worker stops, and its connections with it.
        }
    }

    /** Frees its buffer. */
    void release() {
        if (raw != null) {
            raw.close();
            raw = null;
        }
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        int before = to.position();
        boolean ended = false;
        try {
            boolean room = passDue(to) && parse(to);
            for (int i = 0; room && !ended && to.position() == before && i < READS; i++) {
                int count = fill();
                if (count == 0) {
                    break;
                }
                ended = count < 0;
                room = parse(to);
            }
            full = !room;
            if (full || mustPassDue()) {
                wakeLater();
            }
        } finally {
            if (raw != null && !raw.getBuffer().hasRemaining()) {
                release();
            }
        }
        int passed = to.position() - before;
        return ended && passed == 0 ? -1 : passed;
    }

    private int fill() throws IOException {
        PooledByteBuffer buffer = raw;
        if (buffer == null) {
            buffer = pool.allocate();
            raw = buffer;
        }
        buffer.getBuffer().clear();
        int count = 0;
        try {
            count = next.read(buffer.getBuffer());
        } finally {
            buffer.getBuffer().flip();
        }
        dry = count == 0 && socket != null && socket.isDry();
        if (count > 0 && books != null) {
            books.heard();
        }
        return count;
    }

    /** {@return whether there is something to read, even if nothing comes} */
    @Override
    boolean hasMore() {
        return full || raw != null || mustPassDue();
    }

    /** {@return whether bytes are due, and a frame of them may come next} */
    private boolean mustPassDue() {
        return streams.hasDue() && !isInFrame();
    }

    /**
     * {@return whether a frame is passed on of which a part has not come yet, or a head whose CONTINUATION has not come}
     * Another frame in between would break the connection.
     */
    private boolean isInFrame() {
        return inHeaders || part == Part.WHOLE || part == Part.SETTINGS;
    }

    /** {@return whether there was room for all due bytes that may come now} */
    private boolean passDue(ByteBuffer to) {
        if (isInFrame()) {
            return true;
        }
        for (Stream due = streams.peekDue(); due != null; due = streams.peekDue()) {
            if (due.collectedCount > 0 && !pass(due, NOTHING, 0, false, to)) {
                return false;
            }
            streams.removeDue(due);
        }
        return true;
    }

    /** {@return whether all received bytes are parsed} */
    private boolean parse(ByteBuffer to) throws IOException {
        ByteBuffer from = raw == null ? NOTHING : raw.getBuffer();
        Step step = Step.NEXT;
        while (step == Step.NEXT) {
            step = switch (part) {
                case HEAD -> readHead(from) ? begin(from, to) : Step.EMPTY;
                case WHOLE -> copy(from, to);
                case DROPPED -> drop(from);
                case COLLECTED -> collect(from, to);
                case SETTINGS -> copySettings(from, to);
                case END -> end(to);
            };
        }
        return step == Step.EMPTY;
    }

    private boolean readHead(ByteBuffer from) {
        int count = Math.min(head.length - headRead, from.remaining());
        from.get(head, headRead, count);
        headRead += count;
        return headRead == head.length;
    }

    private Step begin(ByteBuffer from, ByteBuffer to) throws IOException {
        ByteBuffer complete = ByteBuffer.wrap(head);
        int lengthAndType = complete.getInt();
        int length = lengthAndType >>> 8;
        int type = lengthAndType & 255;
        int flags = complete.get() & 255;
        int id = complete.getInt() & Integer.MAX_VALUE;
        // A counted reset closes its stream. The reader must have seen the stream's head before.
        if (to.remaining() < head.length || (type == FrameHeads.RST_STREAM && to.position() > 0)) {
            return Step.FULL;
        }
        boolean data = type == FrameHeads.DATA && !inHeaders && length <= FrameHeads.MAX_LENGTH;
        Stream known = data || type == FrameHeads.HEADERS ? streams.find(id) : null;
        boolean closed = data && known == null && streams.isClosed(id);
        Stream body = data && known != null && !known.clientEnded ? known : null;
        boolean padded = (flags & FrameHeads.PADDED) != 0;
        boolean whole = body != null
                && !padded
                && length > 0
                && length <= from.remaining()
                && body.collectedCount == 0
                && (length >= PIECE || streams.mayPass(body));
        if (whole && to.remaining() < head.length + length) {
            return Step.FULL;
        }
        if (type == FrameHeads.HEADERS
                && known != null
                && known.collectedCount > 0
                && !pass(known, NOTHING, 0, false, to)) {
            return Step.FULL; // the bytes before the trailers
        }
        if (type == FrameHeads.HEADERS && known != null) {
            if (known.clientEnded || (flags & FrameHeads.END_STREAM) == 0) {
                throw broken(known.clientEnded ? Http2Channel.ERROR_STREAM_CLOSED : Http2Channel.ERROR_PROTOCOL_ERROR);
            }
            trailed = id;
        }
        headRead = 0;
        left = length;
        stream = known;
        if (books != null) {
            books.frame(type, flags, id, length);
        }
        if (type == FrameHeads.HEADERS || type == FrameHeads.CONTINUATION) {
            inHeaders = (flags & FrameHeads.END_HEADERS) == 0;
        }
        if (closed) {
            part = Part.DROPPED;
        } else if (body != null && !whole) {
            part = Part.COLLECTED;
            last = (flags & FrameHeads.END_STREAM) != 0;
            paddingUnknown = padded;
            padding = 0;
        } else {
            part = type == FrameHeads.SETTINGS ? Part.SETTINGS : Part.WHOLE;
            to.put(head);
            if (body != null) {
                streams.passed(body, length);
            }
        }
        return Step.NEXT;
    }

    private Step copy(ByteBuffer from, ByteBuffer to) {
        int count = Math.min(left, Math.min(from.remaining(), to.remaining()));
        move(from, count, to);
        return skipped(count, from.hasRemaining() ? Step.FULL : Step.EMPTY);
    }

    private Step copySettings(ByteBuffer from, ByteBuffer to) {
        while (left >= SETTING_LENGTH) {
            if (to.remaining() < SETTING_LENGTH) {
                return Step.FULL;
            }
            while (setting.hasRemaining()) {
                if (!from.hasRemaining()) {
                    return Step.EMPTY;
                }
                setting.put(from.get());
            }
            if (setting.getShort(0) == SETTINGS_HEADER_TABLE_SIZE
                    && Integer.compareUnsigned(setting.getInt(2), HEADER_TABLE) > 0) {
                setting.putInt(2, HEADER_TABLE);
            }
            to.put(setting.flip());
            setting.clear();
            left -= SETTING_LENGTH;
        }
        return copy(from, to); // of a frame that is too short; empty otherwise
    }

    private Step drop(ByteBuffer from) {
        int count = Math.min(left, from.remaining());
        from.position(from.position() + count);
        return skipped(count, Step.EMPTY);
    }

    private Step skipped(int count, Step otherwise) {
        left -= count;
        if (left > 0) {
            return otherwise;
        }
        part = trailed != 0 && !inHeaders ? Part.END : Part.HEAD;
        return Step.NEXT;
    }

    private Step end(ByteBuffer to) {
        if (to.remaining() < head.length) {
            return Step.FULL;
        }
        to.putInt(FrameHeads.DATA).put((byte) FrameHeads.END_STREAM).putInt(trailed);
        trailed = 0;
        part = Part.HEAD;
        return Step.NEXT;
    }

    /** {@return an error of the connection} All that comes until it is closed is dropped. */
    private ConnectionErrorException broken(int error) {
        part = Part.DROPPED;
        left = Integer.MAX_VALUE;
        return new ConnectionErrorException(error);
    }

    private Step collect(ByteBuffer from, ByteBuffer to) throws IOException {
        Stream current = Objects.requireNonNull(stream);
        if (paddingUnknown) {
            if (!from.hasRemaining() && left > 0) {
                return Step.EMPTY;
            }
            padding = left == 0 ? 1 : from.get() & 255;
            left -= 1 + padding;
            if (left < 0) {
                throw broken(Http2Channel.ERROR_PROTOCOL_ERROR);
            }
            paddingUnknown = false;
            int replenished = streams.padding(current, 1 + padding);
            if (replenished > 0 && books != null) {
                books.replenish(current.id, replenished);
            }
        }
        while (left > 0) {
            if (!from.hasRemaining()) {
                return Step.EMPTY;
            }
            int count = Math.min(Math.min(left, from.remaining()), PIECE - current.collectedCount);
            boolean large = count >= LARGE || current.collectedCount + count == PIECE;
            if (!large) {
                current.collect(from, count);
            } else if (pass(current, from, count, last && count == left, to)) {
                last &= count < left;
            } else {
                return Step.FULL;
            }
            left -= count;
        }
        boolean due = last || (current.collectedCount > 0 && streams.mayPass(current));
        if (due && !pass(current, from, 0, last, to)) {
            return Step.FULL;
        }
        left = padding;
        part = Part.DROPPED;
        return Step.NEXT;
    }

    /**
     * Passes on the collected bytes of a stream, and that many that follow them, as one frame.
     *
     * @return whether there was room
     */
    private boolean pass(Stream of, ByteBuffer from, int count, boolean end, ByteBuffer to) {
        int length = of.collectedCount + count;
        if (to.remaining() < head.length + length) {
            return false;
        }
        to.putInt((length << 8) | FrameHeads.DATA)
                .put((byte) (end ? FrameHeads.END_STREAM : 0))
                .putInt(of.id);
        streams.passed(of, length);
        of.passTo(to);
        move(from, count, to);
        return true;
    }

    private static void move(ByteBuffer from, int count, ByteBuffer to) {
        to.put(to.position(), from, from.position(), count).position(to.position() + count);
        from.position(from.position() + count);
    }
}
