package io.http2duplex.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A request under way, as its client sees it. Everything that waits fails after {@link Await#LIMIT}. What arrives comes
 * from one thread of the client, in {@link #arrived} and its like.
 */
abstract class Request {
    /** How a response's body ended. */
    enum Ending {
        WHOLE,
        BROKEN_OFF
    }

    private final Map<String, String> headers = new TreeMap<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private int status;
    private boolean continued;
    private int taken;
    private @Nullable Ending ending;
    private String how = "";

    // ---- sending

    /** Sends a part of the body. It waits for flow control. */
    abstract Request write(byte[] bytes) throws IOException;

    /** Ends the body cleanly. */
    abstract Request end() throws IOException;

    /** Breaks the request off: resets the stream, or closes the connection where there are no streams. */
    abstract void cut() throws IOException;

    // ---- receiving

    final int status() {
        await("the status", () -> status >= 200 || ending != null);
        return status;
    }

    /** {@return whether 100 (Continue) came; after the status is known} */
    final synchronized boolean isContinued() {
        return continued;
    }

    final @Nullable String header(String name) {
        status();
        synchronized (this) {
            return headers.get(name.toLowerCase(Locale.ROOT));
        }
    }

    /** {@return all that came of the head and the body so far} */
    final synchronized String everything() {
        return status + " " + headers + " " + body.toString(StandardCharsets.ISO_8859_1);
    }

    final String id() {
        String id = header("http2-duplex-id");
        if (id == null) {
            throw new AssertionError("No session id; status " + status() + " " + how);
        }
        return id;
    }

    /** The next bytes of the body, exactly that many. */
    final synchronized byte[] read(int count) {
        await(
                count + " bytes, of which " + (body.size() - taken) + " are here",
                () -> body.size() - taken >= count || ending != null);
        if (body.size() - taken < count) {
            throw new AssertionError("The body ended (" + ending + ", " + how + ") with " + (body.size() - taken)
                    + " bytes where " + count + " were awaited");
        }
        taken += count;
        return Arrays.copyOfRange(body.toByteArray(), taken - count, taken);
    }

    /** The bytes of the body that are here, at least one. */
    final synchronized byte[] readSome() {
        await("a byte", () -> body.size() > taken || ending != null);
        return read(Math.max(1, body.size() - taken));
    }

    /** {@return the rest of a body, which must end cleanly} */
    final synchronized byte[] readToEnd() {
        if (ending() != Ending.WHOLE) {
            throw new AssertionError("The body was broken off: " + how);
        }
        int from = taken;
        taken = body.size();
        return Arrays.copyOfRange(body.toByteArray(), from, taken);
    }

    /** Waits until the body ended in one way or the other. */
    final synchronized Ending ending() {
        await("the end of the body", () -> ending != null);
        Ending known = ending;
        if (known == null) {
            throw new AssertionError();
        }
        return known;
    }

    final synchronized boolean isOver() {
        return ending != null;
    }

    final synchronized boolean isBrokenOff() {
        return ending == Ending.BROKEN_OFF;
    }

    /** {@return what came, for the message of a failure} */
    @Override
    public synchronized String toString() {
        return "status " + status + ", " + body.size() + " bytes of body, "
                + (ending == null ? "open" : ending + " " + how);
    }

    private synchronized void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + Await.LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("In vain waited for " + what);
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
    }

    // ---- the client's reading thread

    final synchronized void head(int newStatus, Map<String, String> newHeaders) {
        status = newStatus;
        continued |= newStatus == 100;
        headers.putAll(newHeaders);
        notifyAll();
    }

    final synchronized void arrived(byte[] bytes, int offset, int count) {
        body.write(bytes, offset, count);
        notifyAll();
    }

    final synchronized void ended(Ending newEnding, String newHow) {
        if (ending == null) {
            ending = newEnding;
            how = newHow;
            notifyAll();
        }
    }
}
