package io.http2duplex.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.client.transport.Transport;
import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.resumable.FrameDecoder;
import io.http2duplex.internal.core.resumable.FrameEncoder;
import io.http2duplex.internal.core.resumable.ViolationException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a duplex costs at its client while nothing is under way, besides what the library takes that sends its requests. */
@Timeout(60)
class IdleDuplexTest {
    private static final int COUNT = 5_000;
    private static final int MAX_BYTES = 4 * 1024;
    private static final URI SERVER = URI.create("https://localhost/duplex");

    @Test
    void anIdleDuplexThatHasCarriedBytesCostsLessThan4KiB() throws Exception {
        DuplexClient client =
                DuplexClient.builder().transport(new EchoTransport()).build();
        List<Duplex> duplexes = new ArrayList<>(COUNT + 1);
        duplexes.add(open(client));
        long before = usedAfterCollection();
        for (int i = 0; i < COUNT; i++) {
            duplexes.add(open(client));
        }
        long each = (usedAfterCollection() - before) / COUNT;

        assertThat(each).as("bytes of heap").isBetween(500L, (long) MAX_BYTES);
        duplexes.forEach(Duplex::reset);
    }

    private static Duplex open(DuplexClient client) throws Exception {
        Duplex duplex = client.connect(SERVER);
        duplex.send(ByteBuffer.wrap(new byte[1000])).toCompletableFuture().get(30, TimeUnit.SECONDS);
        assertThat(duplex.inputStream().readNBytes(1000)).hasSize(1000);
        return duplex;
    }

    private static long usedAfterCollection() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    /** A server without a network, which sends back what it gets. */
    private static final class EchoTransport implements Transport {
        private static final long WINDOW = 65_536;
        /** A heartbeat and a resume timeout of a minute. */
        private static final byte[] HELLO = HexFormat.of().parseHex("07000008" + "0000ea60" + "0000ea60");

        private final Map<String, Receiver> downloads = new ConcurrentHashMap<>();

        @Override
        public Call openDownload(URI uri, Map<String, String> fields, Receiver receiver) {
            String id = "session-" + downloads.size();
            downloads.put(id, receiver);
            receiver.answered(new Head(
                    200,
                    uri,
                    Map.of(HeaderNames.ID, List.of(id), HeaderNames.VERSION, List.of(HeaderNames.DIALECT_2))));
            receiver.bytes(ByteBuffer.wrap(HELLO));
            receiver.bytes(new FrameEncoder().window(0, WINDOW).take());
            return new NoCall();
        }

        @Override
        public Call openUpload(
                URI uri, Map<String, String> fields, Flow.Publisher<ByteBuffer> body, long length, Receiver receiver) {
            body.subscribe(new Echo(Objects.requireNonNull(downloads.get(fields.get(HeaderNames.ID)))));
            return new NoCall();
        }
    }

    /** What a transport has of a request. */
    private static final class NoCall implements Transport.Call {
        @Override
        public void abort() {}

        @Override
        public void abandon() {}
    }

    /** The receiver of one upload, which answers on the download. */
    private static final class Echo implements Flow.Subscriber<ByteBuffer>, FrameDecoder.Handler {
        private final Transport.Receiver download;
        private final FrameDecoder decoder = new FrameDecoder(this);
        private long received;

        Echo(Transport.Receiver download) {
            this.download = download;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ByteBuffer bytes) {
            try {
                decoder.push(bytes);
            } catch (ViolationException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void data(long offset, ByteBuffer bytes) {
            received = offset + bytes.remaining();
            download.bytes(new FrameEncoder()
                    .dataHead(offset, bytes.remaining())
                    .copy(bytes)
                    .window(received, received + EchoTransport.WINDOW)
                    .take());
        }

        @Override
        public void ping(int token) {
            download.bytes(new FrameEncoder().pong(token).take());
        }

        @Override
        public void window(long confirmed, long limit) {}

        @Override
        public void pong(int token) {}

        @Override
        public void end(long offset) {}

        @Override
        public void reset(int number, String reason) {}

        @Override
        public void onError(Throwable thrown) {}

        @Override
        public void onComplete() {}
    }
}
