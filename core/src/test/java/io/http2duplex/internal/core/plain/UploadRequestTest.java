package io.http2duplex.internal.core.plain;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.SessionId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class UploadRequestTest {
    private static final String ID = SessionId.next("");
    private static final long MAX = 1000;

    private static UploadRequest parse(Map<String, List<String>> fields) {
        return UploadRequest.parse(name -> fields.getOrDefault(name, List.of()), MAX);
    }

    private static Map<String, List<String>> fields(String... namesAndValues) {
        var fields = new HashMap<String, List<String>>();
        fields.put("http2-duplex-id", List.of(ID));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put(namesAndValues[i], List.of(namesAndValues[i + 1]));
        }
        return fields;
    }

    static Stream<Arguments> kinds() {
        return Stream.of(
                Arguments.of(UploadKind.CHUNK, fields()),
                Arguments.of(
                        UploadKind.CHUNK,
                        fields(
                                "http2-duplex-single", "false",
                                "http2-duplex-end", "false",
                                "http2-duplex-destroyed", "false")),
                Arguments.of(UploadKind.SINGLE, fields("http2-duplex-single", "true")),
                Arguments.of(UploadKind.END, fields("http2-duplex-end", "true")),
                Arguments.of(UploadKind.DESTROY, fields("http2-duplex-end", "true", "http2-duplex-destroyed", "true")));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void theHeadersTellTheKind(UploadKind kind, Map<String, List<String>> fields) {
        UploadRequest request = parse(fields);

        assertThat(request.problem()).isNull();
        assertThat(request.kind()).isEqualTo(kind);
        assertThat(request.id()).isEqualTo(ID);
        assertThat(request.contentLength()).isEqualTo(-1);
    }

    @Test
    void theAnnouncedLengthIsRead() {
        assertThat(parse(fields("content-length", "0")).contentLength()).isZero();
        assertThat(parse(fields("content-length", "1000")).contentLength()).isEqualTo(1000);
    }

    @Test
    void aSingleUploadMayBeLongerThanAChunk() {
        UploadRequest request = parse(fields("http2-duplex-single", "true", "content-length", "999999999999999999"));

        assertThat(request.problem()).isNull();
        assertThat(request.contentLength()).isEqualTo(999_999_999_999_999_999L);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                Arguments.of("missing-id", 400, Map.of()),
                Arguments.of("missing-id", 400, Map.of("http2-duplex-id", List.of())),
                Arguments.of("malformed-id", 400, Map.of("http2-duplex-id", List.of("x"))),
                Arguments.of("malformed-id", 400, Map.of("http2-duplex-id", List.of(""))),
                Arguments.of("malformed-id", 400, Map.of("http2-duplex-id", List.of(ID, ID))),
                Arguments.of("malformed-id", 400, Map.of("http2-duplex-id", List.of(ID + "," + ID))),
                Arguments.of("malformed-id", 400, Map.of("http2-duplex-id", List.of("x".repeat(10_000)))),
                Arguments.of("bad-headers", 400, fields("http2-duplex-single", "yes")),
                Arguments.of("bad-headers", 400, fields("http2-duplex-end", "TRUE")),
                Arguments.of("bad-headers", 400, fields("http2-duplex-end", "")),
                Arguments.of("bad-headers", 400, fields("http2-duplex-destroyed", "1")),
                Arguments.of(
                        "bad-headers",
                        400,
                        Map.of("http2-duplex-id", List.of(ID), "http2-duplex-end", List.of("true", "true"))),
                Arguments.of("bad-headers", 400, fields("http2-duplex-single", "true", "http2-duplex-end", "true")),
                Arguments.of("bad-headers", 400, fields("http2-duplex-destroyed", "true")),
                Arguments.of(
                        "bad-headers", 400, fields("http2-duplex-single", "true", "http2-duplex-destroyed", "true")),
                Arguments.of("bad-headers", 400, fields("content-length", "")),
                Arguments.of("bad-headers", 400, fields("content-length", "-1")),
                Arguments.of("bad-headers", 400, fields("content-length", "+1")),
                Arguments.of("bad-headers", 400, fields("content-length", "1 ")),
                Arguments.of("bad-headers", 400, fields("content-length", "0x1")),
                Arguments.of("bad-headers", 400, fields("content-length", "\u0661")),
                Arguments.of("bad-headers", 400, fields("content-length", "9223372036854775808")),
                Arguments.of(
                        "bad-headers",
                        400,
                        Map.of("http2-duplex-id", List.of(ID), "content-length", List.of("1", "1"))),
                Arguments.of("chunk-too-large", 413, fields("content-length", "1001")),
                Arguments.of("chunk-too-large", 413, fields("content-length", "1001", "http2-duplex-end", "true")));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void whatCannotBeUnderstoodIsRefusedByName(String slug, int status, Map<String, List<String>> fields) {
        UploadRequest request = parse(fields);

        Problem problem = requireNonNull(request.problem());
        assertThat(problem.type()).isEqualTo("urn:http2-duplex:problem:" + slug);
        assertThat(problem.status()).isEqualTo(status);
        assertThat(problem.title()).isNotBlank();
        assertThat(problem.detail()).isNotBlank().doesNotContain(ID).doesNotContain("xxx");
        assertThat(request.id()).as("a refused request names no session").isEmpty();
    }
}
