package io.http2duplex.internal.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xnio.Buffers;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

/** {@link CoalescingSink} above, and {@link CorkedSink} below what makes records. */
class CoalescingSinkTest {
    private static final int PLENTY = 1_000_000;

    /** It writes each record by itself, as TLS does, and keeps what its socket does not take. */
    private static final class Records extends AbstractStreamSinkConduit<StreamSinkConduit> {
        static final int LENGTH = 1000;

        private ByteBuffer record = bytes(0);

        Records(StreamSinkConduit next) {
            super(next);
        }

        private boolean sendRecord() throws IOException {
            next.write(record);
            return !record.hasRemaining();
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            return Math.toIntExact(write(new ByteBuffer[] {source}, 0, 1));
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
            if (!sendRecord()) {
                return 0;
            }
            record = bytes(LENGTH);
            Buffers.copy(record, sources, offset, length);
            int count = record.flip().remaining();
            sendRecord();
            return count;
        }

        @Override
        public boolean flush() throws IOException {
            return sendRecord() && next.flush();
        }
    }

    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private final List<Integer> writes = new ArrayList<>();
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final List<IOException> lost = new ArrayList<>();
    private int room = PLENTY;
    private boolean broken;
    private boolean resumed;
    private boolean terminated;

    private final CorkedSink socket = new CorkedSink((StreamSinkConduit) Proxy.newProxyInstance(
            StreamSinkConduit.class.getClassLoader(),
            new Class<?>[] {StreamSinkConduit.class},
            (proxy, method, arguments) -> switch (method.getName()) {
                case "write" ->
                    arguments.length == 1
                            ? (Object) (int) take(new ByteBuffer[] {(ByteBuffer) arguments[0]}, 0, 1)
                            : (Object) take((ByteBuffer[]) arguments[0], (int) arguments[1], (int) arguments[2]);
                case "flush" -> true;
                case "isWriteShutdown" -> terminated;
                case "resumeWrites" -> {
                    resumed = true;
                    yield null;
                }
                case "terminateWrites" -> {
                    terminated = true;
                    yield null;
                }
                default -> throw new UnsupportedOperationException(method.getName());
            }));
    private final CoalescingSink sink = new CoalescingSink(new Records(socket), socket, tasks::add, lost::add);

    private long take(ByteBuffer[] sources, int offset, int length) throws IOException {
        if (broken) {
            throw new IOException("broken");
        }
        int count = 0;
        for (int i = offset; i < offset + length; i++) {
            for (; room > 0 && sources[i].hasRemaining(); room--) {
                taken.write(sources[i].get());
                count++;
            }
        }
        if (count > 0) {
            writes.add(count);
        }
        return count;
    }

    private void turnEnds() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private static ByteBuffer bytes(int count) {
        return ByteBuffer.allocate(count);
    }

    @Test
    void whatIsWrittenInOneTurnGoesOutAsOneAtItsEnd() throws IOException {
        sink.write(bytes(100));
        sink.write(new ByteBuffer[] {bytes(9), bytes(200), bytes(0)}, 0, 3);
        assertThat(sink.flush()).isTrue();
        assertThat(writes).isEmpty();
        turnEnds();
        assertThat(writes).containsExactly(309);
        sink.write(bytes(5));
        turnEnds();
        assertThat(writes).containsExactly(309, 5);
    }

