package io.http2duplex.internal.handler;

import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.resumable.Attach;
import io.http2duplex.internal.runtime.Monitoring;
import io.http2duplex.internal.runtime.Scheduler;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A registry of the WebSockets that have no session yet: nothing is known of their clients, so there are only so many, for
 * a short time. Those that have attached are bounded as their sessions are. Thread-safe.
 */
final class UnattachedSockets {
    /** How many there may be. */
    static final int MOST = 1_000;

    /** How many there may be of one address, of IPv6 of one network of 64 bits. */
    static final int MOST_OF_ADDRESS = 100;

    /** How long each may be there. */
    static final long ATTACH_NANOS = 10_000_000_000L;

    private final BiFunction<Socket, Attach, @Nullable Problem> sessions;
    private final Scheduler scheduler;
    private final Monitoring monitoring;

    // The rest is guarded by this.
    private final Set<UnattachedSocket> waiting = new HashSet<>();
    private final Map<Object, Integer> ofAddress = new HashMap<>();
    private boolean stopped;

    /** @param sessions gives a socket to the session that it asks for, or tells why it can't */
    UnattachedSockets(
            BiFunction<Socket, Attach, @Nullable Problem> sessions, Scheduler scheduler, Monitoring monitoring) {
        this.sessions = sessions;
        this.scheduler = scheduler;
        this.monitoring = monitoring;
    }

    /** A socket was opened. Called by a task of it. {@return what its bytes go to} */
    UnattachedSocket opened(Socket socket, InetSocketAddress remote) {
        UnattachedSocket opened = new UnattachedSocket(this, socket, Admission.key(remote));
        if (add(opened)) {
            opened.awaitAttach(scheduler.after(ATTACH_NANOS, () -> socket.execute(opened::expired)));
        } else if (isStopped()) {
            opened.leave();
        } else {
            opened.refuse(Problem.tooManySockets());
        }
        return opened;
    }

    private synchronized boolean add(UnattachedSocket socket) {
        if (stopped || waiting.size() >= MOST || ofAddress.getOrDefault(socket.address(), 0) >= MOST_OF_ADDRESS) {
            return false;
        }
        waiting.add(socket);
        ofAddress.merge(socket.address(), 1, Integer::sum);
        return true;
    }

    /** The socket has attached, or is closed. */
    synchronized void remove(UnattachedSocket socket) {
        if (waiting.remove(socket)) {
            ofAddress.computeIfPresent(socket.address(), (same, count) -> count == 1 ? null : count - 1);
        }
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    /** {@return how many sockets and addresses are remembered} */
    synchronized int remembered() {
        return waiting.size() + ofAddress.size();
    }

    @Nullable
    Problem attach(Socket socket, Attach attach) {
        return sessions.apply(socket, attach);
    }

    void refused(Problem problem) {
        monitoring.counts.refused(problem);
    }

    /** Closes those that are here, and all that come. */
    void stop() {
        List<UnattachedSocket> left;
        synchronized (this) {
            stopped = true;
            left = List.copyOf(waiting);
        }
        left.forEach(UnattachedSocket::leave);
    }
}
