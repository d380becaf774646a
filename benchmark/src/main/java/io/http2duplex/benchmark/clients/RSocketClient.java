package io.http2duplex.benchmark.clients;

import static java.util.Objects.requireNonNull;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.core.RSocketConnector;
import io.rsocket.core.Resume;
import io.rsocket.transport.netty.client.TcpClientTransport;
import io.rsocket.util.DefaultPayload;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import reactor.core.publisher.Flux;
import reactor.netty.tcp.TcpClient;

/** RSocket's Java client over TCP with TLS, in this process, with resumption as it is by default. */
final class RSocketClient implements TransferClient {
    private static final int CHUNK = 65_536;
    private static final int COUNT_LENGTH = 20;
    /** How many payloads may be under way in each direction, of {@value #CHUNK} bytes each. */
    private static final int PREFETCH = 256;

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final RSocket socket;

    RSocketClient(SSLContext context, int port) {
        SslContext tls = new JdkSslContext(
                context, true, null, IdentityCipherSuiteFilter.INSTANCE, null, ClientAuth.NONE, null, false);
        TcpClient tcp = TcpClient.create().host("localhost").port(port).secure(spec -> spec.sslContext(tls));
        socket = requireNonNull(RSocketConnector.create()
                .resume(new Resume())
                .connect(TcpClientTransport.create(tcp))
                .block(PATIENCE));
    }

    @Override
    public double transfer(long down, long up) {
        Payload head = DefaultPayload.create(down + " " + up + "\n");
        byte[] zeros = new byte[CHUNK];
        Flux<Payload> chunks = Flux.generate(() -> up, (left, sink) -> {
            int size = (int) Math.min(CHUNK, left);
            if (size == 0) {
                // The channel stays open until the server has counted all.
                sink.complete();
            } else {
                sink.next(DefaultPayload.create(ByteBuffer.wrap(zeros, 0, size)));
            }
            return left - size;
        });
        long before = System.nanoTime();
        StringBuilder count = new StringBuilder();
        long[] received = {0};
        socket.requestChannel(Flux.concat(Flux.just(head), chunks, Flux.never()))
                .limitRate(PREFETCH)
                .doOnNext(payload -> {
                    ByteBuffer bytes = payload.getData();
                    int data = (int) Math.min(bytes.remaining(), down - received[0]);
                    received[0] += data;
                    bytes.position(bytes.position() + data);
                    count.append(StandardCharsets.US_ASCII.decode(bytes));
                    payload.release();
                })
                .takeUntil(payload -> count.length() == COUNT_LENGTH)
                .blockLast(PATIENCE);
        double seconds = (System.nanoTime() - before) / 1e9;
        if (!count.toString().strip().equals(Long.toString(up))) {
            throw new IllegalStateException("Of " + up + " bytes the server has counted " + count);
        }
        return seconds;
    }

    @Override
    public void close() {
        socket.dispose();
    }
}
