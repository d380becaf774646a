package io.http2duplex.internal.core.resumable;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Bytes that nobody meant as frames. The ordinary run has the test vectors and some thousand bodies that a seed made of
 * them. Jazzer goes on for a minute, led by what code is reached, with
 *
 * <pre>{@code
 * mvn -pl server -am test -Djazzer.fuzz=1 -Dtest=FrameFuzzTest#anyBytesMeanTheSameHoweverTheyAreCut
 * mvn -pl server -am test -Djazzer.fuzz=1 -Dtest=FrameFuzzTest#noUploadBreaksABoundOrASession
 * }</pre>
 */
class FrameFuzzTest {
    private static final int COMPOSED = 5_000;

    static Stream<Arguments> bodies() {
        return Stream.of("frames", "malformed")
                .flatMap(Vectors::of)
                .map(arguments -> Vectors.bytes(Vectors.vector(arguments).get("bytes")))
                .filter(body -> body.length < 2000)
                .map(Arguments::of);
    }

    @MethodSource("bodies")
    @FuzzTest(maxDuration = "1m")
    void anyBytesMeanTheSameHoweverTheyAreCut(byte[] body) {
        RecordedFrames whole = new RecordedFrames();
        RecordedFrames cut = new RecordedFrames();
        FrameDecoder wholeDecoder = new FrameDecoder(whole);
        FrameDecoder cutDecoder = new FrameDecoder(cut);
        String wholeEnd = decode(wholeDecoder, ByteBuffer.wrap(body), body.length);
        String cutEnd = decode(cutDecoder, ByteBuffer.wrap(body), 1);
        assertThat(cutEnd).isEqualTo(wholeEnd);
        assertThat(cut.frames()).isEqualTo(whole.frames());
        assertThat(cutDecoder.isMidFrame()).isEqualTo(wholeDecoder.isMidFrame());
    }

    /** {@return how it ended} */
    private static String decode(FrameDecoder decoder, ByteBuffer body, int step) {
        try {
            while (body.hasRemaining()) {
                int count = Math.min(step, body.remaining());
                decoder.push(body.slice(body.position(), count));
                body.position(body.position() + count);
            }
            return "all of it";
        } catch (ViolationException e) {
            return e.problem().detail();
        }
    }

    @MethodSource("bodies")
    @FuzzTest(maxDuration = "1m")
    void noUploadBreaksABoundOrASession(byte[] script) {
        new FuzzedSession(ByteBuffer.wrap(script)).run();
    }

    @Test
    void bodiesComposedOfTheVectorsBreakNothingEither() {
        List<byte[]> bodies = bodies().map(body -> (byte[]) body.get()[0]).toList();
        Random random = new Random(1);
        for (int i = 0; i < COMPOSED; i++) {
            byte[] body = composed(random, bodies);
            anyBytesMeanTheSameHoweverTheyAreCut(body);
            noUploadBreaksABoundOrASession(body);
        }
    }

    /** {@return parts of bodies, some of their bytes changed} */
    private static byte[] composed(Random random, List<byte[]> bodies) {
        ByteBuffer made = ByteBuffer.allocate(10_000);
        for (int parts = 1 + random.nextInt(4); parts > 0; parts--) {
            byte[] part = bodies.get(random.nextInt(bodies.size()));
            int count = random.nextInt(3) == 0 ? random.nextInt(part.length + 1) : part.length;
            made.put(part, 0, count);
        }
        for (int changes = random.nextInt(4); changes > 0 && made.position() > 0; changes--) {
            made.put(random.nextInt(made.position()), (byte) (random.nextInt(3) == 0 ? random.nextInt() : 0));
        }
        return Vectors.bytes(made.flip());
    }
}
