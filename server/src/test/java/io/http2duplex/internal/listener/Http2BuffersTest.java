package io.http2duplex.internal.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.certs.TlsContexts;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Http2BuffersTest {
    private static final int LARGE = 100_000;

    private final ByteBuffer nothing = ByteBuffer.allocate(0);
    private final ByteBuffer received = ByteBuffer.allocate(LARGE);

    private static DevelopmentCertificates certificates;

    @BeforeAll
    static void makeCertificates(@TempDir Path directory) {
        certificates = DevelopmentCertificates.in(directory);
    }

    @ParameterizedTest
    @CsvSource({
        "TLSv1.3, TLS_AES_256_GCM_SHA384",
        "TLSv1.3, TLS_AES_128_GCM_SHA256",
        "TLSv1.3, TLS_CHACHA20_POLY1305_SHA256",
        "TLSv1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLSv1.2, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
    })
    void aFrameThatIsWrittenFillsOneTlsRecordAndNoSecond(String protocol, String suites) throws Exception {
        SSLEngine server = engine(certificates.sslContext(), false, protocol, suites);
        SSLEngine client = engine(TlsContexts.trusting(certificates.caCertificate()), true, protocol, suites);
        handshake(client, server);

        ByteBuffer frame = ByteBuffer.allocate(FrameHeads.HEADER_LENGTH + Http2Buffers.WRITE_SIZE);
        ByteBuffer record = ByteBuffer.allocate(LARGE);
        assertThat(server.wrap(frame, record).bytesConsumed()).isEqualTo(frame.capacity());
        assertThat(frame.hasRemaining()).isFalse();
    }

    private static SSLEngine engine(SSLContext context, boolean client, String protocol, String suites) {
        SSLEngine engine = context.createSSLEngine("localhost", 1);
        engine.setUseClientMode(client);
        engine.setEnabledProtocols(new String[] {protocol});
        engine.setEnabledCipherSuites(suites.split(" ", -1));
        return engine;
    }

    private void handshake(SSLEngine client, SSLEngine server) throws SSLException {
        ByteBuffer toServer = ByteBuffer.allocate(LARGE);
        ByteBuffer toClient = ByteBuffer.allocate(LARGE);
        client.beginHandshake();
        server.beginHandshake();
        while (isShaking(client) || isShaking(server)) {
            step(client, toClient, toServer);
            step(server, toServer, toClient);
        }
    }

    private static boolean isShaking(SSLEngine engine) {
        return engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
    }

    private void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> engine.getDelegatedTask().run();
            case NEED_WRAP -> engine.wrap(nothing, out);
            default -> {
                in.flip();
                engine.unwrap(in, received);
                in.compact();
            }
        }
    }
}
