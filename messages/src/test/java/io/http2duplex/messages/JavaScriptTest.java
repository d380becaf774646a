package io.http2duplex.messages;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The client's {@code messages} in Node.js, which the build needs anyway, and a real server. */
@Timeout(120)
class JavaScriptTest {
    @Test
    void aPageAndAServerExchangeJson(@TempDir Path directory) throws Exception {
        DevelopmentCertificates certificates = DevelopmentCertificates.in(directory);
        DuplexHandler echo = DuplexHandler.builder(duplex -> {
                    try (Messages<Object, Object> messages =
                            Messages.over(duplex, JsonMapper.shared(), Object.class, Object.class)) {
                        for (Object message : messages) {
                            messages.send(message);
                        }
                    }
                })
                .build();
        DuplexServer server = DuplexServer.builder()
                .tls(certificates.sslContext())
                .handle("/echo", echo)
                .build();
        server.start();
        try {
            ProcessBuilder node = new ProcessBuilder(
                            "node", "src/test/js/peer.mjs", "https://localhost:" + server.port() + "/echo")
                    .redirectErrorStream(true);
            node.environment()
                    .put("NODE_EXTRA_CA_CERTS", certificates.caCertificate().toString());
            Process peer = node.start();
            try {
                String output = new String(peer.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(peer.waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(peer.exitValue()).as(output).isZero();
            } finally {
                peer.destroyForcibly();
            }
        } finally {
            server.close();
        }
    }
}
