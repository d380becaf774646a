package io.http2duplex.example.e2e;

import static io.http2duplex.example.e2e.TestSite.outcome;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.http2duplex.ErrorCode;
import io.http2duplex.wire.TestServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** This server and the client of the Node package http2-duplex; and this client and that package's server. */
class PeerIT {
    private static final int SIZE = 5_000_000;

    @RegisterExtension
    static final TestSite SERVER = new TestSite().with("/example", TestServer::echo);

    @RegisterExtension
    static final PeerServer PEER_SERVER = new PeerServer();

    @RegisterExtension
    final TestPage page = new TestPage();

    private static Path peerClient;

    @BeforeAll
    static void bundle() {
        peerClient = PeerServer.client();
    }

    private void openWithPeerClient() {
        page.open(SERVER.url("/page.html"));
        page.page().addScriptTag(new Page.AddScriptTagOptions().setPath(peerClient));
    }

    @ParameterizedTest(name = "{0} upload")
    @ValueSource(strings = {"streaming", "post"})
    void the_peers_client_exchanges_bytes_with_this_server(String mode) throws Exception {
        // A clean end is followed by one more POST, which finds no session.
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        openWithPeerClient();

        assertThat(page.call("""
                        async ({ disable_request_streaming, size }) =>
                          transferNode(await peer_client_bundle.make('/example', { disable_request_streaming }), 1, size)
                        """, Map.of("disable_request_streaming", mode.equals("post"), "size", SIZE)))
                .isEqualTo(SIZE);
        assertThat(outcome(SERVER.opened("/example"))).isEmpty();
        SERVER.awaitNoSession();
    }

    @ParameterizedTest(name = "{0} upload")
    @ValueSource(strings = {"streaming", "post"})
    void this_server_notices_that_the_peers_client_is_destroyed(String mode) throws Exception {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        openWithPeerClient();

        page.call("""
                async (mode) => {
                  const options = { disable_request_streaming: mode === 'post' };
                  const duplex = watched(await peer_client_bundle.make('/example', options));
                  duplex.write('Hello');
                  await new Promise((resolve) => duplex.once('data', resolve));
                  duplex.destroy();
                  await eventsOf(duplex);
                }
                """, mode);

        assertThat(outcome(SERVER.opened("/example")))
                .get()
                .isIn(ErrorCode.CANCELLED, ErrorCode.CONNECTION_LOST, ErrorCode.UPLOAD_CUT);
        SERVER.awaitNoSession();
    }

    @ParameterizedTest(name = "{0}, {1} upload")
    @CsvSource({"make, streaming", "make, post", "connect, streaming", "connect, post"})
    void this_client_exchanges_bytes_with_the_peers_server(String face, String mode) {
        page.open(PEER_SERVER.url("/page.html"));

        assertThat(page.call("""
                        async ({ face, disable_request_streaming, size }) => {
                          const [open, transfer] = { make: [make, transferNode], connect: [connect, transferWeb] }[face];
                          return transfer(await open('/example', { disable_request_streaming }), 1, size);
                        }
                        """, Map.of("face", face, "disable_request_streaming", mode.equals("post"), "size", SIZE)))
                .isEqualTo(SIZE);
    }

    @ParameterizedTest(name = "{0} upload")
    @ValueSource(strings = {"streaming", "post"})
    void this_client_is_destroyed_cleanly_with_the_peers_server(String mode) {
        page.expect(Noise.REQUEST, Noise.CONSOLE);
        page.open(PEER_SERVER.url("/page.html"));

        assertThat(page.call("""
                        async (mode) => {
                          const duplex = watched(await make('/example', { disable_request_streaming: mode === 'post' }));
                          duplex.write('Hello');
                          await new Promise((resolve) => duplex.once('data', resolve));
                          duplex.destroy();
                          return eventsOf(duplex);
                        }
                        """, mode)).isEqualTo(List.of("close"));
    }
}
