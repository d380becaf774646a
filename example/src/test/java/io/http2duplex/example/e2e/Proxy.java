package io.http2duplex.example.e2e;

import io.http2duplex.example.e2e.ProxyProgram.Software;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;

/** A proxy of others in front of a server: TLS to the browser, and clear text to the server. */
final class Proxy implements AutoCloseable {
    /** What there is, and how it is configured. */
    enum Kind {
        /** As many set it up: the body of a request goes on only when it is there as a whole. */
        NGINX(Software.NGINX, "nginx.conf"),
        /** The body of a request goes on as it comes. */
        NGINX_TUNED(Software.NGINX, "nginx-tuned.conf"),
        /** HTTP/1.1 to the server. */
        HAPROXY_H1(Software.HAPROXY, "haproxy-h1.cfg"),
        /** HTTP/1.1 to the server, as many set it up: small pieces of a request wait for more. */
        HAPROXY_H1_DEFAULT(Software.HAPROXY, "haproxy-h1-default.cfg"),
        /** HTTP/2 to the server. */
        HAPROXY_H2(Software.HAPROXY, "haproxy-h2.cfg"),
        /** HTTP/1.1 to the server. */
        CADDY_H1(Software.CADDY, "caddy-h1.conf"),
        /** HTTP/2 to the server. */
        CADDY_H2(Software.CADDY, "caddy-h2.conf"),
        /** HTTP/1.1 to the server. */
        APACHE_H1(Software.APACHE, "apache-h1.conf"),
        /** HTTP/2 to the server. */
        APACHE_H2(Software.APACHE, "apache-h2.conf"),
        /** HTTP/1.1 to the browser, and to the server. */
        SQUID(Software.SQUID, "squid.conf"),
        /** A forward proxy, which a browser asks for tunnels to servers: it leads to none itself, and sees no HTTP. */
        SQUID_CONNECT(Software.SQUID, "squid-connect.conf"),
        /** It has no TLS: {@link #HAPROXY_H1} is in front of it. */
        VARNISH(Software.VARNISH, "varnish.vcl") {
            @Override
            List<Part> parts(int port, int targetPort) throws IOException {
                int between = freePort();
                Part varnish = super.parts(between, targetPort).get(0);
                return List.of(varnish, HAPROXY_H1.parts(port, between).get(0));
            }
        },
        /** Undertow's own; HTTP/1.1 to the server. */
        UNDERTOW(null, "") {
            @Override
            List<Part> parts(int port, int targetPort) {
                return List.of(new UndertowProxy(port, targetPort));
            }
        };

        private final Software software;
        private final String configuration;

        Kind(Software software, String configuration) {
            this.software = software;
            this.configuration = configuration;
        }

        List<Part> parts(int port, int targetPort) throws IOException {
            return List.of(new ProxyProgram(software, configuration, port, targetPort));
        }
    }

    /** One of the proxies that stand one behind the other. */
    interface Part {
        /** Waits until it accepts connections. */
        void start() throws IOException;

        /** Its clients find their connections reset, or no server. It may be started again. */
        void kill();
    }

    private final int port = freePort();
    /** The one next to the server first. */
    private final List<Part> parts;

    /**
     * @param targetPort where the server listens in clear text
     * @throws IllegalStateException if what it needs is not here and can't be got
     */
    Proxy(Kind kind, int targetPort) throws IOException {
        parts = kind.parts(port, targetPort);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    String url(String path) {
        return "https://localhost:" + port + path;
    }

    /** {@return where a browser reaches it that uses it as its forward proxy} */
    String address() {
        return "http://127.0.0.1:" + port;
    }

    Proxy start() throws IOException {
        for (Part part : parts) {
            part.start();
        }
        return this;
    }

    /** Kills it: its clients find their connections reset, or no server. */
    void kill() {
        for (Part part : parts) {
            part.kill();
        }
    }

    @Override
    public void close() {
        kill();
    }
}
