package io.http2duplex.example.e2e;

import io.http2duplex.server.FlushingHandler;
import io.http2duplex.wire.TestServer;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.SetAttributeHandler;
import io.undertow.server.handlers.proxy.LoadBalancingProxyClient;
import io.undertow.server.handlers.proxy.ProxyHandler;
import java.net.URI;

/** Undertow's own reverse proxy, with what it needs for duplexes: HTTP/2 to the browser, HTTP/1.1 to the server. */
final class UndertowProxy implements Proxy.Part {
    /** A connection carries one request at a time, and each duplex has two that go on. */
    private static final int CONNECTIONS_PER_THREAD = 100;

    private final int port;
    private final int targetPort;
    private Undertow undertow;

    UndertowProxy(int port, int targetPort) {
        this.port = port;
        this.targetPort = targetPort;
    }

    @Override
    public void start() {
        LoadBalancingProxyClient servers = new LoadBalancingProxyClient()
                .setConnectionsPerThread(CONNECTIONS_PER_THREAD)
                .addHost(URI.create("http://127.0.0.1:" + targetPort));
        // Without it the proxy's pieces wait until there are 16 KiB.
        HttpHandler proxy = new FlushingHandler(ProxyHandler.builder()
                .setProxyClient(servers)
                // A download lasts as long as its session.
                .setMaxRequestTime(-1)
                .build());
        undertow = Undertow.builder()
                .addHttpsListener(port, "localhost", TestServer.tls())
                .setServerOption(UndertowOptions.ENABLE_HTTP2, true)
                // 2 MiB by default, which would break streaming uploads off.
                .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, -1L)
                // The proxy would pass the host on without its port, and a server could not tell its own origin.
                .setHandler(new SetAttributeHandler(proxy, "%{i,X-Forwarded-Host}", "%{i,Host}"))
                .build();
        undertow.start();
    }

    @Override
    public void kill() {
        if (undertow != null) {
            undertow.stop();
        }
    }
}
