package io.http2duplex.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import io.http2duplex.client.transport.Transport;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a transport of another library may do. */
@Timeout(60)
class TransportTest {
    private static final URI SERVER = URI.create("https://localhost/duplex");
    /** HELLO, with a heartbeat of 15 and a resume timeout of 30 seconds. */
    private static final byte[] HELLO = {7, 0, 0, 8, 0, 0, 0x3A, (byte) 0x98, 0, 0, 0x75, 0x30};
    /** WINDOW: nothing is confirmed, and 64 KiB may be sent. */
    private static final byte[] WINDOW = {1, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0};

    /** A transport whose requests can't be aborted. */
    private static class Simulated implements Transport {
        final AtomicInteger posts = new AtomicInteger();

        @Override
        public Call openDownload(URI uri, Map<String, String> fields, Receiver receiver) {
            return new Unending();
        }

        @Override
        public Call openUpload(
                URI uri, Map<String, String> fields, Flow.Publisher<ByteBuffer> body, long length, Receiver receiver) {
            posts.incrementAndGet();
            return new Unending();
        }
    }

    private static final class Unending implements Transport.Call {
        @Override
        public void abort() {
            throw new IllegalStateException("of the test");
        }

        @Override
        public void abandon() {
            throw new IllegalStateException("of the test");
        }
    }

    /** One that opens a duplex, and answers no POST. */
    private static final class Opening extends Simulated {
        @Override
        public Call openDownload(URI uri, Map<String, String> fields, Receiver receiver) {
            receiver.answered(new Head(
                    200,
                    uri,
                    Map.of("http2-duplex-id", List.of("A".repeat(32)), "http2-duplex-version", List.of("2"))));
            receiver.bytes(ByteBuffer.allocate(0));
            receiver.bytes(ByteBuffer.wrap(HELLO));
            receiver.bytes(ByteBuffer.allocate(0));
            receiver.bytes(ByteBuffer.wrap(WINDOW));
            return super.openDownload(uri, fields, receiver);
        }
    }

    private static DuplexClient.Builder client(Transport transport) {
        return DuplexClient.builder().transport(transport);
    }

    @Test
    void piecesOfAResponseMayBeEmpty() throws Exception {
        Duplex duplex = client(new Opening()).build().connect(SERVER);
        assertThat(duplex.id()).isEqualTo("A".repeat(32));
        duplex.reset();
    }

    @Test
    void aRequestThatCannotBeAbortedKeepsNoOtherFromBeingSent() throws Exception {
        Opening transport = new Opening();
        Duplex duplex = client(transport).streaming(false).build().connect(SERVER);
        duplex.outputStream().write('x');
        int before = transport.posts.get();
        assertThat(before).isPositive();
        duplex.reset(); // aborts that POST
        assertThat(transport.posts.get()).as("the RESET is sent").isEqualTo(before + 1);
    }

    @Test
    void anOpeningWhoseRequestCannotBeAbortedFailsAtItsTime() {
        DuplexException failure = catchThrowableOfType(
                DuplexException.class,
                () -> client(new Simulated())
                        .openTimeout(Duration.ofMillis(100))
                        .build()
                        .connect(SERVER));
        assertThat(failure.code()).isEqualTo(ErrorCode.TIMED_OUT);
    }
}
