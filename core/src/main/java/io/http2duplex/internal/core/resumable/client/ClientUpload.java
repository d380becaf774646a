package io.http2duplex.internal.core.resumable.client;

import java.nio.ByteBuffer;
import java.util.List;

/** One POST, or what goes on one socket, and what must be sent again if it is lost. */
public final class ClientUpload {
    static final int NO_TOKEN = 0;

    private final boolean stream;
    private final boolean socket;
    private List<ByteBuffer> body = List.of();
    private long length;

    /** When it was begun; of a streaming one, when it began to carry what must be confirmed. */
    long startedAt;
    /** Of a streaming one: there is nothing more for it. */
    boolean mustEnd;
    /** The PING in it whose PONG shows that it arrives, until it is answered. */
    int probe = NO_TOKEN;
    /** Whether the probe has not gone yet. */
    boolean probeDue;
    /** When it began, or was last given a PING. */
    long probedAt;
    /** Whether that PING had hardly anything before it. */
    boolean quiet;
    /** Whether a streaming one has carried something since its last PING: little of it is confirmed unless another follows. */
    boolean mustProbe;
    /** The PING in it that asks for a confirmation. */
    int question = NO_TOKEN;
    /** Whether it was not answered in time. */
    boolean held;
    /** Whether it carries the last frame of the session. */
    boolean last;
    /** Whether it carries bytes, or the end, from {@link #from} to {@link #to}; the end takes one place. */
    boolean carries;

    long from;
    long to;
    boolean hasWindow;
    /** The PINGs that it answers. */
    List<Integer> pongs = List.of();

    ClientUpload(boolean stream, boolean socket, long startedAt) {
        this.stream = stream;
        this.socket = socket;
        this.startedAt = startedAt;
        probedAt = startedAt;
    }

    /** {@return whether it has no length: its body is given piece by piece} */
    public boolean isStream() {
        return stream;
    }

    /** {@return whether it is no POST: its pieces go on the socket that is attached, and nothing answers it} */
    public boolean isSocket() {
        return socket;
    }

    /** {@return whether nothing more is given to its streaming body, which must end} */
    public boolean mustEnd() {
        return mustEnd;
    }

    /** {@return whether it was not answered in time, so that its connection may be of no use} */
    public boolean wasHeld() {
        return held;
    }

    /** {@return the whole body, unless it is a streaming one} */
    public List<ByteBuffer> body() {
        return body;
    }

    /** {@return the length of the whole body in bytes} */
    public long length() {
        return length;
    }

    void setBody(List<ByteBuffer> pieces) {
        body = pieces;
        length = pieces.stream().mapToLong(ByteBuffer::remaining).sum();
    }

    /** Its body is not needed any more. */
    void dropBody() {
        body = List.of();
    }

    /** Bytes, or the end, go in it. */
    void carry(long first, long behind) {
        from = carries ? Math.min(from, first) : first;
        to = carries ? Math.max(to, behind) : behind;
        carries = true;
        mustProbe = true;
    }
}
