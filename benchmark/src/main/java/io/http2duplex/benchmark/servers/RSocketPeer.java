package io.http2duplex.benchmark.servers;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.rsocket.Payload;
import io.rsocket.SocketAcceptor;
import io.rsocket.core.RSocketServer;
import io.rsocket.core.Resume;
import io.rsocket.transport.netty.server.TcpServerTransport;
import io.rsocket.util.DefaultPayload;
import javax.net.ssl.SSLContext;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.netty.tcp.TcpServer;

/** RSocket over TCP with TLS, with resumption as it is by default: channels that transfer. */
final class RSocketPeer {
    private RSocketPeer() {}

    /** {@return the port, when it is started} */
    static int start(SSLContext context) {
        SslContext tls = new JdkSslContext(
                context, false, null, IdentityCipherSuiteFilter.INSTANCE, null, ClientAuth.NONE, null, false);
        TcpServer server = TcpServer.create().host("localhost").port(0).secure(spec -> spec.sslContext(tls));
        return RSocketServer.create(SocketAcceptor.forRequestChannel(RSocketPeer::transfer))
                .resume(new Resume())
                .bindNow(TcpServerTransport.create(server))
                .address()
                .getPort();
    }

    private static Flux<Payload> transfer(Publisher<Payload> payloads) {
        return Flux.create(
                sink -> {
                    Transfer transfer = new Transfer();
                    sink.onRequest(more -> send(transfer, sink));
                    sink.onDispose(Flux.from(payloads)
                            .subscribe(
                                    payload -> {
                                        take(transfer, payload);
                                        send(transfer, sink);
                                    },
                                    sink::error));
                },
                FluxSink.OverflowStrategy.ERROR);
    }

    private static void take(Transfer transfer, Payload payload) {
        synchronized (transfer) {
            transfer.take(payload.getData());
        }
        payload.release();
    }

    private static void send(Transfer transfer, FluxSink<Payload> sink) {
        synchronized (transfer) {
            while (sink.requestedFromDownstream() > 0 && transfer.hasNext()) {
                sink.next(DefaultPayload.create(transfer.next()));
            }
        }
    }
}
