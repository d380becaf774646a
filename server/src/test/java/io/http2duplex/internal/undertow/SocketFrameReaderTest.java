package io.http2duplex.internal.undertow;

import static io.http2duplex.internal.undertow.SocketFrameReader.BINARY;
import static io.http2duplex.internal.undertow.SocketFrameReader.CLOSE;
import static io.http2duplex.internal.undertow.SocketFrameReader.CONTINUATION;
import static io.http2duplex.internal.undertow.SocketFrameReader.FINAL;
import static io.http2duplex.internal.undertow.SocketFrameReader.PING;
import static io.http2duplex.internal.undertow.SocketFrameReader.PONG;
import static io.http2duplex.internal.undertow.SocketFrameReader.TEXT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocketFrameReaderTest {
    private static final int SEEDS = 2_000;

    private final Recorder recorder = new Recorder();
    private final SocketFrameReader reader = new SocketFrameReader(recorder);

    /** What a reader has told. */
    private static final class Recorder implements SocketFrameReader.Listener {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final List<String> events = new ArrayList<>();

        @Override
        public void message(ByteBuffer part) {
            byte[] copy = new byte[part.remaining()];
            part.get(copy);
            bytes.writeBytes(copy);
        }

        @Override
        public void text() {
            events.add("text at " + bytes.size());
        }

        @Override
        public void ping(ByteBuffer payload) {
            byte[] copy = new byte[payload.remaining()];
            payload.get(copy);
            events.add("ping at " + bytes.size() + ": " + HexFormat.of().formatHex(copy));
        }

        @Override
        public void close(int code) {
            events.add("close at " + bytes.size() + ": " + code);
        }
    }

    @Test
    void theSameFramesComeOfAnySplitOfTheBytes() throws ProtocolException {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            Recorder expected = new Recorder();
            byte[] sent = anyFrames(random, expected);
            Recorder actual = new Recorder();
            SocketFrameReader split = new SocketFrameReader(actual);
            boolean direct = random.nextBoolean();
            for (int at = 0; at < sent.length; ) {
                int count = Math.min(sent.length - at, 1 + random.nextInt(random.nextBoolean() ? 9 : 2_000));
                ByteBuffer piece = direct ? ByteBuffer.allocateDirect(count + 3) : ByteBuffer.allocate(count + 3);
                piece.position(3).put(sent, at, count).position(3);
                split.read(piece);
                assertThat(piece.hasRemaining()).isFalse();
                at += count;
            }
            assertThat(actual.events).as("seed %d", seed).isEqualTo(expected.events);
            assertThat(actual.bytes.toByteArray()).as("seed %d", seed).isEqualTo(expected.bytes.toByteArray());
        }
    }

    /** {@return messages in fragments, with control frames between them, as a client may send them} */
    private static byte[] anyFrames(Random random, Recorder expected) {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        int messages = random.nextInt(6);
        for (int message = 0; message < messages; message++) {
            int opcode = random.nextInt(4) == 0 ? TEXT : BINARY;
            int fragments = 1 + random.nextInt(3);
            for (int fragment = 1; fragment <= fragments; fragment++) {
                if (random.nextInt(3) == 0) {
                    byte[] payload = anyBytes(random, random.nextInt(126));
                    boolean isPing = random.nextBoolean();
                    sent.writeBytes(frame(FINAL | (isPing ? PING : PONG), payload, random.nextInt()));
                    if (isPing) {
                        expected.ping(ByteBuffer.wrap(payload));
                    }
                }
                int[] sizes = {0, 1, 7, 8, 9, 125, 126, 127, 1_000, 65_535, 65_536, 70_000};
                byte[] payload = anyBytes(random, sizes[random.nextInt(random.nextInt(20) == 0 ? 12 : 9)]);
                int first = (fragment == 1 ? opcode : CONTINUATION) | (fragment == fragments ? FINAL : 0);
                sent.writeBytes(frame(first, payload, random.nextInt()));
                if (first == TEXT || first == (FINAL | TEXT)) {
                    expected.text();
                }
                expected.message(ByteBuffer.wrap(payload));
            }
        }
        if (random.nextBoolean()) {
            sent.writeBytes(frame(FINAL | CLOSE, new byte[] {0x03, (byte) 0xE8, 'b', 'y', 'e'}, random.nextInt()));
            expected.close(1000);
            sent.writeBytes(anyBytes(random, random.nextInt(300)));
        }
        return sent.toByteArray();
    }

    private static byte[] anyBytes(Random random, int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /** {@return a frame, its length in as few bytes as it may have} */
    private static byte[] frame(int first, byte[] payload, int mask) {
        ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) first);
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length < 1 << 16) {
            frame.put((byte) 0xFE).putShort((short) payload.length);
        } else {
            frame.put((byte) 0xFF).putLong(payload.length);
        }
        frame.putInt(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.put((byte) (payload[i] ^ (mask >> (24 - 8 * (i % 4)))));
        }
        return Arrays.copyOf(frame.array(), frame.position());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c2 80 01020304", // reserved bits
                "a2 80 01020304",
                "92 80 01020304",
                "c1 80 01020304",
                "c9 80 01020304",
                "83 80 01020304", // opcodes that are reserved
                "87 80 01020304",
                "8b 80 01020304",
                "8f 80 01020304",
                "82 00", // not masked
                "82 7e",
                "89 00",
                "09 80 01020304", // control frames in fragments
                "08 80 01020304",
                "0a 80 01020304",
                "89 fe 007e 01020304", // control frames that are too long
                "88 ff 0000000000010000 01020304",
                "80 80 01020304", // fragments of no message
                "00 80 01020304",
                "02 80 01020304 82", // another message before the last fragment of one
                "02 80 01020304 01",
                "02 80 01020304 80 80 01020304 80", // fragments behind the last
                "82 fe 007d 01020304", // lengths in more bytes than they need
                "82 ff 000000000000ffff 01020304",
                "82 ff 8000000000000001 01020304", // lengths below 0
                "82 ff fffffffffffffff0 01020304",
                "88 81 00000000 03", // codes of close frames
                "88 82 00000000 03e7",
                "88 82 00000000 03ec",
                "88 82 00000000 03ed",
                "88 82 00000000 03ee",
                "88 82 00000000 03f7",
                "88 82 00000000 0bb7",
                "88 82 00000000 1388",
                "88 84 00000000 03e8 c328" // a reason that is no UTF-8
            })
    void whatBreaksTheRulesIsRefused(String hex) {
        byte[] wrong = bytes(hex);
        for (boolean isByteByByte : new boolean[] {false, true}) {
            SocketFrameReader fresh = new SocketFrameReader(recorder);
            assertThatThrownBy(() -> {
                        for (int i = 0; isByteByByte && i < wrong.length; i++) {
                            fresh.read(ByteBuffer.wrap(wrong, i, 1));
                        }
                        fresh.read(ByteBuffer.wrap(isByteByByte ? new byte[] {(byte) 0x80} : rest(wrong)));
                    })
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("RFC 6455");
        }
        assertThat(recorder.events).isEmpty();
    }

    /** {@return a copy, which is changed as it is read, with what a head of two bytes may lack} */
    private static byte[] rest(byte[] wrong) {
        byte[] more = Arrays.copyOf(wrong, wrong.length + 1);
        more[wrong.length] = (byte) 0x80;
        return more;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8880 01020304:1005",
                "8882 00000000 03e8:1000",
                "8882 00000000 03f3:1011",
                "8882 00000000 03f6:1014",
                "8882 00000000 0bb8:3000",
                "8882 00000000 1387:4999",
                "8885 00000000 03eb e282ac:1003"
            })
    void aCloseFrameHasACodeThatMayBeSentOrNone(String frame) throws ProtocolException {
        String[] parts = frame.split(":", -1);
        reader.read(ByteBuffer.wrap(bytes(parts[0])));
        reader.read(ByteBuffer.wrap(bytes("ffffffffffff")));
        assertThat(recorder.events).containsExactly("close at 0: " + parts[1]);
    }

    @Test
    void aLengthOfAnySizeTakesNoMemory() throws ProtocolException {
        reader.read(ByteBuffer.wrap(bytes("82 ff 7fffffffffffffff 00000000")));
        reader.read(ByteBuffer.wrap("abc".getBytes(StandardCharsets.UTF_8)));
        assertThat(recorder.bytes).hasToString("abc");
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
