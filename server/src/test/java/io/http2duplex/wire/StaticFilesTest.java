package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.server.DuplexServer;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files from the class path. */
@Timeout(60)
class StaticFilesTest {
    /** Safari asks for the first two bytes of a video, then for the rest in parts. */
    @ParameterizedTest
    @ValueSource(strings = {"h2", "http/1.1"})
    void aPartOfAFileHasAsManyBytesAsWereAskedFor(String protocol, @TempDir Path folder) throws Exception {
        Files.createDirectory(folder.resolve("page"));
        byte[] content = new byte[100_000];
        new Random(1).nextBytes(content);
        Files.write(folder.resolve("page/film.bin"), content);
        try (URLClassLoader files = new URLClassLoader(new URL[] {folder.toUri().toURL()}, null);
                ServerLog log = new ServerLog();
                DuplexServer server =
                        DuplexServer.builder().resources(files, "page").build()) {
            server.start();
            try (Client client = protocol.equals("h2")
                    ? Http2Client.over(Sockets.open(server.port(), null, "h2"), "/film.bin")
                    : new Http1Client(server.port(), null, "/film.bin")) {
                for (int[] part : new int[][] {{0, 1}, {5, 5}, {1, 1_024}, {3_000, 70_000}, {99_999, 99_999}}) {
                    Request get = client.send("GET", false, "range", "bytes=" + part[0] + "-" + part[1]);
                    assertThat(get.status()).isEqualTo(206);
                    assertThat(get.readToEnd()).isEqualTo(Arrays.copyOfRange(content, part[0], part[1] + 1));
                }
                Request rest = client.send("GET", false, "range", "bytes=100-");
                assertThat(rest.readToEnd()).isEqualTo(Arrays.copyOfRange(content, 100, content.length));
                Request end = client.send("GET", false, "range", "bytes=-7");
                assertThat(end.readToEnd()).isEqualTo(Arrays.copyOfRange(content, 99_993, content.length));
                assertThat(client.send("GET", false, "range", "bytes=100000-").status())
                        .isEqualTo(416);
            }
            assertThat(log.warnings()).isEmpty();
        }
    }

    /** Over HTTP/1.1 a part with too many bytes costs the connection. */
    @Test
    void aConnectionGoesOnAfterAPartOfAFile(@TempDir Path folder) throws Exception {
        Files.createDirectory(folder.resolve("page"));
        Files.write(folder.resolve("page/film.bin"), new byte[50_000]);
        try (URLClassLoader files = new URLClassLoader(new URL[] {folder.toUri().toURL()}, null);
                DuplexServer server =
                        DuplexServer.builder().resources(files, "page").build()) {
            server.start();
            Sockets sockets = Sockets.open(server.port(), null, "http/1.1");
            String get = "GET /film.bin HTTP/1.1\r\nhost: a\r\nrange: bytes=0-9\r\n\r\n";
            String last = get.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
            sockets.top().getOutputStream().write((get + get + last).getBytes(StandardCharsets.US_ASCII));
            String answers = new String(sockets.top().getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answers.split("HTTP/1.1 206 ", -1)).hasSize(4);
        }
    }

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
