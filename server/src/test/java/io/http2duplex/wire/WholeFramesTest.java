package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/** How the bytes of an upload come to the application. */
class WholeFramesTest {
    /** Of which the JDK makes one TLS record, with the header of the frame. */
    private static final int FRAME_SIZE = 16_358;

    private final List<Integer> sizes = new CopyOnWriteArrayList<>();

    @Test
    void aFrameThatFillsATlsRecordComesInOnePiece() throws IOException {
        try (DuplexServer server = DuplexServer.builder()
                .tls(TestServer.tls())
                .handle("/", DuplexHandler.builder(this::tellSizes).build())
                .build()) {
            server.start();
            try (Http2Client client = Http2Client.over(Sockets.open(server.port(), TestServer.trust(), "h2"), "/")) {
                String id = client.open().id();
                for (int i = 1; i <= 20; i++) {
                    int count = i;
                    assertThat(client.post(id, new byte[FRAME_SIZE]).status()).isEqualTo(200);
                    Await.until("the application has it", () -> sizes.size() >= count);
                }
                assertThat(sizes).hasSize(20).containsOnly(FRAME_SIZE);
            }
        }
    }

    private void tellSizes(Duplex duplex) {
        duplex.input().subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(ByteBuffer bytes) {
                sizes.add(bytes.remaining());
            }

            @Override
            public void onError(Throwable failure) {
                // the duplex goes with the server
            }

            @Override
            public void onComplete() {
                // the client does not end
            }
        });
    }
}
