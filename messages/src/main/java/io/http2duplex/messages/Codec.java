package io.http2duplex.messages;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;

/**
 * A way to write messages as bytes, and to read them. It is used by many threads at once.
 *
 * @param <T> the messages
 */
public interface Codec<T> {
    /** {@return the message's payload, which belongs to the caller} */
    byte[] encode(T message) throws IOException;

    /**
     * {@return the message} Whatever it throws means that the payload can't be read; null is no message either.
     *
     * @param payload of any length within the limit, also empty; it belongs to the codec
     */
    T decode(byte[] payload) throws IOException;

    /** One half of a codec. */
    @FunctionalInterface
    interface Conversion<F, T> {
        T convert(F from) throws IOException;
    }

    /** {@return a codec of two functions} */
    static <T> Codec<T> of(Conversion<T, byte[]> encode, Conversion<byte[], T> decode) {
        return new Codec<>() {
            @Override
            public byte[] encode(T message) throws IOException {
                return encode.convert(message);
            }

            @Override
            public T decode(byte[] payload) throws IOException {
                return decode.convert(payload);
            }
        };
    }

    /**
     * {@return a codec of Jackson's: JSON with a {@code JsonMapper}, CBOR, Smile or MessagePack with another} A payload
     * must hold one value and nothing behind it. How strictly the text's encoding is taken is the mapper's: Jackson reads
     * UTF-16 and a byte order mark, too.
     *
     * @param type what is read; what is written is written as the class that it has
     */
    static <T> Codec<T> jackson(ObjectMapper mapper, Class<T> type) {
        var reader = mapper.readerFor(type).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        var writer = mapper.writer();
        return of(writer::writeValueAsBytes, reader::readValue);
    }

    /** {@return as {@link #jackson(ObjectMapper, Class)}, for a type with parameters} */
    static <T> Codec<T> jackson(ObjectMapper mapper, TypeReference<T> type) {
        var reader = mapper.readerFor(type).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
        var writer = mapper.writerFor(type);
        return of(writer::writeValueAsBytes, reader::readValue);
    }

    /** {@return a codec of text in UTF-8} */
    static Codec<String> text() {
        return of(
                text -> text.getBytes(StandardCharsets.UTF_8),
                payload -> StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(payload))
                        .toString());
    }

    /** {@return a codec that leaves bytes as they are} */
    static Codec<byte[]> bytes() {
        return of(bytes -> bytes, payload -> payload);
    }
}
