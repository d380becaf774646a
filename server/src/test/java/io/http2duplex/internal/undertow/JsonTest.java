package io.http2duplex.internal.undertow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    private static String lived(Duration duration) {
        return new String(Json.write(Map.of("lived", duration)), StandardCharsets.UTF_8);
    }

    @Test
    void durationsAreInSeconds() {
        assertThat(lived(Duration.ofMillis(1_500))).isEqualTo("{\"lived\":1.500000000}");
    }

    /** 10,000 sessions have lived for so long together after eleven days. */
    @Test
    void durationsMayHaveMoreNanosecondsThanALongCounts() {
        assertThat(lived(Duration.ofDays(11).multipliedBy(10_000).plusMillis(250)))
                .isEqualTo("{\"lived\":9504000000.250000000}");
    }
}
