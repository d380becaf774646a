package io.http2duplex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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
                options -> options.resumeTimeout(negative),
                options -> options.resumeTimeout(lessThanTheWireTells),
                options -> options.heartbeat(negative),
                options -> options.heartbeat(lessThanTheWireTells),
                options -> options.maxDownloadLife(negative),
                options -> options.maxWindow(0),
                options -> options.maxSessions(0),
                options -> options.maxSessionsPerConnection(0),
                options -> options.maxSessionsPerAddress(-1),
                options -> options.maxSessionsPerAccount(0),
                options -> options.maxOpensPerMinute(0),
                options -> options.memoryBudget(-1));
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void anOptionThatMakesNoSenseIsRefused(Consumer<DuplexHandler.Builder> option) {
        assertThatIllegalArgumentException().isThrownBy(() -> option.accept(builder));
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
