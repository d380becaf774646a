package io.http2duplex.internal.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What HTTP/1.1 requests are let through. The strings show CR LF as {@code |} and a line feed alone as {@code ~}. */
class Http1FramingTest {
    private static final String NEXT = "GET /next HTTP/1.1|host: a||";

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.replace("|", "\r\n").replace('~', '\n').getBytes(StandardCharsets.ISO_8859_1));
    }

    /** {@return how many bytes are let through, whole or byte by byte} */
    private static int accepted(String text) {
        ByteBuffer all = bytes(text);
        Http1Framing whole = new Http1Framing();
        boolean right = whole.accept(all);
        assertThat(right).isEqualTo(whole.fault() == null).isEqualTo(!all.hasRemaining());
        Http1Framing split = new Http1Framing();
        int count = 0;
        for (byte b : bytes(text).array()) {
            if (split.accept(ByteBuffer.wrap(new byte[] {b}))) {
                count++;
            }
        }
        assertThat(split.fault()).isEqualTo(whole.fault());
        assertThat(count).isEqualTo(all.position());
        return count;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                NEXT,
                "||" + NEXT,
                "GET / HTTP/1.0||",
                "OPTIONS * HTTP/1.1||",
                "GET http://a/b?c=%20&d HTTP/1.1|x:|y: \t z \t|z:\u00e9\u0001||",
                "POST / HTTP/1.1|Content-Length: 0||",
                "POST / HTTP/1.0|content-length: \t6 ||ab|~\u0000",
                "POST / HTTP/1.1|content-length: 000000000000000005||abcde",
                "POST / HTTP/1.1|TRANSFER-encoding:\tChunked \t||0||",
                "POST / HTTP/1.1|transfer-encoding: chunked||4|abcd|00a|0123456789|0|||",
                "POST / HTTP/1.1|transfer-encoding: chunked||4;a|abcd|2 ; b=\"c;d\"\t|ef|0;x||",
                "POST / HTTP/1.1|transfer-encoding: chunked||1|a|0|x: y|content-length: 5|transfer-encoding: z||",
                "POST / HTTP/1.1|transfer-encoding-x: y|x-content-length: z||",
                "POST / HTTP/1.1|xcontent-length: 4|content-length-of-something-that-is-long: 9||",
            })
    void aClearRequestAndTheNext(String request) {
        assertThat(accepted(request + NEXT + request))
                .isEqualTo(bytes(request + NEXT + request).remaining());
    }

    /** The marker shows the first byte that is not let through. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /^|",
                "GET / ^|",
                "GET / HTTP/0.9^||",
                "GET / HTTP/1.2^||",
                "GET / HTTP/2.0^||",
                "GET / http/1.1^||",
                "GET / HTTP/1.1 ^||",
                "GET / x HTTP/1.1^||",
                "GET ^ / HTTP/1.1||",
                "GET ^ HTTP/1.1||",
                "^ GET / HTTP/1.1||",
                "GE^(T / HTTP/1.1||",
                "GET^|/ HTTP/1.1||",
                "GET /^\u0000 HTTP/1.1||",
                "GET /^\u007f HTTP/1.1||",
                "^~GET / HTTP/1.1||",
                "|^~GET / HTTP/1.1||",
                "GET / HTTP/1.1~host: a^||",
                "GET / HTTP/1.1|host: a^~|",
                "GET / HTTP/1.1|host: a|^~",
                "GET / HTTP/1.1|host: a\r^b||",
                "GET / HTTP/1.1|host: a^\u0000b||",
                "GET / HTTP/1.1|^ host: a||",
                "GET / HTTP/1.1|host: a|^\tb||",
                "GET / HTTP/1.1|host^ : a||",
                "GET / HTTP/1.1|^: a||",
                "GET / HTTP/1.1|host^|",
                "GET / HTTP/1.1|h^\u00e9ost: a||",
                "POST / HTTP/1.1|transfer-encoding:|^ chunked||",
                "POST / HTTP/1.1|content-length: 5|content-length: 5^||",
                "POST / HTTP/1.1|content-length: 5|CONTENT-LENGTH: 6^||",
                "POST / HTTP/1.1|content-length:|^|",
                "POST / HTTP/1.1|content-length: 5, 5|^|",
                "POST / HTTP/1.1|content-length: 5 5|^|",
                "POST / HTTP/1.1|content-length: +5|^|",
                "POST / HTTP/1.1|content-length: 0x5|^|",
                "POST / HTTP/1.1|content-length: 1000000000000000000|^|",
                "POST / HTTP/1.1|content-length: 0000000000000000000000000000000000000000000005|^|",
                "POST / HTTP/1.1|transfer-encoding: chunked|content-length: 5|^|",
                "POST / HTTP/1.1|content-length: 5|transfer-encoding: chunked|^|",
                "POST / HTTP/1.1|transfer-encoding: chunked|transfer-encoding: chunked^||",
                "POST / HTTP/1.1|transfer-encoding: identity|^|",
                "POST / HTTP/1.1|transfer-encoding: gzip, chunked|^|",
                "POST / HTTP/1.1|transfer-encoding: \u000bchunked|^|",
                "POST / HTTP/1.1|transfer-encoding:|^|",
                "POST / HTTP/1.0|transfer-encoding: chunked|^|",
                "POST / HTTP/1.1|transfer-encoding: chunked||^|",
                "POST / HTTP/1.1|transfer-encoding: chunked||^~",
                "POST / HTTP/1.1|transfer-encoding: chunked||4^~abcd|",
                "POST / HTTP/1.1|transfer-encoding: chunked||4;a^~abcd|",
                "POST / HTTP/1.1|transfer-encoding: chunked||^ 4|abcd|",
                "POST / HTTP/1.1|transfer-encoding: chunked||^-4|abcd|",
                "POST / HTTP/1.1|transfer-encoding: chunked||0^x4|abcd|",
                "POST / HTTP/1.1|transfer-encoding: chunked||4\r^4|abcd|",
                "POST / HTTP/1.1|transfer-encoding: chunked||4|abcd^ef|0||",
                "POST / HTTP/1.1|transfer-encoding: chunked||4|abcd^0||",
                "POST / HTTP/1.1|transfer-encoding: chunked||4|abcd^~0||",
                "POST / HTTP/1.1|transfer-encoding: chunked||4|abcd\r^0||",
                "POST / HTTP/1.1|transfer-encoding: chunked||4|abcd|0|^~",
                "POST / HTTP/1.1|transfer-encoding: chunked||4|abcd|0|x^~",
                "POST / HTTP/1.1|transfer-encoding: chunked||4|abcd|0|^ x: y||",
                "POST / HTTP/1.1|transfer-encoding: chunked||000000000000000^4|abcd|0||",
            })
    void nothingFromTheFirstDoubtfulByteOn(String request) {
        int fault = bytes(request.substring(0, request.indexOf('^'))).remaining();
        String sent = request.replace("^", "");
        assertThat(accepted(sent + NEXT)).isEqualTo(fault);
        assertThat(accepted(NEXT + sent + NEXT))
                .as("behind another request")
                .isEqualTo(bytes(NEXT).remaining() + fault);
    }

    @Test
    void theLengthOfExtensionsAndTrailersIsBounded() {
        String chunked = "POST / HTTP/1.1|transfer-encoding: chunked||";
        String extension = "1;" + "x".repeat(1024) + "|a|";
        assertThat(accepted(chunked + extension + extension + "0||"))
                .isEqualTo(bytes(chunked + extension + extension + "0||").remaining());
        assertThat(accepted(chunked + "1;" + "x".repeat(1025) + "|a|0||"))
                .isEqualTo(bytes(chunked).remaining() + 2 + 1024);

        String trailers = chunked + "0|" + "a: b|".repeat(3332) + "x:|";
        assertThat(accepted(trailers + "|" + trailers + "|"))
                .isEqualTo(2 * bytes(trailers + "|").remaining());
        assertThat(accepted(chunked + "0|" + "a: b|".repeat(4000) + "|"))
                .isEqualTo(bytes(chunked + "0|").remaining() + HeadLimit.MAX_SIZE - 1);
    }
}
