package io.http2duplex.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xnio.ChannelListeners;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.ConduitStreamSinkChannel;
import org.xnio.conduits.StreamSinkConduit;

/**
 * What Undertow does to a download, in rare moments, when it is stopped before the handler is: it calls a listener on a
 * thread of its own, before the channel shows that it is lost, and then not again.
 */
class StoppingServerTest {
    private final CompletableFuture<HttpServerExchange> opened = new CompletableFuture<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    private TestServer server() {
        return TestServer.behind(duplexes -> exchange -> {
            exchange.addResponseWrapper((factory, wrapped) -> new ClosedInSilence(factory.create(), closed));
            opened.complete(exchange);
            duplexes.handleRequest(exchange);
        });
    }

    @ParameterizedTest
    @EnumSource
    void aListenerThatIsCalledOnAnotherThreadEndsTheDuplex(Transport transport) throws IOException {
        try (TestServer server = server();
                Client client = Client.connect(transport, server)) {
            client.open();
            Duplex duplex = server.duplex();
            callListener(Await.result(opened));
            assertLost(duplex);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFlushOfAClosedChannelEndsTheDuplexThoughItSucceeds(Transport transport) throws IOException {
        try (TestServer server = server();
                Client client = Client.connect(transport, server)) {
            client.open();
            Duplex duplex = server.duplex();
            closed.set(true);
            HttpServerExchange exchange = Await.result(opened);
            exchange.getIoThread().execute(() -> callListener(exchange));
            assertLost(duplex);
        }
    }

    private static void callListener(HttpServerExchange exchange) {
        ConduitStreamSinkChannel channel = Connectors.getConduitSinkChannel(exchange);
        ChannelListeners.invokeChannelListener(channel, channel.getWriteListener());
    }

    private static void assertLost(Duplex duplex) {
        assertThat(Await.failure(duplex.closed()))
                .isInstanceOfSatisfying(
                        DuplexException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONNECTION_LOST));
    }

    /** Once closed, it claims that whatever it is asked to flush has gone out, as Undertow's channels do. */
    private static final class ClosedInSilence extends AbstractStreamSinkConduit<StreamSinkConduit> {
        private final AtomicBoolean closed;

        ClosedInSilence(StreamSinkConduit next, AtomicBoolean closed) {
            super(next);
            this.closed = closed;
        }

        @Override
        public boolean flush() throws IOException {
            return closed.get() || super.flush();
        }

        @Override
        public boolean isWriteShutdown() {
            return closed.get() || super.isWriteShutdown();
        }
    }
}
