package io.http2duplex.example.e2e;

import io.http2duplex.server.DuplexServer;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import java.net.InetSocketAddress;

/** Two free ports, and a handler for what comes there: HTTP/2 over TLS on one, HTTP/1.1 in clear text on the other. */
interface Listeners {
    void start();

    void stop();

    int port(boolean tls);

    /** The project's own. */
    static Listeners own(HttpHandler handler) {
        DuplexServer secure = DuplexServer.builder()
                .tls(TestServer.certificates().sslContext())
                .handle("/", handler)
                .build();
        DuplexServer clear = DuplexServer.builder().handle("/", handler).build();
        return new Listeners() {
            @Override
            public void start() {
                secure.start();
                clear.start();
            }

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

    /** A stock Undertow's. */
    static Listeners stock(HttpHandler handler) {
        Undertow undertow = Undertow.builder()
                .addHttpsListener(0, "localhost", TestServer.certificates().sslContext())
                .addHttpListener(0, "localhost")
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                .setHandler(handler)
                .build();
        return new Listeners() {
            @Override
            public void start() {
                undertow.start();
            }

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
