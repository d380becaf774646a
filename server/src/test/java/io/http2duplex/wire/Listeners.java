package io.http2duplex.wire;

import io.http2duplex.server.DuplexServer;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import java.net.InetSocketAddress;

/** Two free ports, and a handler for what comes there: one port has TLS, the other is in clear text. */
public interface Listeners {
    /** Returns when requests are no longer taken. Stopping twice does no harm. */
    void stop();

    int port(boolean tls);

    /** Listeners of the project's own server, started. */
    static Listeners own(HttpHandler handler) {
        DuplexServer secure = DuplexServer.builder()
                .tls(TestServer.tls())
                .handle("/", handler)
                .build();
        DuplexServer clear = DuplexServer.builder().handle("/", handler).build();
        secure.start();
        clear.start();
        return new Listeners() {
            @Override
            public void stop() {
                secure.close();
                clear.close();
            }

            @Override
            public int port(boolean tls) {
                return (tls ? secure : clear).port();
            }
        };
    }

    /** Listeners of a stock Undertow, started. */
    static Listeners stock(HttpHandler handler) {
        Undertow undertow = Undertow.builder()
                .addHttpsListener(0, "localhost", TestServer.tls())
                .addHttpListener(0, "localhost")
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setIoThreads(2)
                .setWorkerThreads(8)
                .setHandler(handler)
                .build();
        undertow.start();
        return new Listeners() {
            @Override
            public void stop() {
                undertow.stop();
            }

            @Override
            public int port(boolean tls) {
                var listener = undertow.getListenerInfo().get(tls ? 0 : 1);
                return ((InetSocketAddress) listener.getAddress()).getPort();
            }
        };
    }
}
