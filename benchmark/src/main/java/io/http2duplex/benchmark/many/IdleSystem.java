package io.http2duplex.benchmark.many;

import io.http2duplex.benchmark.ServerProcess;
import io.http2duplex.benchmark.Settings;
import io.http2duplex.benchmark.servers.BenchmarkServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What duplexes are opened with that idle. */
enum IdleSystem {
    /** With its own heartbeats. */
    DUPLEX_SERVER("DuplexServer", 2, "OWN_IDLE"),
    /** With hardly a heartbeat. */
    DUPLEX_SERVER_MANY("DuplexServer", 2, "OWN_MANY"),
    /** As DUPLEX_SERVER_MANY. */
    CONSCRYPT("DuplexServer, Conscrypt", 2, "OWN_MANY"),
    /** With hardly a heartbeat. */
    STOCK("stock Undertow", 2, "STOCK_MANY"),
    TOMCAT("Tomcat, recommended", 2, "TOMCAT"),
    TOMCAT_STOCK("Tomcat, stock", 2, "TOMCAT_STOCK"),
    JETTY("Jetty, recommended", 2, "JETTY"),
    JETTY_STOCK("Jetty, stock", 2, "JETTY_STOCK"),
    /** Has no heartbeats. */
    HTTP2_DUPLEX("http2-duplex 6.0.3", 1, ""),
    /** Bare WebSockets, without heartbeats. */
    WEBSOCKET("WebSocket, stock Undertow", 0, "WEBSOCKET");

    private final String title;
    private final int dialect;
    private final String kind;

    /** @param kind of BenchmarkServer; none if it is a peer */
    IdleSystem(String title, int dialect, String kind) {
        this.title = title;
        this.dialect = dialect;
        this.kind = kind;
    }

    /** {@return the name, as in the results} */
    String title() {
        return title;
    }

    LoadGenerator generator(int port, IdleLoad load, Settings settings) throws IOException {
        Path authority = settings.development().caCertificate();
        if (!load.isSecure()) {
            return LoadGenerator.clear(port);
        }
        return this == WEBSOCKET ? LoadGenerator.ofSockets(port, authority) : new LoadGenerator(port, authority);
    }

    void open(LoadGenerator generator, int count, int perConnection) {
        if (this == WEBSOCKET) {
            generator.openSockets(count);
        } else {
            generator.open(count, LoadMode.of(dialect, false), perConnection);
        }
    }

    /** {@return whether what it opens can be used} */
    boolean echoes() {
        return this != WEBSOCKET;
    }

    /** {@return whether it may break under the load, which is a result then} */
    boolean isPeer() {
        return kind.isEmpty();
    }

    ServerProcess start(Settings settings, IdleLoad load) {
        if (isPeer()) {
            return ServerProcess.node(
                    "http2-duplex.mjs",
                    settings,
                    List.of("--max-old-space-size=" + load.heapMebibytes()),
                    load.isSecure() ? List.of() : List.of("--clear"));
        }
        Stream<String> tls = load.isSecure() ? Stream.of() : Stream.of(BenchmarkServer.NONE);
        if (this == CONSCRYPT) {
            tls = Stream.of(BenchmarkServer.CONSCRYPT);
        }
        return ServerProcess.java(
                kind,
                settings,
                Stream.concat(
                                Stream.of("-Xmx" + load.heapMebibytes() + "m"),
                                tls.map(by -> "-D" + BenchmarkServer.TLS + "=" + by))
                        .toList());
    }
}