    @Test
    @SuppressWarnings("ByteBufferBackingArray") // which is what makes a buffer the same
    void aSinkHasABufferOnlyWhileItGathers() throws IOException {
        List<byte[]> buffers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            CoalescingSink one = new CoalescingSink(
                    new AbstractStreamSinkConduit<StreamSinkConduit>(socket) {
                        @Override
                        public int write(ByteBuffer source) throws IOException {
                            buffers.add(source.array());
                            return super.write(source);
                        }
                    },
                    socket,
                    tasks::add,
                    lost::add);
            one.write(bytes(100));
            turnEnds();
        }
        assertThat(buffers).hasSize(2);
        assertThat(buffers.get(1)).as("the one that the other has given back").isSameAs(buffers.get(0));
    }

    /** Writes all of it, as Undertow does. */
    private int write(int count) throws IOException {
        ByteBuffer source = bytes(count);
        while (source.hasRemaining() && sink.write(source) > 0) {
            // on
        }
        return source.position();
    }

    @Test
    void theRecordsOfATurnGoOutAsOneWithWhatWasGatheredBeforeThem() throws IOException {
        sink.write(bytes(100));
        assertThat(write(5000)).isEqualTo(5000);
        assertThat(sink.flush()).isTrue();
        assertThat(writes).isEmpty();
        turnEnds();
        assertThat(writes).containsExactly(5100);
    }

    @Test
    void whatATaskOfTheTurnWritesGoesWithTheRest() throws IOException {
        write(3000);
        tasks.add(() -> assertThatCode(() -> write(4000)).doesNotThrowAnyException());
        turnEnds();
        assertThat(writes).containsExactly(7000);
    }

    @Test
    void aTurnThatWritesMuchDoesNotHoldItBack() throws IOException {
        assertThat(write(200_000)).isEqualTo(200_000);
        assertThat(taken.size()).isGreaterThan(200_000 - CorkedSink.SIZE - Records.LENGTH);
        turnEnds();
        assertThat(taken.size()).isEqualTo(200_000);
        assertThat(writes).hasSizeLessThan(5);
    }

    @Test
    void whatTlsSaysByItselfGoesOutAtOnce() throws IOException {
        socket.write(bytes(30));
        write(3000);
        turnEnds();
        socket.write(bytes(40));
        assertThat(writes).containsExactly(30, 3000, 40);
    }

    @Test
    void whatTheTransportDoesNotTakeGoesOutWhenItIsFlushedAgain() throws IOException {
        room = 60;
        sink.write(bytes(100));
        assertThat(resumed).isFalse();
        turnEnds();
        assertThat(writes).containsExactly(60);
        assertThat(resumed).isTrue();
        assertThat(sink.flush()).isFalse();
        room = PLENTY;
        assertThat(sink.flush()).isTrue();
        assertThat(writes).containsExactly(60, 40);
    }

    @Test
    void aTransportThatTakesNothingHoldsUpTheWriterSoon() throws IOException {
        room = 0;
        int accepted = 0;
        for (int i = 0; i < 3000; i++) {
            accepted += sink.write(bytes(50));
            turnEnds();
        }
        assertThat(accepted).isLessThan(CorkedSink.SIZE + 3500);
    }

    @Test
    void theEndWaitsForWhatWasGathered() throws IOException {
        room = 10;
        sink.write(bytes(100));
        sink.terminateWrites();
        assertThat(sink.isWriteShutdown()).isTrue();
        assertThat(terminated).isFalse();
        assertThat(sink.flush()).isFalse();
        room = PLENTY;
        assertThat(sink.flush()).isTrue();
        assertThat(terminated).isTrue();
        assertThat(taken.size()).isEqualTo(100);
    }

    @Test
    void aTransportThatBreaksIsToldOf() throws IOException {
        broken = true;
        sink.write(bytes(100));
        turnEnds();
        assertThat(lost).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyByteGoesOutOnceAndInOrder(long seed) throws IOException {
        Random random = new Random(seed);
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        for (int step = 0; step < 5000; step++) {
            switch (random.nextInt(4)) {
                case 0 -> room = random.nextInt(3) * random.nextInt(30_000);
                case 1 -> turnEnds();
                case 2 -> sink.flush();
                default -> {
                    byte[] some = new byte[random.nextInt(10) == 0 ? random.nextInt(40_000) : random.nextInt(100)];
                    random.nextBytes(some);
                    ByteBuffer source = ByteBuffer.wrap(some);
                    sink.write(source);
                    written.write(some, 0, source.position());
                }
            }
        }
        room = 10 * PLENTY;
        turnEnds();
        assertThat(sink.flush()).isTrue();
        assertThat(taken.toByteArray()).isEqualTo(written.toByteArray());
    }
}
