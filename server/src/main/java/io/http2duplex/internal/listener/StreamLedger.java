package io.http2duplex.internal.listener;

import io.http2duplex.internal.listener.OpenStreams.Stream;
import io.http2duplex.internal.undertow.StreamCount;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A ledger of the streams of one HTTP/2 connection: the open streams, their windows, and the count of frames that only
 * cost work. Every frame, received or sent, is reported to it. Times are in nanoseconds.
 *
 * <p>Flow control of uploads (RFC 9113, section 5.2): the connection's window is replenished as bytes come, read or
 * not. Unread bytes, and bytes of closed streams, cannot block other streams. The streams' windows bound the memory. A
 * stream begins with {@code streamWindow}. While its upload is read, its window grows up to {@code maxStreamWindow}, or
 * to the announced length of its body. The windows of all streams together never exceed {@code connectionWindow}. What was
 * not read of all connections is bounded by {@link UnreadUploads}: windows grow within half of that, and while more is used,
 * a stream gets no more than its first window, so that one whose upload is read becomes slow, and is not reset. The stream
 * whose bytes are too many is.
 *
 * <p>Thread-safe: a handler may read an upload on any thread.
 */
final class StreamLedger implements StreamCount {
    /** The error codes (RFC 9113, section 7) that a received frame can lead to. */
    static final int NO_ERROR = 0;

    static final int FLOW_CONTROL_ERROR = 3;
    static final int ENHANCE_YOUR_CALM = 11;

    /**
     * The WINDOW_UPDATEs allowed for each new stream and each sent DATA frame: for the stream and for the connection.
     * DATA allows more by its length, for clients that replenish their windows in small steps.
     */
    private static final int UPDATES = 2;

    private static final int BYTES_PER_UPDATE = 1024;

    /**
     * How many SETTINGS may wait for their acknowledgement, and how many malformed requests for their answer: each holds a
     * buffer while a client that does not read keeps it from being sent. Clients send one or two, and wait.
     */
    private static final int MAX_WAITING = 8;

    /** The factor of a window's growth: it reaches its largest size within two round trips. */
    private static final int GROWTH = 16;

    /**
     * A window is replenished when this fraction of it, 1 / STEPS, was read. Undertow would report every half of {@code
     * streamWindow}, even of a much larger window.
     */
    private static final int STEPS = 8;

    private final Http2Limits limits;
    private final ListenerCounts counts;
    private final UnreadUploads.Part unread;
    private final OpenStreams open = new OpenStreams();
    /** Streams with collected bytes, whose earlier bytes are all read. */
    private final Deque<Stream> due = new ArrayDeque<>();

    private final MinuteCount resets;
    private final MinuteCount controlFrames;
    /** By how much all windows together may still grow beyond {@code streamWindow} each. */
    private int roomToGrow;
    /** Received bytes for which the connection's window is not replenished yet. */
    private int owed;

    /** WINDOW_UPDATEs that may still come uncounted. */
    private long updatesDue;

    private int unacknowledged;
    /** How many malformed requests wait for their answer. */
    private int malformed;

    private int last;
    /** Since when no stream is open, if none is. */
    private long idleSince;

    /** The stream whose bytes came last, if there are too many that nobody has read; else 0. */
    private int tooMuchOn;

    private boolean goneAway;
    private boolean failed;
    private boolean closed;

    StreamLedger(Http2Limits limits, ListenerCounts counts, UnreadUploads.Part unread, long now) {
        this.limits = limits;
        this.counts = counts;
        this.unread = unread;
        idleSince = now;
        resets = new MinuteCount(limits.maxResetsPerMinute(), now);
        controlFrames = new MinuteCount(limits.maxControlFramesPerMinute(), now);
        roomToGrow = limits.connectionWindow() - limits.maxStreams() * limits.streamWindow();
    }

    /** {@return the error that ends the connection for this frame; {@link #NO_ERROR} if none} */
    synchronized int received(int type, int flags, int stream, int length, long now) {
        switch (type) {
            case FrameHeads.HEADERS -> headers(flags, stream, now);
            case FrameHeads.DATA -> {
                if (!data(flags, stream, length, now)) {
                    fail(ListenerLimit.STREAM_WINDOW);
                    return FLOW_CONTROL_ERROR;
                }
            }
            case FrameHeads.RST_STREAM -> reset(stream, now);
            case FrameHeads.WINDOW_UPDATE -> windowUpdate(now);
            default -> controlFrames.add(now);
        }
        if (resets.isExceeded()) {
            fail(ListenerLimit.MAX_RESETS);
        } else if (controlFrames.isExceeded()) {
            fail(ListenerLimit.MAX_CONTROL_FRAMES);
        }
        return failed ? ENHANCE_YOUR_CALM : NO_ERROR;
    }

