package io.http2duplex.client;

import static io.http2duplex.client.TestServer.ECHO;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.client.transport.Transport;
import io.http2duplex.internal.client.JdkTransport;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A connection on which GETs work and POSTs are held for ever, as one whose window for uploads is used up: a proxy may not
 * replenish it for the unread bytes of streams that were broken off.
 */
@Timeout(20)
class HeldPostsTest {
    @Test
    void uploadsGoOnOverAnotherConnection() throws Exception {
        try (TestServer server =
                TestServer.start(ECHO, options -> options.heartbeat(Duration.ofMillis(300)), 0, true)) {
            Duplex duplex = DuplexClient.builder()
                    .transport(new HoldingTransport())
                    .build()
                    .connect(server.uri());
            duplex.outputStream().write('x');
            assertThat(duplex.inputStream().read()).isEqualTo('x');
            duplex.end();
            assertThat(duplex.inputStream().read()).isEqualTo(-1);
        }
    }

    /** Its first connection passes no POST, until a request is abandoned. */
    private static final class HoldingTransport implements Transport {
        private final Transport real = new JdkTransport(TestServer::http, 100);
        private volatile boolean holds = true;

        @Override
        public Call openDownload(URI uri, Map<String, String> fields, Receiver receiver) {
            return real.openDownload(uri, fields, receiver);
        }

        @Override
        public Call openUpload(
                URI uri, Map<String, String> fields, Flow.Publisher<ByteBuffer> body, long length, Receiver receiver) {
            return holds ? new Held() : real.openUpload(uri, fields, body, length, receiver);
        }

        private final class Held implements Call {
            @Override
            public void abort() {
                // Another request on the connection fares no better.
            }

            @Override
            public void abandon() {
                holds = false;
            }
        }
    }
}
