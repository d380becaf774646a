package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.http2duplex.server.DuplexServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which protocol a client's handshake chooses. */
class TlsListenerTest {
    private static final DuplexServer SERVER = start();

    private static DuplexServer start() {
        DuplexServer server = DuplexServer.builder()
                .tls(TestServer.tls())
                .handle(
                        "/",
                        exchange -> exchange.getResponseSender()
                                .send(exchange.getProtocol().toString()))
                .build();
        server.start();
        return server;
    }

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    private static SSLSocket connect(List<String> versions, List<String> offered, String... suites) throws IOException {
        SSLSocket socket = (SSLSocket)
                TestServer.trust().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), SERVER.port());
        socket.setSoTimeout((int) Await.LIMIT.toMillis());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(versions.toArray(String[]::new));
        parameters.setApplicationProtocols(offered.toArray(String[]::new));
        if (suites.length > 0) {
            parameters.setCipherSuites(suites);
        }
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static String http1(SSLSocket socket) throws IOException {
        socket.getOutputStream()
                .write("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3, h2", "TLSv1.3, http/1.1 h2", "TLSv1.2, h2", "TLSv1.2 TLSv1.3, h2 http/1.1"})
    void whoOffersHttp2HasIt(String versions, String offered) throws IOException {
        try (SSLSocket socket = connect(List.of(versions.split(" ")), List.of(offered.split(" ")))) {
            socket.startHandshake();
            assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
            try (Http2Client client = Http2Client.over(new Sockets(socket, socket), "/")) {
                assertThat(client.send("GET", false).readToEnd()).asString().isEqualTo("HTTP/2.0");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3, http/1.1", "TLSv1.3, ''", "TLSv1.2, http/1.1 spdy/3", "TLSv1.2 TLSv1.3, ''"})
    void whoDoesNotHasHttp1(String versions, String offered) throws IOException {
        List<String> protocols = offered.isEmpty() ? List.of() : List.of(offered.split(" "));
        try (SSLSocket socket = connect(List.of(versions.split(" ")), protocols)) {
            assertThat(http1(socket)).startsWith("HTTP/1.1 200 ").endsWith("HTTP/1.1");
        }
    }

    /** With TLS 1.3 the alert is behind the server's hello, and Undertow may close or reset the connection before it. */
    @ParameterizedTest
    @CsvSource({"TLSv1.2, no_application_protocol", "TLSv1.3, ''"})
    void theHandshakeFailsWithWhoOffersNeither(String version, String message) throws IOException {
        try (SSLSocket socket = connect(List.of(version), List.of("spdy/3"))) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(socket::startHandshake)
                    .withMessageContaining(message)
                    .isNotInstanceOf(SocketTimeoutException.class);
        }
    }

    /** RFC 9113, appendix A. */
    @Test
    void aSuiteThatHttp2ForbidsMakesItHttp1() throws IOException {
        String forbidden = "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256";
        try (SSLSocket socket = connect(List.of("TLSv1.2"), List.of("h2", "http/1.1"), forbidden)) {
            assertThat(http1(socket)).startsWith("HTTP/1.1 200 ").endsWith("HTTP/1.1");
            assertThat(socket.getSession().getCipherSuite()).isEqualTo(forbidden);
        }
    }
}
