package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.http2duplex.server.DuplexServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loaders of TLS contexts that fail: a server never falls back to clear text, and never ceases to try. */
class TlsLoaderTest {
    @SuppressWarnings("NullAway") // an application that is not checked may give null
    private static SSLContext none() {
        return null;
    }

    @Test
    void aServerWhoseLoaderGivesNoContextDoesNotStart() {
        try (DuplexServer server =
                DuplexServer.builder().tls(TlsLoaderTest::none).build()) {
            assertThatIllegalStateException().isThrownBy(server::start).withMessageContaining("gave null");
            assertThatIllegalStateException().as("it does not listen").isThrownBy(server::port);
        }
    }

    @Test
    void anErrorWhenAFileHasChangedIsLoggedAndTheNextTryUsed(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("chain.pem"), "1");
        class Loader implements Supplier<SSLContext> {
            private volatile int calls;

            @Override
            public synchronized SSLContext get() {
                calls++;
                return switch (calls) {
                    case 2 -> throw new NoClassDefFoundError("some/Provider");
                    case 3 -> none();
                    default -> TestServer.tls();
                };
            }
        }
        Loader loader = new Loader();
        try (ServerLog log = new ServerLog();
                DuplexServer server = DuplexServer.builder()
                        .tls(loader, file)
                        .tlsReloadInterval(Duration.ofMillis(10))
                        .handle("/", Bodies::answer)
                        .build()) {
            server.start();
            Files.writeString(file, "22");
            Await.until("it was tried until it succeeded", () -> loader.calls == 4);
            assertThat(log.warnings()).singleElement().asString().contains("some/Provider", "cannot be loaded again");
            try (Http2Client client = Http2Client.over(Sockets.open(server.port(), TestServer.trust(), "h2"), "/")) {
                assertThat(client.send("GET", false).status()).isEqualTo(200);
            }
        }
    }
}
