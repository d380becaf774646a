package io.http2duplex.example.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.example.e2e.RequestLog.Kind;
import io.http2duplex.wire.TestServer;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every byte is looked at: the page compares what comes back with what it sent. */
class TransferIT {
    private static final int MEGABYTE = 1_000_000;

    @RegisterExtension
    static final TestSite SERVER = new TestSite().with("/echo", TestServer::echo);

    @RegisterExtension
    final TestPage page = new TestPage();

    @ParameterizedTest(name = "dialect {0}, {1} upload, {2} duplexes of {3} MB each way")
    @CsvSource({
        "1, streaming, 1, 20", "1, streaming, 5, 4", "1, streaming, 10, 2",
        "1, post, 1, 20", "1, post, 5, 4", "1, post, 10, 2",
        "2, streaming, 1, 20", "2, streaming, 5, 4", "2, streaming, 10, 2",
        "2, post, 1, 20", "2, post, 5, 4", "2, post, 10, 2"
    })
    void large_transfers_both_ways_at_once_arrive_unchanged(int dialect, String mode, int duplexes, int megabytes) {
        assertThat(transfer("make", SERVER.url("/"), dialect, mode, duplexes, megabytes * MEGABYTE))
                .isEqualTo(Collections.nCopies(duplexes, megabytes * MEGABYTE + " bytes, " + mode));
        assertThat(SERVER.requests().protocols()).containsExactly("HTTP/2.0");
        assertThat(SERVER.requests().count(Kind.SINGLE))
                .isEqualTo(dialect == 1 && mode.equals("streaming") ? duplexes : 0);
        assertThat(SERVER.requests().kinds()).doesNotContain(Kind.ATTACH, dialect == 1 ? Kind.FRAMES : Kind.CHUNK);
        SERVER.awaitNoSession();
    }

    @ParameterizedTest(name = "dialect {0}, {1} upload")
    @CsvSource({"1, streaming", "1, post", "2, streaming", "2, post"})
    void the_Web_Streams_face_transfers_both_ways_at_once(int dialect, String mode) {
        assertThat(transfer("connect", SERVER.url("/"), dialect, mode, 2, 5 * MEGABYTE))
                .isEqualTo(Collections.nCopies(2, 5 * MEGABYTE + " bytes, " + mode));
        SERVER.awaitNoSession();
    }

    @ParameterizedTest(name = "dialect {0}")
    @ValueSource(ints = {1, 2})
    void over_HTTP_1_1_in_clear_text_uploads_go_by_POST(int dialect) {
        assertThat(transfer("make", SERVER.clearUrl("/"), dialect, "streaming", 2, 2 * MEGABYTE))
                .isEqualTo(Collections.nCopies(2, 2 * MEGABYTE + " bytes, post"));
        assertThat(SERVER.requests().protocols()).containsExactly("HTTP/1.1");
        SERVER.awaitNoSession();
    }

    private List<Object> transfer(String face, String base, int dialect, String mode, int duplexes, int size) {
        page.open(base + "page.html");
        SERVER.requests().clear();
        return page.callForList(
                """
                async ({ face, way, count, size }) =>
                  transferAll(face, await openEchoes(face, count, optionsOf(way)), size)
                """, Map.of("face", face, "way", List.of(dialect, mode), "count", duplexes, "size", size));
    }
}
