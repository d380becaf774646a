package io.http2duplex.messages;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bytes that nobody meant as messages. The ordinary run has the test vectors and a thousand streams that a seed made of
 * them. Jazzer goes on for a minute, led by the code that is reached, with
 *
 * <pre>{@code
 * mvn -pl messages -am test -Djazzer.fuzz=1 -Dtest=DeframerFuzzTest#anyBytesMeanTheSameHoweverTheyAreCut
 * }</pre>
 */
@Timeout(300)
class DeframerFuzzTest {
    private static final int STREAMS = 1_000;
    private static final int MAX_LENGTH = 40_000;

    static Stream<byte[]> streams() {
        return Vectors.streams().map(Vectors.Vector::bytes).filter(bytes -> bytes.length < 2_000);
    }

    @MethodSource("streams")
    @FuzzTest(maxDuration = "1m")
    void anyBytesMeanTheSameHoweverTheyAreCut(byte[] stream) {
        List<byte[]> whole = new ArrayList<>();
        String wholeEnd = DeframerTest.read(new Deframer(MAX_LENGTH), List.of(ByteBuffer.wrap(stream)), whole);
        byte[] seen = Vectors.frames(whole.toArray(byte[][]::new));
        assertThat(Arrays.copyOf(stream, seen.length)).isEqualTo(seen);
        if (wholeEnd.equals("end")) {
            assertThat(seen).isEqualTo(stream);
        }
        for (List<ByteBuffer> pieces : Vectors.cuts(stream)) {
            List<byte[]> cut = new ArrayList<>();
            String cutEnd = DeframerTest.read(new Deframer(MAX_LENGTH), pieces, cut);
            assertThat(cutEnd).isEqualTo(wholeEnd);
            assertThat(cut).usingElementComparator(Arrays::compare).isEqualTo(whole);
        }
    }

    @Test
    void streamsMadeOfTheVectorsMeanTheSameHoweverTheyAreCut() {
        List<byte[]> streams = streams().toList();
        Random random = new Random(1);
        for (int i = 0; i < STREAMS; i++) {
            ByteBuffer made = ByteBuffer.allocate(10_000);
            for (int parts = 1 + random.nextInt(5); parts > 0; parts--) {
                byte[] part = streams.get(random.nextInt(streams.size()));
                made.put(part, 0, random.nextInt(3) == 0 ? random.nextInt(part.length + 1) : part.length);
            }
            for (int changes = random.nextInt(3); changes > 0 && made.position() > 0; changes--) {
                made.put(random.nextInt(made.position()), (byte) (random.nextInt(3) == 0 ? random.nextInt() : 0));
            }
            anyBytesMeanTheSameHoweverTheyAreCut(Arrays.copyOf(made.array(), made.position()));
        }
    }
}
