package io.http2duplex.internal.core.resumable;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The frames that a decoder passed on, as text; the pieces of a DATA frame are put together. */
final class RecordedFrames implements FrameDecoder.Handler {
    private final List<String> frames = new ArrayList<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private long start;

    List<String> frames() {
        flush();
        return frames;
    }

    /** DATA frames that follow each other cannot be told apart by their pieces: here a new one begins. */
    void flush() {
        if (data.size() > 0) {
            frames.add("DATA " + start + " " + Vectors.hex(data.toByteArray()));
            data.reset();
        }
    }

    private void add(String frame) {
        flush();
        frames.add(frame);
    }

    @Override
    public void data(long offset, ByteBuffer bytes) {
        if (data.size() > 0 && offset != start + data.size()) {
            flush();
        }
        if (data.size() == 0) {
            start = offset;
        }
        data.writeBytes(Vectors.bytes(bytes));
    }

    @Override
    public void window(long confirmed, long limit) {
        add("WINDOW " + confirmed + " " + limit);
    }

    @Override
    public void ping(int token) {
        add("PING " + Integer.toUnsignedLong(token));
    }

    @Override
    public void pong(int token) {
        add("PONG " + Integer.toUnsignedLong(token));
    }

    @Override
    public void end(long offset) {
        add("END " + offset);
    }

    @Override
    public void reset(int number, String reason) {
        add("RESET " + number + " " + reason);
    }

    @Override
    public void rotate() {
        add("ROTATE");
    }

    @Override
    public void hello(long heartbeatMillis, long resumeMillis, @Nullable Ticket ticket) {
        add("HELLO " + heartbeatMillis + " " + resumeMillis + (ticket == null ? "" : " " + Vectors.hex(ticket)));
    }

    @Override
    public void drain() {
        add("DRAIN");
    }
}
