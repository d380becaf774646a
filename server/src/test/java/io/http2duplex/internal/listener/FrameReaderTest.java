package io.http2duplex.internal.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {
    private static final byte[] TWO_FRAMES =
            new byte[] {'p', 'r', 'e', 0, 0, 2, 1, 5, 0, 0, 0, 7, 'x', 'y', 0, 0, 0, 4, 1, (byte) 128, 0, 0, 9};

    private final List<String> seen = new ArrayList<>();
    private final FrameReader reader = new FrameReader(
            3, (type, flags, stream, length) -> seen.add(type + " " + flags + " " + stream + " " + length));

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 12, 13, 100})
    void headersAreFoundHoweverTheBytesAreCut(int size) {
        for (int at = 0; at < TWO_FRAMES.length; at += size) {
            reader.read(ByteBuffer.wrap(TWO_FRAMES, at, Math.min(size, TWO_FRAMES.length - at)));
        }
        assertThat(seen).containsExactly("1 5 7 2", "4 1 9 0"); // the reserved bit means nothing
        assertThat(reader.atBoundary()).isTrue();
    }

    @Test
    void aFrameIsUnderWayFromItsFirstByteToItsLast() {
        reader.read(ByteBuffer.wrap(TWO_FRAMES, 0, 3));
        assertThat(reader.atBoundary()).isTrue();
        reader.read(ByteBuffer.wrap(TWO_FRAMES, 3, 1));
        assertThat(reader.atBoundary()).isFalse();
        reader.read(ByteBuffer.wrap(TWO_FRAMES, 4, 9));
        assertThat(reader.atBoundary()).isFalse();
        reader.read(ByteBuffer.wrap(TWO_FRAMES, 13, 1));
        assertThat(reader.atBoundary()).isTrue();
    }

    @Test
    void whatIsTakenElsewhereIsSkipped() {
        reader.read(ByteBuffer.wrap(TWO_FRAMES, 0, 12));
        reader.skipRest();
        reader.read(ByteBuffer.wrap(TWO_FRAMES, 14, 9));
        assertThat(seen).containsExactly("1 5 7 2", "4 1 9 0");
    }
}
