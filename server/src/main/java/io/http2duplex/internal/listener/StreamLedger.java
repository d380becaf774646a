package io.http2duplex.internal.listener;

import io.http2duplex.internal.listener.OpenStreams.Stream;
import io.http2duplex.internal.undertow.StreamCount;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The books of one HTTP/2 connection of a server: which streams are open, what their clients may still send, and how
 * much there was that only costs. It is told of every frame that came or went, and of the time, in nanoseconds.
 *
 * <p>Flow control of uploads (RFC 9113, section 5.2). The connection's window gets its bytes back as soon as they have
 * come, whether they are read or not, so that nothing that is left unread, or was meant for a stream that is gone, can
 * hold up the others. What bounds the memory are the streams' windows: a stream begins with {@code streamWindow}, and
 * while its upload is read, its window grows until it is {@code maxStreamWindow}, or holds all of a body whose length was
 * announced, or until the windows of all streams would add up to more than {@code connectionWindow}.
 *
 * <p>Thread-safe: a handler may read an upload on any thread.
 */
final class StreamLedger implements StreamCount {
    /** HTTP/2's error codes (RFC 9113, section 7), of which these are the connection's end. */
    static final int NO_ERROR = 0;

    static final int FLOW_CONTROL_ERROR = 3;
    static final int ENHANCE_YOUR_CALM = 11;

    /**
     * How many WINDOW_UPDATEs there is a reason for: that many when a stream begins, and when DATA was sent, for the
     * stream and for the connection; and more for clients that give back what they read little by little.
     */
    private static final int UPDATES = 2;

    private static final int BYTES_PER_UPDATE = 1024;

    /** The largest window is two round trips away: at a distance an upload is over soon, or waits for its window. */
    private static final int GROWTH = 16;

    /**
     * A window is filled up when that part of it was read: its client has all but that left. Undertow would tell after
     * every half of {@code streamWindow}, however large the window has become.
     */
    private static final int STEPS = 8;

    private final Http2Limits limits;
    private final ListenerCounts counts;
    private final OpenStreams open = new OpenStreams();
    /** Streams of which bytes were collected, and whose bytes before those are read. */
    private final Deque<Stream> due = new ArrayDeque<>();

    private final MinuteCount resets;
    private final MinuteCount controlFrames;
    /** How far the windows of all streams may still grow beyond {@code streamWindow} each. */
    private int roomToGrow;
    /** Bytes that came and for which the connection's window was not filled up yet. */
    private int owed;

    /** WINDOW_UPDATEs that may come without being counted. */
    private long updatesDue;

    private int last;
    /** Since when no stream is open, if none is. */
    private long idleSince;

    private boolean goneAway;
    private boolean failed;

    StreamLedger(Http2Limits limits, ListenerCounts counts, long now) {
        this.limits = limits;
        this.counts = counts;
        idleSince = now;
        resets = new MinuteCount(limits.maxResetsPerMinute(), now);
        controlFrames = new MinuteCount(limits.maxControlFramesPerMinute(), now);
        roomToGrow = limits.connectionWindow() - limits.maxStreams() * limits.streamWindow();
    }

    /** {@return with which error the connection has to end for this frame; {@link #NO_ERROR} if it goes on} */
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

