package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.certs.TlsContexts;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.Provider;
import java.security.Security;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.conscrypt.Conscrypt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS by Conscrypt (BoringSSL) in place of the JDK's. */
class ConscryptTest {
    private final DuplexServer server = start();

    /** As an application does it, except for the end: an application lets the provider stay. */
    private static SSLContext tls() {
        SSLContext others = TestServer.trust(); // made first: what clients use must be the JDK's
        assertThat(others.getProvider().getName()).isEqualTo("SunJSSE");
        Provider conscrypt = Conscrypt.newProvider();
        Security.insertProviderAt(conscrypt, 1);
        try {
            return TlsContexts.fromPem(
                    TestServer.certificates().certificateChain(),
                    TestServer.certificates().privateKey());
        } finally {
            Security.removeProvider(conscrypt.getName());
        }
    }

    private static DuplexServer start() {
        SSLContext tls = tls();
        assertThat(tls.getProvider().getName()).isEqualTo("Conscrypt");
        DuplexServer server = DuplexServer.builder()
                .tls(tls)
                .handle(
                        "/echo",
                        DuplexHandler.builder(duplex -> duplex.input().subscribe(duplex.output()))
                                .build())
                .handle("/", new Bodies())
                .build();
        server.start();
        return server;
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3 TLSv1.2"})
    void aClientOfTheJdkGetsHttp2(String versions) throws Exception {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(versions.split(" ", -1));
        HttpClient client = HttpClient.newBuilder()
                .sslContext(TestServer.trust())
                .sslParameters(parameters)
                .build();
        HttpRequest request = HttpRequest.newBuilder(URI.create("https://localhost:" + server.port() + "/"))
                .build();

        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());

        assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.sslSession().orElseThrow().getProtocol())
                .isEqualTo(parameters.getProtocols()[0]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "http/1.1", ""})
    void theProtocolIsNegotiated(String offered) throws Exception {
        try (SSLSocket socket = (SSLSocket)
                TestServer.trust().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), server.port())) {
            SSLParameters parameters = socket.getSSLParameters();
            if (!offered.isEmpty()) {
                parameters.setApplicationProtocols(new String[] {offered});
            }
            socket.setSSLParameters(parameters);
            socket.startHandshake();

            assertThat(socket.getApplicationProtocol()).isEqualTo(offered);
        }
    }

    @Test
    void aDuplexCarriesBytesBothWays() throws Exception {
        byte[] bytes = new byte[3_000_000];
        new Random(1).nextBytes(bytes);
        try (Http2Client client = Http2Client.over(Sockets.open(server.port(), TestServer.trust(), "h2"), "/echo")) {
            Resumable duplex = Resumable.open(client);
            duplex.write(bytes);
            assertThat(duplex.read(bytes.length)).isEqualTo(bytes);
        }
    }
}