    /** A frame of SETTINGS is acknowledged next. {@return whether it may be: not too many wait for that} */
    synchronized boolean mayAcknowledge() {
        boolean may = ++unacknowledged <= MAX_WAITING;
        if (!may) {
            fail(ListenerLimit.MAX_CONTROL_FRAMES);
        }
        return may;
    }

    /** A request is malformed. {@return whether it may be answered; if not, too many wait for that, and it must be reset} */
    synchronized boolean mayAnswerMalformed(int stream, long now) {
        Stream known = open.get(stream);
        if (known == null) {
            return false;
        }
        if (malformed == MAX_WAITING) {
            close(known, now); // what comes of its body until the reset is sent is dropped
            return false;
        }
        malformed++;
        known.isMalformed = true;
        return true;
    }

    /** The answer to a request was sent, or never will be. */
    private void noLongerWaits(Stream known) {
        if (known.isMalformed) {
            known.isMalformed = false;
            malformed--;
        }
    }

    /** Fails the connection, and counts the first limit reached. */
    private void fail(ListenerLimit limit) {
        if (!failed) {
            failed = true;
            counts.reached(limit);
        }
    }

    private void headers(int flags, int stream, long now) {
        if (stream > last) {
            last = stream;
            counts.streamBegun();
            updatesDue += UPDATES;
            if (!goneAway && open.count() < limits.maxStreams()) {
                open.add(new Stream(stream, limits.streamWindow(), limits.maxStreamWindow()));
            } else if (!goneAway) {
                counts.reached(ListenerLimit.MAX_STREAMS);
            }
        }
        if ((flags & FrameHeads.END_STREAM) != 0) {
            clientEnded(stream, now);
        }
    }

    private void windowUpdate(long now) {
        if (updatesDue > 0) {
            updatesDue--;
        } else {
            controlFrames.add(now);
        }
    }

    private boolean data(int flags, int stream, int length, long now) {
        owed += length;
        Stream known = open.get(stream);
        if (known != null) {
            known.window -= length;
            if (known.window < 0) {
                return false;
            }
            hold(known, length);
            // What every stream may send unasked counts against its own address alone.
            boolean tooMuch = unread.isBeyondShare() || (known.held > limits.streamWindow() && unread.isBeyondAll());
            if (tooMuch && !known.isRefused) {
                known.isRefused = true;
                tooMuchOn = stream;
            }
        }
        if ((flags & FrameHeads.END_STREAM) != 0) {
            clientEnded(stream, now);
        } else if (length == 0) {
            controlFrames.add(now);
        }
        return true;
    }

    /** Adds to the unread bytes of a stream; a negative count takes from them. */
    private void hold(Stream known, int count) {
        int change = Math.max(count, -known.held);
        known.held += change;
        if (!closed) {
            unread.add(change);
        }
    }

    /** {@return the stream that must be reset, since too many bytes are unread; 0 if none} It is told once. */
    synchronized int tooMuchUnread() {
        int stream = tooMuchOn;
        tooMuchOn = 0;
        if (stream != 0) {
            counts.reached(ListenerLimit.MAX_UNREAD_UPLOADS);
        }
        return stream;
    }

    /** The connection is closed. */
    synchronized void closed() {
        if (!closed) {
            open.forEach(known -> hold(known, -known.held));
            closed = true;
            unread.close();
        }
    }

    private void clientEnded(int stream, long now) {
        Stream known = open.get(stream);
        if (known != null) {
            known.clientEnded = true;
            closeIfEnded(known, now);
        }
    }

    /** Records a sent frame. */
    synchronized void sent(int type, int flags, int stream, int length, long now) {
        if (type == FrameHeads.DATA) {
            updatesDue += UPDATES + length / BYTES_PER_UPDATE;
        } else if (type == FrameHeads.SETTINGS && (flags & FrameHeads.ACK) != 0) {
            unacknowledged--;
        }
        if (type == FrameHeads.RST_STREAM && isAnswered(stream)) {
            clientEnded(stream, now); // the answer came before the request's end: no failure, so not counted
        } else if (type == FrameHeads.RST_STREAM) {
            reset(stream, now);
        } else if ((type == FrameHeads.HEADERS || type == FrameHeads.DATA) && (flags & FrameHeads.END_STREAM) != 0) {
            Stream known = open.get(stream);
            if (known != null) {
                known.serverEnded = true;
                noLongerWaits(known);
                closeIfEnded(known, now);
            }
        }
    }

    /** {@return whether the whole response was sent, and the request has not ended} */
    synchronized boolean isAnswered(int stream) {
        Stream known = open.get(stream);
        return known != null && known.serverEnded;
    }

    private void reset(int stream, long now) {
        resets.add(now);
        Stream known = open.get(stream);
        if (known != null) {
            close(known, now);
        }
    }

    private void closeIfEnded(Stream known, long now) {
        if (known.clientEnded && known.serverEnded) {
            close(known, now);
        }
    }

