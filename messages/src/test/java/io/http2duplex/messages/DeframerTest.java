package io.http2duplex.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class DeframerTest {
    static Stream<Vectors.Vector> streams() {
        return Vectors.streams();
    }

    @ParameterizedTest
    @MethodSource("streams")
    void aStreamMeansWhatTheVectorsSayHoweverItIsCut(Vectors.Vector vector) {
        for (List<ByteBuffer> pieces : Vectors.cuts(vector.bytes())) {
            List<byte[]> found = new ArrayList<>();

            String then = read(new Deframer(vector.maxLength()), pieces, found);

            assertThat(found).usingElementComparator(Arrays::compare).isEqualTo(vector.messages());
            assertThat(then).isEqualTo(vector.then());
        }
    }

    @ParameterizedTest
    @MethodSource("streams")
    void whatIsEncodedIsWhatTheVectorsSay(Vectors.Vector vector) {
        if (vector.then().equals("end")) {
            byte[] all = new byte[vector.bytes().length];
            ByteBuffer written = ByteBuffer.wrap(all);
            for (byte[] message : vector.messages()) {
                written.put(Encoded.of(Codec.bytes(), message, vector.maxLength())
                        .frame()
                        .duplicate());
            }
            assertThat(written.hasRemaining()).isFalse();
            assertThat(all).isEqualTo(vector.bytes());
        } else {
            assertThat(vector.then()).isIn("cut", "too-long");
        }
    }

    /** {@return how it ended: end, cut or too-long} */
    static String read(Deframer deframer, List<ByteBuffer> pieces, List<byte[]> found) {
        try {
            for (ByteBuffer piece : pieces) {
                ByteBuffer bytes = piece.duplicate();
                byte[] payload;
                while ((payload = deframer.next(bytes)) != null) {
                    found.add(payload);
                }
                assertThat(bytes.hasRemaining()).isFalse();
            }
            return deframer.isMidMessage() ? "cut" : "end";
        } catch (Deframer.TooLongException e) {
            assertThat(deframer.held()).isZero();
            return "too-long";
        }
    }

    @Test
    void memoryFollowsWhatHasArrivedNotWhatWasAnnounced() throws Exception {
        int length = 1024 * 1024;
        Deframer deframer = new Deframer(length);
        assertThat(deframer.next(ByteBuffer.allocate(4).putInt(0, length))).isNull();
        assertThat(deframer.held()).isEqualTo(Deframer.FIRST);

        int arrived = 0;
        byte[] payload = null;
        while (payload == null) {
            payload = deframer.next(ByteBuffer.allocate(1000));
            arrived += 1000;
            assertThat(deframer.held()).isLessThanOrEqualTo(Math.max(Deframer.FIRST, 4 * arrived));
        }
        assertThat(payload).hasSize(length);
        assertThat(deframer.held()).isZero();
    }

    @Test
    void aMessageThatIsTooLongIsRefusedWithItsLength() {
        Deframer deframer = new Deframer(10);
        assertThatThrownBy(() -> deframer.next(ByteBuffer.allocate(4).putInt(0, -1)))
                .isInstanceOfSatisfying(
                        Deframer.TooLongException.class,
                        e -> assertThat(e.length).isEqualTo(4_294_967_295L));
    }

    @Test
    void aFrameOfAnotherNodeIsChecked() {
        assertThat(Encoded.ofFrame(ByteBuffer.wrap(Vectors.frames(new byte[3]))).length())
                .isEqualTo(3);
        for (byte[] broken : List.of(new byte[0], new byte[3], new byte[5], new byte[] {0, 0, 0, 2, 1})) {
            assertThatIllegalArgumentException().isThrownBy(() -> Encoded.ofFrame(ByteBuffer.wrap(broken)));
        }
    }
}
