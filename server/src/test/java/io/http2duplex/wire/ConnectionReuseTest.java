package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.http2duplex.Duplex;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection serves what comes after a duplex; and clients other than the tests' own are content. */
class ConnectionReuseTest {
    /** The next request may come while the download before it still goes on: it waits for its turn. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anHttp1ConnectionServesTheNextRequestAfterADownload(boolean pipelined) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port(false))) {
            socket.setSoTimeout((int) Await.LIMIT.toMillis());
            OutputStream out = socket.getOutputStream();
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            byte[] get = "GET /duplex HTTP/1.1\r\nhost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            byte[] options = "OPTIONS /duplex HTTP/1.1\r\nhost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 3; i++) {
                out.write(get);
                assertThat(in.readLine()).isEqualTo("HTTP/1.1 200 OK");
                Duplex duplex = server.duplex();
                if (pipelined) {
                    out.write(options, 0, 10);
                }
                Await.result(duplex.end());
                out.write(options, pipelined ? 10 : 0, options.length - (pipelined ? 10 : 0));
                assertThat(in.lines().anyMatch("0"::equals))
                        .as("the download's last chunk")
                        .isTrue();
                assertThat(in.readLine()).isEmpty();
                assertThat(in.readLine()).isEqualTo("HTTP/1.1 200 OK");
                assertThat(in.lines().anyMatch(String::isEmpty)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyDuplexesOneAfterTheOtherLogNothing(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                ServerLog log = new ServerLog();
                Client client = Client.connect(transport, server)) {
            for (int i = 0; i < 100; i++) {
                Request download = client.open();
                client.post(download.id(), bytes(i)).status();
                assertThat(download.read(i)).isEqualTo(bytes(i));
                if (i % 3 == 0) {
                    client.end(download.id()).status();
                    download.readToEnd();
                } else if (i % 3 == 1) {
                    client.destroy(download.id()).status();
                } else {
                    download.cut();
                }
            }
            server.awaitNoSessions();
            assertThat(log.warnings()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--http1.1", "--http2-prior-knowledge"})
    void curlUploadsThreeMebibytesThatItAsksAboutFirst(String version) throws Exception {
        int size = 3 * 1024 * 1024;
        try (TestServer server = TestServer.start(duplex -> {
                    duplex.inputStream().transferTo(OutputStream.nullOutputStream());
                });
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            String id = client.open().id();
            assertThat(curl(server, version, id, size)).isEqualTo("200");
            assertThat(curl(server, version, "x".repeat(32), size)).isEqualTo("404");
            assertThat(client.end(id).status()).isEqualTo(200);
        }
    }

    private static String curl(TestServer server, String version, String id, int size) throws Exception {
        Process curl = new ProcessBuilder(
                        "curl",
                        "-sS",
                        version,
                        "-X",
                        "POST",
                        "--data-binary",
                        "@-",
                        "-o",
                        "/dev/null",
                        "-w",
                        "%{http_code}",
                        "-H",
                        "http2-duplex-id: " + id,
                        "-H",
                        "expect: 100-continue",
                        "http://localhost:" + server.port(false) + "/duplex")
                .redirectErrorStream(true)
                .start();
        try (OutputStream body = curl.getOutputStream()) {
            body.write(bytes(size));
        }
        String printed = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(curl.waitFor(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return printed;
    }

    /** The JDK's client opens a clear HTTP/2 connection by an upgrade of its first request. */
    @Test
    void theFirstRequestOfAnUpgradedConnectionMayBeADownload() throws Exception {
        try (TestServer server = TestServer.start(TestServer::idle)) {
            var request = HttpRequest.newBuilder(URI.create("http://localhost:" + server.port(false) + "/duplex"))
                    .version(HttpClient.Version.HTTP_2)
                    .build();
            var response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofInputStream());
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            Duplex duplex = server.duplex();
            duplex.send(ByteBuffer.wrap(bytes(10)));
            assertThat(response.body().readNBytes(11)).hasSize(11);
            duplex.reset();
            assertThatThrownBy(() -> response.body().readAllBytes()).isInstanceOf(IOException.class);
            server.awaitNoSessions();
        }
    }
}