    private void close(Stream known, long now) {
        open.remove(known);
        due.remove(known);
        noLongerWaits(known);
        hold(known, -known.held);
        idleSince = now;
        roomToGrow += known.size - limits.streamWindow();
    }

    /** {@return whether the stream is closed or was refused} */
    synchronized boolean isClosed(int stream) {
        return stream <= last && open.get(stream) == null;
    }

    /** Records the length of the stream's body, to bound its window: others can use the rest. */
    synchronized void announced(int stream, long length) {
        Stream known = open.get(stream);
        if (known != null) {
            known.most = (int) Math.min(known.most, Math.max(known.size, length));
        }
    }

    /** {@return whether the body of that stream is longer than its handler allows} Undertow has closed it then. */
    synchronized boolean isTooLong(Stream stream) {
        long most = stream.request == null ? 0 : stream.request.getMaxStreamSize();
        return most > 0 && stream.passed > most;
    }

    /** {@return the stream, if it is open} */
    synchronized @Nullable Stream find(int stream) {
        return open.get(stream);
    }

    /** {@return whether all passed bytes of a stream are read} If not, the stream becomes due when they are. */
    synchronized boolean mayPass(Stream stream) {
        stream.waits = stream.unread > 0;
        return !stream.waits;
    }

    /** Records bytes of a stream that were passed to its reader. */
    synchronized void passed(Stream stream, int count) {
        stream.unread += count;
        stream.passed += count;
    }

    /**
     * Records padding, which no reader gets.
     *
     * @return by how much to replenish the stream's window now
     */
    synchronized int padding(Stream stream, int count) {
        stream.owed += count;
        hold(stream, -count);
        boolean waits = stream.clientEnded || stream.owed < stream.size / STEPS;
        return waits ? 0 : giveBack(stream, 0, unread.room());
    }

    /** {@return whether a stream is due} */
    synchronized boolean hasDue() {
        return !due.isEmpty();
    }

    /** {@return a stream whose collected bytes may be passed on; null if none} */
    synchronized @Nullable Stream peekDue() {
        return due.peek();
    }

    synchronized void removeDue(Stream stream) {
        due.remove(stream);
    }

    /**
     * Records bytes of a stream that the application has read.
     *
     * @return by how much to replenish the stream's window now
     */
    synchronized int read(int stream, int count) {
        Stream known = open.get(stream);
        if (known == null) {
            return 0;
        }
        known.unread = Math.max(0, known.unread - count);
        hold(known, -count);
        if (known.waits && known.unread == 0) {
            known.waits = false;
            due.add(known);
        }
        known.read += count;
        if (known.read < limits.streamWindow() / 2) {
            return 0;
        }
        int all = known.read;
        known.read = 0;
        return replenish(stream, all);
    }

    /**
     * Adds the bytes read to what the stream's window must be replenished by.
     *
     * @return by how much to replenish it now; 0 while most of it is left, or if nothing more will come. The rest follows
     *     with a later read
     */
    synchronized int replenish(int stream, int read) {
        Stream known = open.get(stream);
        if (known == null || known.clientEnded) {
            return 0;
        }
        long room = unread.room();
        long wanted = Math.min(GROWTH * (long) known.size, known.most);
        int growth = (int) Math.max(0, Math.min(wanted - known.size, Math.min(roomToGrow, room)));
        roomToGrow -= growth;
        known.size += growth;
        known.owed += read;
        if (growth == 0 && known.owed < known.size / STEPS) {
            return 0;
        }
        return giveBack(known, growth, room);
    }

    private int giveBack(Stream known, int growth, long room) {
        int most = room < 0 ? Math.max(0, limits.streamWindow() - known.window - known.held) : Integer.MAX_VALUE;
        int count = Math.min(known.owed + growth, most);
        known.owed += growth - count;
        known.window += count;
        return count;
    }

    /** {@return by how much to replenish the connection's window now; 0 while half of it is left} */
    synchronized int replenishConnection() {
        if (owed < limits.connectionWindow() / 2) {
            return 0;
        }
        int count = owed;
        owed = 0;
        return count;
    }

    @Override
    public synchronized int open() {
        return open.count();
    }

    @Override
    public int limit() {
        return limits.maxStreams();
    }

    /** {@return whether any stream has begun} */
    synchronized boolean hasBegun() {
        return last > 0;
    }

    /** {@return for how long no stream was open; 0 if one is} */
    synchronized long idleFor(long now) {
        return open.isEmpty() ? now - idleSince : 0;
    }

    /** Refuses every stream from now on. {@return the last stream that was begun} */
    synchronized int goAway() {
        goneAway = true;
        return last;
    }

    /** {@return whether the connection must be closed: no stream is open, and none can be opened} */
    synchronized boolean isDone() {
        return goneAway && open.isEmpty();
    }
}
