package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.server.DuplexServer;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files from the class path. */
class StaticFilesTest {
    @ParameterizedTest
    @ValueSource(strings = {"h2", "http/1.1"})
    void clientsThatGoInTheMiddleOfAFileCostNoLineInTheLog(String protocol, @TempDir Path folder) throws Exception {
        Files.createDirectory(folder.resolve("page"));
        Files.write(folder.resolve("page/large.txt"), new byte[2_000_000]);
        try (URLClassLoader files = new URLClassLoader(new URL[] {folder.toUri().toURL()}, null);
                ServerLog log = new ServerLog();
                DuplexServer server = DuplexServer.builder()
                        .resources(files, "page")
                        .maxConnectionsPerAddress(1000)
                        .build()) {
            server.start();
            for (int i = 0; i < 40; i++) {
                leave(Sockets.open(server.port(), null, protocol), protocol);
            }
            Await.until("all connections are closed", () -> server.statistics().connections() == 0);

            assertThat(log.warnings()).isEmpty();
        }
    }

    private static void leave(Sockets sockets, String protocol) throws IOException {
        if (protocol.equals("h2")) {
            Http2Client client = Http2Client.over(sockets, "/large.txt", 1_000_000);
            client.send("GET", false).status();
        } else {
            sockets.top()
                    .getOutputStream()
                    .write("GET /large.txt HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            sockets.top().getInputStream().read();
        }
        sockets.kill();
    }
}
