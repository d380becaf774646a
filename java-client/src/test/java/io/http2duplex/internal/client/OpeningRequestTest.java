package io.http2duplex.internal.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OpeningRequestTest {
    @Test
    void theHostHasThePortIfThereIsOneAndNeverAPassword() {
        assertThat(new OpeningRequest(URI.create("https://user:secret@example.com:8443/a"), Map.of()).host())
                .isEqualTo("example.com:8443");
        assertThat(new OpeningRequest(URI.create("https://example.com/a"), Map.of()).host())
                .isEqualTo("example.com");
        assertThat(new OpeningRequest(URI.create("http://[::1]:7000/a"), Map.of()).host())
                .isEqualTo("[::1]:7000");
    }
}
