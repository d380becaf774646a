package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.undertow.server.HttpHandler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Downloads on connections that end with them: a download that was cut must not look like one that has ended. */
class ConnectionCloseTest {
    static Stream<Function<HttpHandler, Listeners>> servers() {
        return Stream.of(Listeners::own, Listeners::stock);
    }

    private static Sockets get(TestServer server, String version, String... headers) throws IOException {
        Sockets sockets = Sockets.open(server.port(false), null, "http/1.1");
        sockets.top().setSoTimeout((int) Await.LIMIT.toMillis());
        String head = "GET /duplex " + version + "\r\nhost: localhost\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
        sockets.top().getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        return sockets;
    }

    private static String readAll(Sockets sockets) throws IOException {
        try (InputStream in = sockets.top().getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aDuplexThatIsResetIsCutInTheMiddleOfItsChunks(Function<HttpHandler, Listeners> listening) throws Exception {
        try (TestServer server = TestServer.start(TestServer::idle, options -> options, listening)) {
            Sockets sockets = get(server, "HTTP/1.1", "connection: close");
            Duplex duplex = server.duplex();
            Await.result(duplex.send(ByteBuffer.wrap("abc".getBytes(StandardCharsets.US_ASCII))));
            StringBuilder all = new StringBuilder();
            InputStream in = sockets.top().getInputStream();
            while (!all.toString().contains("abc")) {
                all.append((char) in.read());
            }
            duplex.reset(300, "enough");
            all.append(readAll(sockets));
            assertThat(all.toString().toLowerCase(Locale.ROOT)).contains("transfer-encoding: chunked");
            assertThat(all.toString()).doesNotContain("\r\n0\r\n");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aDuplexThatEndsHasItsLastChunk(Function<HttpHandler, Listeners> listening) throws Exception {
        try (TestServer server = TestServer.start(TestServer::idle, options -> options, listening)) {
            Sockets sockets = get(server, "HTTP/1.1", "connection: close");
            server.duplex().outputStream().close();
            assertThat(readAll(sockets)).endsWith("\r\n0\r\n\r\n");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void dialect1OverHttp10IsRefused(Function<HttpHandler, Listeners> listening) throws Exception {
        try (TestServer server = TestServer.start(TestServer::idle, options -> options, listening)) {
            String answer = readAll(get(server, "HTTP/1.0"));
            assertThat(answer).contains(" 400 ").contains("HTTP/1.0").contains("application/problem+json");
            assertThat(server.handler().sessions()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void dialect2OverHttp10OpensSinceItsFramesTellTheEnd(Function<HttpHandler, Listeners> listening) throws Exception {
        try (TestServer server = TestServer.start(TestServer::idle, options -> options, listening)) {
            Sockets sockets = get(server, "HTTP/1.0", "http2-duplex-version: 2", "http2-duplex-limit: 1000");
            BufferedReader in = new BufferedReader(
                    new InputStreamReader(sockets.top().getInputStream(), StandardCharsets.ISO_8859_1));
            assertThat(in.readLine()).contains(" 200 ");
            sockets.kill();
        }
    }
}
