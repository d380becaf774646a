package io.http2duplex.internal.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DownloadMode;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WaysTest {
    private static final URI SERVER = URI.create("https://localhost:1/one");

    private long now;
    private final Ways ways = new Ways(() -> now);

    @Test
    void aWayIsRememberedForTheOriginForTenMinutes() {
        ways.remember(SERVER, DownloadMode.POLLING);
        assertThat(ways.to(URI.create("https://localhost:1/two?three"))).isEqualTo(DownloadMode.POLLING);
        assertThat(ways.to(URI.create("http://localhost:1/one"))).isNull();
        assertThat(ways.to(URI.create("https://localhost:2/one"))).isNull();
        now += TimeUnit.MINUTES.toNanos(10);
        assertThat(ways.to(SERVER)).isEqualTo(DownloadMode.POLLING);
        now++;
        assertThat(ways.to(SERVER)).isNull();
    }

    @Test
    void theOldestOriginsAreForgotten() {
        for (int i = 0; i < 1_500; i++) {
            ways.remember(URI.create("https://localhost:" + (1 + i) + "/"), DownloadMode.TYPED);
        }
        assertThat(ways.to(URI.create("https://localhost:1500/"))).isEqualTo(DownloadMode.TYPED);
        assertThat(ways.to(URI.create("https://localhost:501/"))).isEqualTo(DownloadMode.TYPED);
        assertThat(ways.to(URI.create("https://localhost:500/"))).isNull();
    }
}
