package io.http2duplex.undertow;

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
final class SlowBodies {
    private static final AttachmentKey<SlowBodies> KEY = AttachmentKey.create(SlowBodies.class);

    private final XnioIoThread thread;
    private final Set<BodyWatch> awaited = ConcurrentHashMap.newKeySet();
    private XnioExecutor.@Nullable Key timer;
    private long lookAt;

    private SlowBodies(XnioIoThread thread) {
        this.thread = thread;
    }

    /** {@return those of a connection} */
    static SlowBodies of(ServerConnection connection) {
        SlowBodies known = connection.getAttachment(KEY);
        if (known != null) {
            return known;
        }
        SlowBodies bodies = new SlowBodies(connection.getIoThread());
        connection.putAttachment(KEY, bodies);
        return bodies;
    }

    /** Tells the body when its deadline has come, unless it is removed before. */
    void add(BodyWatch body, long now) {
        awaited.add(body);
        if (timer == null || body.deadline() - lookAt < 0) {
            lookAt(body.deadline(), now);
        }
    }

    void remove(BodyWatch body) {
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
        for (BodyWatch body : awaited) {
            if (body.deadline() - now <= 0) {
                body.expired(); // which removes it
            }
        }
        awaited.stream()
                .map(BodyWatch::deadline)
                .min((one, other) -> Long.signum(one - other))
                .ifPresent(next -> lookAt(next, now));
    }
}