    /** The connection is to end: for the first reason there was. */
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
        }
        if ((flags & FrameHeads.END_STREAM) != 0) {
            clientEnded(stream, now);
        } else if (length == 0) {
            controlFrames.add(now);
        }
        return true;
    }

    private void clientEnded(int stream, long now) {
        Stream known = open.get(stream);
        if (known != null) {
            known.clientEnded = true;
            closeIfEnded(known, now);
        }
    }

    /** Tells of a frame that was sent. */
    synchronized void sent(int type, int flags, int stream, int length, long now) {
        if (type == FrameHeads.DATA) {
            updatesDue += UPDATES + length / BYTES_PER_UPDATE;
        }
        if (type == FrameHeads.RST_STREAM && isAnswered(stream)) {
            clientEnded(stream, now); // an answer came before its request's end: that is no failure to be counted
        } else if (type == FrameHeads.RST_STREAM) {
            reset(stream, now);
        } else if ((type == FrameHeads.HEADERS || type == FrameHeads.DATA) && (flags & FrameHeads.END_STREAM) != 0) {
            Stream known = open.get(stream);
            if (known != null) {
                known.serverEnded = true;
                closeIfEnded(known, now);
            }
        }
    }

    /** {@return whether the response was sent to its end, while the request has not come to its own} */
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
        idleSince = now;
        roomToGrow += known.size - limits.streamWindow();
    }

    /** {@return whether the stream was begun and is no longer open, or was refused} */
    synchronized boolean isOver(int stream) {
        return stream <= last && open.get(stream) == null;
    }

    /** Tells how long the stream's body is going to be: a window larger than that would only be missing elsewhere. */
    synchronized void announced(int stream, long length) {
        Stream known = open.get(stream);
        if (known != null) {
            known.most = (int) Math.min(known.most, Math.max(known.size, length));
        }
    }

    /** {@return the stream, if it is open} */
    synchronized @Nullable Stream find(int stream) {
        return open.get(stream);
    }

    /** {@return whether everything that was passed on of a stream is read} If not, the stream is due when it is. */
    synchronized boolean mayPass(Stream stream) {
        stream.waits = stream.unread > 0;
        return !stream.waits;
    }

    /** Tells that bytes of a stream were passed on to its reader. */
    synchronized void passed(Stream stream, int count) {
        stream.unread += count;
    }

    /** Tells that padding has come, of which no reader will know. */
    synchronized void padding(Stream stream, int count) {
        stream.owed += count;
    }

    /** {@return whether a stream is due} */
    synchronized boolean hasDue() {
        return !due.isEmpty();
    }

    /** {@return a stream whose collected bytes may be passed on; null: there is none} */
    synchronized @Nullable Stream peekDue() {
        return due.peek();
    }

    synchronized void removeDue(Stream stream) {
        due.remove(stream);
    }

    /**
     * Tells that an application has read bytes of a stream.
     *
     * @return by how much to fill up the stream's window now
     */
    synchronized int read(int stream, int count) {
        Stream known = open.get(stream);
        if (known == null) {
            return 0;
        }
        known.unread = Math.max(0, known.unread - count);
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
        return fillUp(stream, all);
    }

    /**
     * Tells that the stream's window is to be filled up by what was read.
     *
     * @return by how much to fill it up now; 0 as long as most of it is left, or if nothing more will come
     */
    synchronized int fillUp(int stream, int read) {
        Stream known = open.get(stream);
        if (known == null || known.clientEnded) {
            return 0;
        }
        long wanted = Math.min(GROWTH * (long) known.size, known.most);
        int growth = (int) Math.min(wanted - known.size, roomToGrow);
        roomToGrow -= growth;
        known.size += growth;
        known.owed += read;
        if (growth == 0 && known.owed < known.size / STEPS) {
            return 0;
        }
        int count = known.owed + growth;
        known.owed = 0;
        known.window += count;
        return count;
    }

    /** {@return by how much to fill up the connection's window now; 0 as long as half of it is left} */
    synchronized int fillUpConnection() {
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

    /** {@return whether there was a stream} */
    synchronized boolean hasBegun() {
        return last > 0;
    }

    /** {@return for how long no stream was open; 0 if one is} */
    synchronized long idleFor(long now) {
        return open.isEmpty() ? now - idleSince : 0;
    }

    /** Refuses every stream from now on. {@return the last that was begun} */
    synchronized int goAway() {
        goneAway = true;
        return last;
    }

    /** {@return whether the connection is to be closed: no stream is open, and none can be} */
    synchronized boolean isDone() {
        return goneAway && open.isEmpty();
    }
}
