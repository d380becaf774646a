package io.http2duplex.internal.undertow;

import io.undertow.server.ServerConnection;
import io.undertow.util.AttachmentKey;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;
import org.xnio.XnioIoThread;

/**
 * The bodies of one connection of which more is to come, and the one timer that looks after them all: a timer for each
 * would cost every POST, although most are here at once.
 *
 * <p>Used on the connection's I/O thread, except that a server that stops may remove from any.
 */
final class BodyDeadlines {
    private static final AttachmentKey<BodyDeadlines> KEY = AttachmentKey.create(BodyDeadlines.class);

    private final XnioIoThread thread;
    private final Set<BodyDeadline> awaited = ConcurrentHashMap.newKeySet();
    private XnioExecutor.@Nullable Key timer;
    private long lookAt;

    private BodyDeadlines(XnioIoThread thread) {
        this.thread = thread;
    }

    /** {@return those of a connection} */
    static BodyDeadlines of(ServerConnection connection) {
        BodyDeadlines known = connection.getAttachment(KEY);
        if (known != null) {
            return known;
        }
        BodyDeadlines bodies = new BodyDeadlines(connection.getIoThread());
        connection.putAttachment(KEY, bodies);
        return bodies;
    }

    /** Tells the body when its deadline has come, unless it is removed before. */
    void add(BodyDeadline body, long now) {
        awaited.add(body);
        if (timer == null || body.deadline() - lookAt < 0) {
            lookAt(body.deadline(), now);
        }
    }

    void remove(BodyDeadline body) {
        awaited.remove(body);
    }

    private void lookAt(long time, long now) {
        if (timer != null) {
            timer.remove();
        }
        lookAt = time;
        timer = thread.executeAfter(this::look, Math.max(1, time - now), TimeUnit.NANOSECONDS);
    }

    /** A timer that finds none is not set again: no connection is held by it. */
    private void look() {
        timer = null;
        long now = System.nanoTime();
        for (BodyDeadline body : awaited) {
            if (body.deadline() - now <= 0) {
                body.expired(); // which removes it
            }
        }
        awaited.stream()
                .map(BodyDeadline::deadline)
                .min((one, other) -> Long.signum(one - other))
                .ifPresent(next -> lookAt(next, now));
    }
}
