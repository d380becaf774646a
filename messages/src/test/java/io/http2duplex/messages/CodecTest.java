package io.http2duplex.messages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class CodecTest {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    static Stream<JsonNode> messages() {
        return Vectors.json("messages");
    }

    static Stream<JsonNode> unreadable() {
        return Vectors.json("unreadable");
    }

    @ParameterizedTest
    @MethodSource("messages")
    void jsonIsWrittenAndReadAsTheVectorsSay(JsonNode vector) throws IOException {
        Codec<Object> codec = Codec.jackson(MAPPER, Object.class);
        Object message = MAPPER.treeToValue(vector.get("message"), Object.class);
        ByteBuffer frame = Encoded.of(codec, message, 1000).frame();
        byte[] bytes = new byte[frame.remaining()];
        frame.get(0, bytes);

        assertThat(bytes)
                .asHexString()
                .isEqualToIgnoringCase(vector.get("frame").stringValue());

        Object read = codec.decode(Arrays.copyOfRange(bytes, 4, bytes.length));
        assertThat(read).isEqualTo(message);
    }

    @ParameterizedTest
    @MethodSource("unreadable")
    void jsonThatIsNoneIsRefused(JsonNode vector) {
        Codec<Object> codec = Codec.jackson(MAPPER, Object.class);
        assertThatThrownBy(() -> codec.decode(Vectors.bytes(vector.get("payload"))))
                .isInstanceOf(JacksonException.class);
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Said.class, name = "said"),
        @JsonSubTypes.Type(value = Left.class, name = "left")
    })
    sealed interface Event {}

    record Said(String text) implements Event {}

    record Left(String who) implements Event {}

    @Test
    void oneOfSeveralTypesIsWrittenAndReadAsWhatItIs() throws IOException {
        Codec<Event> codec = Codec.jackson(MAPPER, Event.class);
        byte[] payload = codec.encode(new Said("hello"));
        assertThat(new String(payload, UTF_8)).isEqualTo("{\"type\":\"said\",\"text\":\"hello\"}");
        assertThat(codec.decode(payload)).isEqualTo(new Said("hello"));
        assertThat(codec.decode(codec.encode(new Left("me")))).isEqualTo(new Left("me"));
    }

    @Test
    void aTypeWithParametersIsWrittenAndRead() throws IOException {
        Codec<List<Event>> codec = Codec.jackson(MAPPER, new TypeReference<>() {});
        List<Event> events = List.of(new Said("hello"), new Left("me"));
        assertThat(codec.decode(codec.encode(events))).isEqualTo(events);
    }

    @Test
    void textIsUtf8AndNothingElse() throws IOException {
        Codec<String> codec = Codec.text();
        assertThat(codec.decode(codec.encode("zu spät ☂ 😀"))).isEqualTo("zu spät ☂ 😀");
        assertThat(codec.decode(new byte[0])).isEmpty();
        assertThatThrownBy(() -> codec.decode(new byte[] {(byte) 0xC3, 0x28})).isInstanceOf(IOException.class);
    }

    @Test
    void aMessageThatTheCodecCantEncodeOrThatIsTooLongIsRefusedInOnesFace() {
        Codec<String> broken = Codec.of(
                text -> {
                    throw new IOException("no");
                },
                payload -> "");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Encoded.of(broken, "", 10))
                .withMessageContaining("no");
        assertThat(Encoded.of(Codec.text(), "0123456789", 10).length()).isEqualTo(10);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Encoded.of(Codec.text(), "0123456789a", 10))
                .withMessageContaining("11 bytes")
                .withMessageContaining("maxLength");
    }
}
