package io.http2duplex.internal.undertow;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import io.undertow.util.Protocols;
import java.util.concurrent.TimeUnit;

/**
 * The time in which a request's body must make progress. Within each {@code bodyTimeout} spent waiting for the peer, {@value
 * #STEP} bytes must come, or the end: an honest slow line manages that, and a client that only wants to keep what it holds
 * does not. Time in which the application does not read is not the peer's, and does not count.
 *
 * <p>Over HTTP/2 it needs a listener of {@code DuplexServer}. On a stock Undertow an upload that its application does not
 * read may hold up others by the connection's window, and a stream can't be closed without the connection.
 *
 * <p>Used on the exchange's I/O thread.
 */
public final class BodyDeadline {
    /** Of an HTTP/2 connection: whether a stream that is reset in the middle of its body harms no other stream. */
    public static final AttachmentKey<Boolean> STREAMS_CAN_BE_RESET = AttachmentKey.create(Boolean.class);

    /** Half a minute. */
    public static final long STANDARD_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** How many bytes must come in each time. */
    static final int STEP = 16 * 1024;

    private enum State {
        /** Its bytes are read, or the application does not want them now. Next: AWAITED or CLOSED. */
        READ,
        /** The peer must send more. Next: READ or CLOSED. */
        AWAITED,
        /** No deadline applies. */
        CLOSED
    }

    private final ConnectionBodies others;
    private final long nanos;
    private final Runnable onExpired;

    private State state = State.READ;
    /** While it is awaited: when the step must be complete. */
    private long deadline;
    /** Otherwise: how much time there is left for the step. */
    private long left;
    /** Of this step. */
    private int received;

    /**
     * @param nanos how long each step may take; 0 for ever
     * @param onExpired called, once at most, on the I/O thread, when the body makes no progress
     */
    BodyDeadline(HttpServerExchange exchange, long nanos, Runnable onExpired) {
        this.others = ConnectionBodies.of(exchange.getConnection());
        this.nanos = nanos;
        this.onExpired = onExpired;
        left = nanos;
        if (nanos == 0 || (isHttp2(exchange) && !canReset(exchange))) {
            state = State.CLOSED;
        }
    }

    /** {@return whether it came over HTTP/2, and its stream can be reset without harm to others} */
    static boolean canReset(HttpServerExchange exchange) {
        return isHttp2(exchange) && exchange.getConnection().getAttachment(STREAMS_CAN_BE_RESET) != null;
    }

    static boolean isHttp2(HttpServerExchange exchange) {
        return exchange.getProtocol().equals(Protocols.HTTP_2_0);
    }

    /** Bytes have come. */
    void received(int count) {
        received += count;
        if (received >= STEP) {
            received = 0;
            left = nanos;
            if (state == State.AWAITED) {
                deadline = System.nanoTime() + nanos;
            }
        }
    }

    /** All that has come is read, and more must come. */
    void awaited() {
        if (state == State.READ) {
            state = State.AWAITED;
            long now = System.nanoTime();
            deadline = now + left;
            others.add(this, now);
        }
    }

    /** The application takes nothing for now. */
    void paused() {
        if (state == State.AWAITED) {
            state = State.READ;
            left = deadline - System.nanoTime();
            others.remove(this);
        }
    }

    /** Nothing is waited for any more. */
    void close() {
        state = State.CLOSED;
        others.remove(this);
    }

    /** {@return when the step must be complete; of a body that is awaited} */
    long deadline() {
        return deadline;
    }

    /** {@return what did not come in time, for a person} */
    String expectation() {
        return "less than " + STEP + " bytes of it, and not its end, came in " + TimeUnit.NANOSECONDS.toMillis(nanos)
                + " ms (option bodyTimeout)";
    }

    /** The deadline has come. */
    void expired() {
        close();
        onExpired.run();
    }
}
