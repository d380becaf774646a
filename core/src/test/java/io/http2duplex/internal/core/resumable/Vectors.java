package io.http2duplex.internal.core.resumable;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.provider.Arguments;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The test vectors that both implementations run: {@code docs/protocol-vectors.json}. */
final class Vectors {
    private static final JsonNode ALL = JsonMapper.shared().readTree(Path.of("../docs/protocol-vectors.json"));

    private static final int SHOWN = 100;

    private Vectors() {}

    static Stream<Arguments> of(String group) {
        return StreamSupport.stream(ALL.get(group).spliterator(), false)
                .map(vector -> Arguments.of(Named.of(vector.get("name").stringValue(), vector)));
    }

    /** {@return the vector in what {@link #of} gave} */
    static JsonNode vector(Arguments arguments) {
        return (JsonNode) ((Named<?>) arguments.get()[0]).getPayload();
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

    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** {@return how the bytes are written in what {@link RecordedFrames} records} */
    static String hex(byte[] bytes) {
        return bytes.length <= SHOWN
                ? HexFormat.of().formatHex(bytes)
                : bytes.length + " bytes with hash " + Arrays.hashCode(bytes);
    }

    static String hex(Ticket ticket) {
        ByteBuffer bytes = ByteBuffer.allocate(Ticket.SIZE);
        ticket.putTo(bytes);
        return hex(bytes.array());
    }

    static Ticket ticket(JsonNode node) {
        return Ticket.of(ByteBuffer.wrap(bytes(node)));
    }

    /** {@return a frame in the words of {@link RecordedFrames}} */
    static String frame(JsonNode frame) {
        String type = frame.get("type").stringValue();
        return switch (type) {
            case "DATA" -> "DATA " + frame.get("offset").longValue() + " " + hex(bytes(frame.get("bytes")));
            case "WINDOW" ->
                "WINDOW " + frame.get("confirmed").longValue() + " "
                        + frame.get("limit").longValue();
            case "PING", "PONG" -> type + " " + frame.get("token").longValue();
            case "END" -> "END " + frame.get("offset").longValue();
            case "RESET" ->
                "RESET " + frame.get("number").intValue() + " "
                        + frame.get("reason").stringValue();
            case "ROTATE", "DRAIN" -> type;
            case "HELLO" ->
                "HELLO " + frame.get("heartbeat").longValue() + " "
                        + frame.get("resume").longValue()
                        + (frame.has("ticket") ? " " + frame.get("ticket").stringValue() : "");
            default -> throw new IllegalArgumentException(type);
        };
    }
}
