package io.http2duplex.internal.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xnio.conduits.StreamSinkConduit;

class FrameTapSinkTest {
    private static final byte[] FRAME = {0, 0, 3, 0, 1, 0, 0, 0, 5, 'a', 'b', 'c'};
    private static final byte[] OTHER = {0, 0, 1, 0, 0, 0, 0, 0, 7, 'z'};
    private static final byte[] OWN = FrameHeads.goAway(9).array();

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final List<Integer> streams = new ArrayList<>();
    private int room;
    private boolean resumed;

    private final FrameTapSink sink = new FrameTapSink((StreamSinkConduit) Proxy.newProxyInstance(
            StreamSinkConduit.class.getClassLoader(),
            new Class<?>[] {StreamSinkConduit.class},
            (proxy, method, arguments) -> switch (method.getName()) {
                case "write" ->
                    arguments.length == 1
                            ? (Object) take((ByteBuffer) arguments[0])
                            : (Object) take((ByteBuffer[]) arguments[0], (int) arguments[1], (int) arguments[2]);
                case "flush" -> true;
                case "resumeWrites" -> {
                    resumed = true;
                    yield null;
                }
                default -> throw new UnsupportedOperationException(method.getName());
            }));

    @BeforeEach
    void show() {
        sink.show((type, flags, stream, length) -> streams.add(stream));
    }

    private int take(ByteBuffer source) {
        int count = Math.min(room, source.remaining());
        for (int i = 0; i < count; i++) {
            written.write(source.get());
        }
        room -= count;
        return count;
    }

    private long take(ByteBuffer[] sources, int offset, int length) {
        long count = 0;
        for (int i = offset; i < offset + length; i++) {
            count += take(sources[i]);
        }
        return count;
    }

    @Test
    void aFrameOfItsOwnGoesOutAtOnceBetweenOthers() throws IOException {
        room = 100;
        sink.write(ByteBuffer.wrap(FRAME));
        sink.send(ByteBuffer.wrap(OWN));
        sink.write(ByteBuffer.wrap(OTHER));
        assertThat(written.toByteArray()).isEqualTo(concat(FRAME, OWN, OTHER));
        assertThat(streams).containsExactly(5, 7);
        assertThat(resumed).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 9, 11})
    void inTheMiddleOfAnotherItWaitsForItsEndHoweverLittleIsTaken(int step) throws IOException {
        ByteBuffer frame = ByteBuffer.wrap(FRAME);
        ByteBuffer other = ByteBuffer.wrap(OTHER);
        room = step;
        assertThat(sink.write(frame)).isEqualTo(step);
        sink.send(ByteBuffer.wrap(OWN));
        assertThat(resumed).isTrue();
        while (frame.hasRemaining() || other.hasRemaining() || !sink.flush()) {
            room = step;
            sink.write(new ByteBuffer[] {ByteBuffer.allocate(0), frame, other}, 1, frame.hasRemaining() ? 1 : 2);
        }
        assertThat(written.toByteArray()).isEqualTo(concat(FRAME, OWN, OTHER));
        assertThat(streams).containsExactly(5, 7);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
