package io.http2duplex.internal.undertow;

import io.undertow.protocols.http2.Http2Channel;
import io.undertow.server.ServerConnection;
import io.undertow.util.AttachmentKey;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;
import org.xnio.XnioIoThread;

/**
 * The request bodies of one connection: the open uploads, which are told when it closes, and the bodies that must make
 * progress. Undertow does not tell every stream when it closes a connection, and keeps close listeners for as long as the
 * connection lives, so there is one. Such a listener holds the stream that it was set on, with its exchange: the listener
 * of {@code DuplexServer} attaches these to the connection itself. There is one timer too: most bodies are here at once, and
 * each would pay for its own.
 *
 * <p>Used on the connection's I/O thread, except that a server that stops may remove bodies from any.
 */
public final class ConnectionBodies {
    private static final AttachmentKey<ConnectionBodies> KEY = AttachmentKey.create(ConnectionBodies.class);

    private final XnioIoThread thread;
    private final Set<RequestBody> uploads = ConcurrentHashMap.newKeySet();
    private final Set<BodyDeadline> awaited = ConcurrentHashMap.newKeySet();
    private XnioExecutor.@Nullable Key timer;
    private long lookAt;

    private ConnectionBodies(XnioIoThread thread) {
        this.thread = thread;
    }

    /** Keeps those of a connection, before any body comes. */
    public static void attachTo(Http2Channel connection) {
        ConnectionBodies bodies = new ConnectionBodies(connection.getIoThread());
        connection.putAttachment(KEY, bodies);
        connection.addCloseTask(closed -> bodies.connectionClosed());
    }

    /** {@return the bodies of a connection} */
    static ConnectionBodies of(ServerConnection connection) {
        ConnectionBodies known = connection.getAttachment(KEY);
        if (known != null) {
            return known;
        }
        ConnectionBodies bodies = new ConnectionBodies(connection.getIoThread());
        connection.putAttachment(KEY, bodies);
        connection.addCloseListener(closed -> bodies.connectionClosed());
        return bodies;
    }

    void add(RequestBody upload) {
        uploads.add(upload);
    }

    void remove(RequestBody upload) {
        uploads.remove(upload);
    }

    /** Called by Undertow, on any thread. */
    private void connectionClosed() {
        uploads.forEach(RequestBody::connectionClosed);
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

    /** A timer that finds no body is not set again: it would hold the connection. */
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
