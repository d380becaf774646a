package io.http2duplex.internal.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.undertow.server.DefaultByteBufferPool;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSourceConduit;

/** The source at the socket: when it asks the socket, and when it knows that there is nothing. */
class SocketSourceTest {
    private static final int ROOM = 10;

    /** How many bytes the socket has; -1: it has ended. */
    private int there;

    private int asked;
    private boolean closed;
    private @Nullable ReadReadyHandler told;
    private final SocketSource source = new SocketSource((StreamSourceConduit) Proxy.newProxyInstance(
            StreamSourceConduit.class.getClassLoader(),
            new Class<?>[] {StreamSourceConduit.class},
            (proxy, method, arguments) -> switch (method.getName()) {
                case "setReadReadyHandler" -> {
                    told = (ReadReadyHandler) arguments[0];
                    yield null;
                }
                case "read" ->
                    arguments.length == 1
                            ? (Object) give((ByteBuffer) arguments[0])
                            : (Object) (long) give(((ByteBuffer[]) arguments[0])[0]);
                case "awaitReadable" -> null;
                case "isReadShutdown" -> closed;
                default -> throw new UnsupportedOperationException(method.getName());
            }));

    private int give(ByteBuffer to) {
        asked++;
        if (there < 0) {
            return -1;
        }
        int count = Math.min(there, to.remaining());
        to.position(to.position() + count);
        there -= count;
        return count;
    }

    private int read() throws IOException {
        return source.read(ByteBuffer.allocate(ROOM));
    }

    private void tell() {
        source.setReadReadyHandler(new ReadReadyHandler() {
            @Override
            public void readReady() {}

            @Override
            public void forceTermination() {}

            @Override
            public void terminated() {}
        });
        Objects.requireNonNull(told).readReady();
    }

    @Test
    void aReadThatLeavesRoomIsTheLastUntilTheSocketTells() throws IOException {
        there = ROOM + 1;
        assertThat(read()).isEqualTo(ROOM);
        assertThat(read()).isEqualTo(1);
        there = 1;
        assertThat(source.isDry()).isFalse();
        assertThat(read()).isZero();
        assertThat(source.isDry()).isTrue();
        assertThat(source.read(new ByteBuffer[] {ByteBuffer.allocate(ROOM)}, 0, 1))
                .isZero();
        assertThat(asked).isEqualTo(2);

        tell();
        assertThat(source.isDry()).isFalse();
        assertThat(source.read(new ByteBuffer[] {ByteBuffer.allocate(ROOM)}, 0, 1))
                .isEqualTo(1);
        assertThat(read()).isZero();
        assertThat(asked).isEqualTo(3);
    }

    @Test
    void theEndIsFoundAgain() throws IOException {
        there = 1;
        assertThat(read()).isEqualTo(1);
        there = -1;
        tell();
        assertThat(read()).isEqualTo(-1);
        assertThat(read()).isEqualTo(-1);
    }

    @Test
    void aClosedSocketSaysSo() throws IOException {
        assertThat(read()).isZero();
        there = -1;
        assertThat(read()).isZero();
        closed = true;
        assertThat(read()).isEqualTo(-1);
        assertThat(source.read(new ByteBuffer[] {ByteBuffer.allocate(ROOM)}, 0, 1))
                .isEqualTo(-1);
    }

    /** Above it stands no TLS here, which would only give what it has. */
    @Test
    void aReaderIsCalledWhenSomethingHasComeOrTheEnd() throws IOException {
        StreamLedger streams = new StreamLedger(
                new Http2Limits(1, 1, 1, 1, 1, 1, 1, Duration.ZERO, Duration.ZERO),
                new ListenerCounts(),
                new UnreadUploads(1).open(null),
                0);
        CoalescingSource reader = new CoalescingSource(
                source, Runnable::run, new DefaultByteBufferPool(false, ROOM, 0, 0, 0), streams, source, null);
        assertThat(reader.isWorthReading()).isTrue();
        assertThat(reader.read(ByteBuffer.allocate(ROOM))).isZero();
        assertThat(reader.isWorthReading()).isFalse();
        tell();
        assertThat(reader.isWorthReading()).isTrue();
        assertThat(reader.read(ByteBuffer.allocate(ROOM))).isZero();
        assertThat(reader.isWorthReading()).isFalse();
        closed = true;
        assertThat(reader.isWorthReading()).isTrue();
    }

    @Test
    void aThreadThatHasWaitedReads() throws IOException {
        assertThat(read()).isZero();
        there = 2;
        assertThat(read()).isZero();
        source.awaitReadable();
        assertThat(read()).isEqualTo(2);
        there = 1;
        source.awaitReadable(1, TimeUnit.SECONDS);
        assertThat(read()).isEqualTo(1);
    }
}
