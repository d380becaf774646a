package io.http2duplex.messages;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The test vectors that both implementations run: {@code docs/message-vectors.json}. */
final class Vectors {
    private static final JsonNode ALL = JsonMapper.shared().readTree(Path.of("../docs/message-vectors.json"));

    /**
     * A stream, and what a receiver makes of it.
     *
     * @param then end, cut or too-long
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Vector(String name, int maxLength, byte[] bytes, List<byte[]> messages, String then) {
        @Override
        public String toString() {
            return name;
        }
    }

    private Vectors() {}

    static Stream<Vector> streams() {
        return StreamSupport.stream(ALL.get("streams").spliterator(), false).map(node -> {
            List<byte[]> messages = new ArrayList<>();
            node.get("messages").forEach(message -> messages.add(bytes(message)));
            int maxLength =
                    node.has("maxLength") ? node.get("maxLength").intValue() : MessageOptions.DEFAULT.maxLength();
            return new Vector(
                    node.get("name").stringValue(),
                    maxLength,
                    bytes(node.get("bytes")),
                    messages,
                    node.get("then").stringValue());
        });
    }

    static Stream<JsonNode> json(String group) {
        return StreamSupport.stream(ALL.get("json").get(group).spliterator(), false);
    }

    static byte[] bytes(JsonNode node) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (node.isString()) {
            bytes.writeBytes(HexFormat.of().parseHex(node.stringValue()));
        } else if (node.isArray()) {
            node.forEach(part -> bytes.writeBytes(bytes(part)));
        } else {
            byte one = (byte) HexFormat.fromHexDigits(node.get("repeat").stringValue());
            for (int i = node.get("count").intValue(); i > 0; i--) {
                bytes.write(one);
            }
        }
        return bytes.toByteArray();
    }

    /** {@return ways to cut the bytes into pieces} */
    static List<List<ByteBuffer>> cuts(byte[] bytes) {
        Random random = new Random(bytes.length);
        List<List<ByteBuffer>> cuts = new ArrayList<>();
        cuts.add(pieces(bytes, bytes.length, random));
        cuts.add(pieces(bytes, 1, random));
        cuts.add(pieces(bytes, 5, random));
        cuts.add(pieces(bytes, 50_000, random));
        return cuts;
    }

    private static List<ByteBuffer> pieces(byte[] bytes, int longest, Random random) {
        List<ByteBuffer> pieces = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int count = Math.min(bytes.length - at, longest == bytes.length ? longest : 1 + random.nextInt(longest));
            pieces.add(ByteBuffer.wrap(bytes, at, count).slice());
            at += count;
        }
        return pieces;
    }

    /** {@return frames with those payloads} */
    static byte[] frames(byte[]... payloads) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] payload : payloads) {
            bytes.writeBytes(ByteBuffer.allocate(4).putInt(payload.length).array());
            bytes.writeBytes(payload);
        }
        return bytes.toByteArray();
    }
}
