package io.http2duplex.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BuilderTest {
    private final DuplexHandler.Builder builder = DuplexHandler.builder(duplex -> {});

    static Stream<Consumer<DuplexHandler.Builder>> nonsense() {
        Duration negative = Duration.ofMillis(-1);
        Duration lessThanTheWireTells = Duration.ofNanos(999_999);
        return Stream.of(
                options -> options.uploadBufferSize(0),
                options -> options.downloadBufferSize(-1),
                options -> options.maxChunkSize(0),
                options -> options.maxOpenUploads(0),
                options -> options.lingerTimeout(Duration.ZERO),
                options -> options.stallTimeout(negative),
                options -> options.bodyTimeout(Duration.ZERO),
                options -> options.resumeTimeout(negative),
                options -> options.resumeTimeout(lessThanTheWireTells),
                options -> options.heartbeat(negative),
                options -> options.heartbeat(lessThanTheWireTells),
                options -> options.maxDownloadLife(negative),
                options -> options.maxWindow(0),
                options -> options.idleTimeout(negative),
                options -> options.maxLife(negative),
                options -> options.authorizeTimeout(Duration.ZERO),
                options -> options.maxSessions(0),
                options -> options.maxSessionsPerConnection(0),
                options -> options.maxSessionsPerAddress(-1),
                options -> options.maxSessionsPerAccount(0),
                options -> options.maxOpensPerMinute(0),
                options -> options.route(""),
                options -> options.route("n.1"),
                options -> options.route("n".repeat(33)),
                options -> options.memoryBudget(-1),
                options -> options.memoryBudgetShare(0),
                options -> options.memoryBudgetShare(101));
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void anOptionThatMakesNoSenseIsRefused(Consumer<DuplexHandler.Builder> option) {
        assertThatIllegalArgumentException().isThrownBy(() -> option.accept(builder));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "null",
                "app.example.com",
                "https://",
                "https://app.example.com/",
                "HTTPS://app.example.com",
                "https://App.example.com",
                "https://app.example.com:443",
                "http://app.example.com:80",
                "https://*.example.com",
                "https://app.example.com https://b.example.com",
                "https://user@example.com",
                "https://b\u00fccher.example",
                "https://example.com:0",
                "https://example.com:123456",
                "https://example.com?",
                "https://exam\r\nple.com"
            })
    void whatNoBrowserWritesAsAnOriginIsRefused(String origin) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.allowedOrigins(origin))
                .withMessageContaining("https://app.example.com");
    }

    @Test
    void whatBrowsersWriteAsOriginsIsTaken() {
        builder.allowedOrigins(
                "https://app.example.com",
                "http://localhost:8080",
                "https://[::1]:7000",
                "http://10.0.0.1",
                "https://xn--bcher-kva.example",
                "http://example.com:443",
                "capacitor://localhost");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x y", "x:", "x\r\ny", "\u00fc"})
    void whatIsNoNameOfAHeaderFieldIsRefused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> builder.allowedHeaders(name));
    }

    @Test
    void whatMeansNeverIsTaken() {
        try (DuplexHandler handler = builder.resumeTimeout(Duration.ZERO)
                .heartbeat(Duration.ZERO)
                .maxDownloadLife(Duration.ZERO)
                .memoryBudget(0)
                .maxWindow(1)
                .build()) {
            assertThat(handler.sessions()).isZero();
            assertThat(handler.memoryUsed()).isZero();
        }
    }
}
