package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.server.DuplexHandler;
import java.io.IOException;
import java.util.function.UnaryOperator;

/** Servers that allow WebSockets, and duplexes that have moved to one. */
final class WebSocketServers {
    private WebSocketServers() {}

    /** The listeners that there are. */
    enum Listener {
        OWN,
        STOCK;

        TestServer echo(UnaryOperator<DuplexHandler.Builder> options) {
            return TestServer.start(
                    TestServer::echo,
                    builder -> options.apply(builder.webSocket(true)),
                    this == OWN ? Listeners::own : Listeners::stock);
        }
    }

    static TestServer echo() {
        return Listener.OWN.echo(options -> options);
    }

    static TestServer idle(UnaryOperator<DuplexHandler.Builder> options) {
        return TestServer.start(TestServer::idle, builder -> options.apply(builder.webSocket(true)), Listeners::own);
    }

    static Client http2(TestServer server) throws IOException {
        return Client.connect(Transport.HTTP2_CLEAR, server);
    }

    static WebSocketClient socket(TestServer server) throws IOException {
        return WebSocketClient.open(server, false);
    }

    /** {@return a duplex of its own on that socket} */
    static Resumable moved(Client client, WebSocketClient socket) throws IOException {
        Resumable resumable = Resumable.open(client);
        resumable.move(socket);
        return resumable;
    }

    static void assertEchoes(Resumable resumable, int count) throws IOException {
        resumable.write(bytes(count));
        assertThat(resumable.read(count)).isEqualTo(bytes(count));
    }
}
