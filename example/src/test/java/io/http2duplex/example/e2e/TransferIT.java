package io.http2duplex.example.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.example.e2e.RequestLog.Kind;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every byte is looked at: the page compares what comes back with what it sent. */
class TransferIT {
    private static final int MEGABYTE = 1_000_000;

    @RegisterExtension
    static final TestServer SERVER = new TestServer().with("/echo", TestServer::echo);

    @RegisterExtension
    final TestPage page = new TestPage();

    @ParameterizedTest(name = "{0} upload, {1} duplexes of {2} MB each way")
    @CsvSource({
        "streaming, 1, 20", "streaming, 2, 20", "streaming, 5, 4", "streaming, 10, 2",
        "post, 1, 20", "post, 2, 20", "post, 5, 4", "post, 10, 2"
    })
    void large_transfers_both_ways_at_once_arrive_unchanged(String mode, int duplexes, int megabytes) {
        assertThat(transfer("make", SERVER.url("/"), mode, duplexes, megabytes * MEGABYTE))
                .isEqualTo(Collections.nCopies(duplexes, megabytes * MEGABYTE + " bytes, " + mode));
        assertThat(SERVER.requests().protocols()).containsExactly("HTTP/2.0");
        assertThat(SERVER.requests().count(Kind.SINGLE)).isEqualTo(mode.equals("streaming") ? duplexes : 0);
        assertThat(SERVER.sessions()).isZero();
    }

    @ParameterizedTest(name = "{0} upload")
    @CsvSource({"streaming", "post"})
    void the_Web_Streams_face_transfers_both_ways_at_once(String mode) {
        assertThat(transfer("connect", SERVER.url("/"), mode, 2, 5 * MEGABYTE))
                .isEqualTo(Collections.nCopies(2, 5 * MEGABYTE + " bytes, " + mode));
        assertThat(SERVER.sessions()).isZero();
    }

    @Test
    void over_HTTP_1_1_in_clear_text_uploads_go_by_POST() {
        assertThat(transfer("make", SERVER.clearUrl("/"), "streaming", 2, 2 * MEGABYTE))
                .isEqualTo(Collections.nCopies(2, 2 * MEGABYTE + " bytes, post"));
        assertThat(SERVER.requests().protocols()).containsExactly("HTTP/1.1");
        assertThat(SERVER.sessions()).isZero();
    }

    private List<Object> transfer(String face, String base, String mode, int duplexes, int size) {
        page.open(base + "page.html");
        SERVER.requests().clear();
        return page.callForList(
                """
                ({ face, disable_request_streaming, duplexes, size }) => {
                  const [open, transfer] = { make: [make, transferNode], connect: [connect, transferWeb] }[face];
                  return Promise.all(
                    Array.from({ length: duplexes }, async (_, i) => {
                      const duplex = await open('/echo', { disable_request_streaming });
                      const { uploadMode } = duplex;
                      return `${await transfer(duplex, 1 + i, size)} bytes, ${uploadMode}`;
                    }),
                  );
                }
                """,
                Map.of(
                        "face", face,
                        "disable_request_streaming", mode.equals("post"),
                        "duplexes", duplexes,
                        "size", size));
    }
}
