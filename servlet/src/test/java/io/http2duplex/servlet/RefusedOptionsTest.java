package io.http2duplex.servlet;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class RefusedOptionsTest {
    @Test
    void aServletServesNoDuplexesOfOneRequest() {
        assertRefused(DuplexServlet.builder(duplex -> {}).oneRequest(true), "oneRequest");
    }

    @Test
    void aServletServesNoWebSockets() {
        assertRefused(DuplexServlet.builder(duplex -> {}).webSocket(true), "webSocket");
    }

    private static void assertRefused(DuplexServlet.Builder builder, String option) {
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(option);
        assertThatThrownBy(() -> new DuplexServlet(builder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(option);
    }
}
