package io.http2duplex.internal.core.resumable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class FrameVectorsTest {
    private static final int LARGE = 100_000;

    static Stream<Arguments> frames() {
        return Vectors.of("frames");
    }

    static Stream<Arguments> malformed() {
        return Vectors.of("malformed");
    }

    @ParameterizedTest
    @MethodSource("frames")
    void bytesMeanTheseFramesHoweverTheyAreCut(JsonNode vector) throws ViolationException {
        byte[] body = Vectors.bytes(vector.get("bytes"));
        for (int pieces = 0; pieces < (body.length < LARGE ? 30 : 2); pieces++) {
            RecordedFrames recorded = new RecordedFrames();
            FrameDecoder decoder = new FrameDecoder(recorded);
            for (ByteBuffer piece : cut(body, pieces)) {
                decoder.push(piece);
                assertThat(piece.hasRemaining()).isFalse();
            }
            assertThat(recorded.frames()).isEqualTo(expected(vector));
            assertThat(decoder.isMidFrame()).isEqualTo(vector.has("complete"));
        }
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void aMalformedFrameIsFoundHoweverItIsCut(JsonNode vector) {
        byte[] body = Vectors.bytes(vector.get("bytes"));
        for (int pieces = 0; pieces < 30; pieces++) {
            RecordedFrames recorded = new RecordedFrames();
            FrameDecoder decoder = new FrameDecoder(recorded);
            List<ByteBuffer> cut = cut(body, pieces);
            ViolationException violation = catchThrowableOfType(ViolationException.class, () -> {
                for (ByteBuffer piece : cut) {
                    decoder.push(piece);
                }
            });
            assertThat(violation.problem().type())
                    .endsWith(":" + vector.get("error").stringValue());
            assertThat(recorded.frames()).isEqualTo(expected(vector));
        }
    }

    static Stream<Arguments> attach() {
        return Vectors.of("attach");
    }

    @ParameterizedTest
    @MethodSource("attach")
    void aSocketHasNoSessionUntilAttachHasComeHoweverItIsCut(JsonNode vector) throws ViolationException {
        byte[] bytes = Vectors.bytes(vector.get("bytes"));
        for (int pieces = 0; pieces < 30; pieces++) {
            AttachDecoder decoder = new AttachDecoder();
            List<ByteBuffer> cut = cut(bytes, pieces);
            if (vector.has("problem")) {
                ViolationException violation =
                        catchThrowableOfType(ViolationException.class, () -> pushAll(decoder, cut));
                assertThat(violation.problem().name())
                        .isEqualTo(vector.get("problem").stringValue());
                continue;
            }
            pushAll(decoder, cut);
            assertThat(decoder.push(ByteBuffer.allocate(0))).isEqualTo(attachOf(vector));
            assertThat(cut.stream().mapToInt(ByteBuffer::remaining).sum())
                    .isEqualTo(vector.has("behind") ? vector.get("behind").intValue() : 0);
            FrameEncoder pongs = new FrameEncoder();
            if (vector.has("pongs")) {
                vector.get("pongs").forEach(token -> pongs.pong(token.intValue()));
            }
            assertThat(decoder.takeAnswers()).isEqualTo(pongs.take());
            assertThat(decoder.takeAnswers().hasRemaining()).isFalse();
        }
        if (!vector.has("problem") && !vector.has("pongs")) {
            assertThat(Vectors.bytes(new FrameEncoder().attach(attachOf(vector)).take()))
                    .isEqualTo(bytes);
        }
    }

    private static void pushAll(AttachDecoder decoder, List<ByteBuffer> pieces) throws ViolationException {
        for (ByteBuffer piece : pieces) {
            decoder.push(piece);
        }
    }

    private static Attach attachOf(JsonNode vector) {
        return new Attach(
                vector.get("number").longValue(),
                vector.get("offset").longValue(),
                vector.get("limit").longValue(),
                Vectors.ticket(vector.get("ticket")));
    }

    /** Frames of DATA that follow on each other are put together, as what was received is. */
    private static List<String> expected(JsonNode vector) {
        RecordedFrames joined = new RecordedFrames();
        for (JsonNode frame : vector.get("frames")) {
            if (frame.get("type").stringValue().equals("DATA")) {
                joined.data(frame.get("offset").longValue(), ByteBuffer.wrap(Vectors.bytes(frame.get("bytes"))));
            } else {
                joined.flush();
                joined.frames().add(Vectors.frame(frame));
            }
        }
        return joined.frames();
    }

    /** {@return the body, whole for 0, byte for byte for 1, else cut at places drawn with that seed} */
    private static List<ByteBuffer> cut(byte[] body, int seed) {
        Random random = new Random(seed);
        List<ByteBuffer> pieces = new ArrayList<>();
        for (int at = 0; at < body.length; ) {
            int left = body.length - at;
            int count = seed == 0 ? left : seed == 1 && left < LARGE ? 1 : 1 + random.nextInt(left);
            pieces.add(ByteBuffer.wrap(body, at, count));
            at += count;
        }
        return pieces;
    }

    /** What is longer than need be is encoded in fewer bytes. */
    @ParameterizedTest
    @MethodSource("frames")
    void theEncoderMakesTheseBytesOrFewer(JsonNode vector) {
        FrameEncoder encoder = new FrameEncoder();
        ByteArrayOutputStream made = new ByteArrayOutputStream();
        for (JsonNode frame : vector.get("frames")) {
            encode(encoder, frame);
            made.writeBytes(Vectors.bytes(encoder.take()));
            if (frame.has("bytes")) {
                made.writeBytes(Vectors.bytes(frame.get("bytes")));
            }
        }
        byte[] body = Vectors.bytes(vector.get("bytes"));
        if (!vector.has("complete")
                && made.size() >= body.length
                && !vector.toString().contains("\ufffd")) {
            assertThat(made.toByteArray()).isEqualTo(body);
        }
    }

    private static void encode(FrameEncoder encoder, JsonNode frame) {
        switch (frame.get("type").stringValue()) {
            case "DATA" -> encoder.dataHead(frame.get("offset").longValue(), Vectors.bytes(frame.get("bytes")).length);
            case "WINDOW" ->
                encoder.window(
                        frame.get("confirmed").longValue(), frame.get("limit").longValue());
            case "PING" -> encoder.ping((int) frame.get("token").longValue());
            case "PONG" -> encoder.pong((int) frame.get("token").longValue());
            case "END" -> encoder.end(frame.get("offset").longValue());
            case "RESET" ->
                encoder.reset(
                        frame.get("number").intValue(), frame.get("reason").stringValue());
            case "ROTATE" -> encoder.rotate();
            case "DRAIN" -> encoder.drain();
            case "HELLO" ->
                encoder.hello(
                        frame.get("heartbeat").longValue(),
                        frame.get("resume").longValue(),
                        frame.has("ticket") ? Vectors.ticket(frame.get("ticket")) : null);
            default -> throw new IllegalArgumentException(frame.toString());
        }
    }
}
