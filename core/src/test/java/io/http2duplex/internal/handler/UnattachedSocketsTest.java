package io.http2duplex.internal.handler;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.resumable.Attach;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import io.http2duplex.internal.core.resumable.Ticket;
import io.http2duplex.internal.runtime.GuardedDownload;
import io.http2duplex.internal.runtime.GuardedUpload;
import io.http2duplex.internal.runtime.Monitoring;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class UnattachedSocketsTest {
    private static final Attach ATTACH = new Attach(1, 0, 1, Ticket.next());

    /** A socket that notes how it is closed; its tasks run at once. */
    private static final class SimulatedSocket implements Socket {
        private @Nullable SocketClose close;

        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public Runnable waker() {
            return () -> {};
        }

        @Override
        public void carry(GuardedUpload sink, GuardedDownload source) {
            throw new AssertionError("the sessions of this test carry nothing");
        }

        @Override
        public void close(SocketClose with) {
            assertThat(close).as("closed before").isNull();
            close = with;
        }
    }

    private final List<Runnable> timers = new ArrayList<>();
    private final List<Attach> attached = new ArrayList<>();
    private final Monitoring monitoring = new Monitoring();
    private @Nullable Problem problem;
    private final UnattachedSockets sockets = new UnattachedSockets(
            (socket, attach) -> {
                attached.add(attach);
                return problem;
            },
            (nanos, task) -> {
                assertThat(nanos).isEqualTo(UnattachedSockets.ATTACH_NANOS);
                timers.add(task);
                return () -> timers.remove(task);
            },
            monitoring);

    private UnattachedSocket open(SimulatedSocket socket, int address) {
        return sockets.opened(socket, new InetSocketAddress("10.0." + address / 256 + "." + address % 256, 1000));
    }

    private static ByteBuffer attachFrame() {
        return new FrameEncoder().attach(ATTACH).take();
    }

    @Test
    void aSocketThatAttachesInTimeIsForgottenHere() {
        SimulatedSocket socket = new SimulatedSocket();
        ByteBuffer bytes =
                ByteBuffer.allocate(100).put(attachFrame()).put((byte) 7).flip();
        open(socket, 1).received(bytes);

        assertThat(attached).containsExactly(ATTACH);
        assertThat(bytes.remaining()).as("what is left for the session").isEqualTo(1);
        assertThat(socket.close).isNull();
        assertThat(timers).isEmpty();
        assertThat(sockets.remembered()).isZero();
    }

    @Test
    void aSocketThatDoesNotAttachInTimeIsClosed() {
        SimulatedSocket socket = new SimulatedSocket();
        UnattachedSocket waiting = open(socket, 1);
        waiting.received(new FrameEncoder().ping(1).take());
        assertThat(waiting.takeAnswers().remaining()).isEqualTo(8);
        timers.remove(0).run();

        assertThat(socket.close).isEqualTo(new SocketClose(4408, "no-attach"));
        assertThat(sockets.remembered()).isZero();
        waiting.received(attachFrame());
        assertThat(attached).isEmpty();
    }

    @Test
    void aSessionMayRefuse() {
        problem = Problem.staleAttach();
        SimulatedSocket socket = new SimulatedSocket();
        open(socket, 1).received(attachFrame());

        assertThat(socket.close).isEqualTo(new SocketClose(4409, "stale-attach"));
        assertThat(sockets.remembered()).isZero();
        assertThat(timers).isEmpty();
    }

    @Test
    void thereAreSoManyOfOneAddressAndSoManyInAll() {
        SocketClose tooMany = new SocketClose(4503, "too-many-sockets");
        List<UnattachedSocket> waiting = new ArrayList<>();
        for (int i = 0; i < UnattachedSockets.MOST_OF_ADDRESS; i++) {
            waiting.add(open(new SimulatedSocket(), 1));
        }
        SimulatedSocket one = new SimulatedSocket();
        open(one, 1);
        assertThat(one.close).isEqualTo(tooMany);

        for (int i = waiting.size(); i < UnattachedSockets.MOST; i++) {
            waiting.add(open(new SimulatedSocket(), i));
        }
        SimulatedSocket another = new SimulatedSocket();
        open(another, 60_000);
        assertThat(another.close).isEqualTo(tooMany);

        waiting.remove(0).ended();
        SimulatedSocket next = new SimulatedSocket();
        waiting.add(open(next, 1));
        assertThat(next.close).isNull();
        waiting.forEach(UnattachedSocket::ended);
        assertThat(sockets.remembered()).isZero();
        assertThat(timers).isEmpty();
    }

    @Test
    void aServerThatStopsClosesThemAndAllThatCome() {
        SimulatedSocket socket = new SimulatedSocket();
        open(socket, 1);
        sockets.stop();
        SimulatedSocket late = new SimulatedSocket();
        open(late, 1);

        assertThat(socket.close).isEqualTo(SocketClose.GOING_AWAY);
        assertThat(late.close).isEqualTo(SocketClose.GOING_AWAY);
        assertThat(sockets.remembered()).isZero();
    }
}
