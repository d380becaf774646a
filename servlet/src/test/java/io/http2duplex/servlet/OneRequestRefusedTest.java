package io.http2duplex.servlet;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class OneRequestRefusedTest {
    @Test
    void aServletServesNoDuplexesOfOneRequest() {
        DuplexServlet.Builder builder = DuplexServlet.builder(duplex -> {}).oneRequest(true);
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("oneRequest");
    }
}
