/** The words of the API, the protocol's sessions, and the endpoint that hosts share. */
@SuppressWarnings("module") // the hosts are not built yet
module io.http2duplex.core {
    requires org.jboss.logging;
    requires static transitive org.jspecify;

    exports io.http2duplex;
    exports io.http2duplex.internal.core to
            io.http2duplex.client,
            io.http2duplex.nodes,
            io.http2duplex.server,
            io.http2duplex.servlet,
            io.http2duplex.benchmark;
    exports io.http2duplex.internal.core.resumable to
            io.http2duplex.client,
            io.http2duplex.benchmark;
    exports io.http2duplex.internal.core.resumable.client to
            io.http2duplex.client;
    exports io.http2duplex.internal.handler to
            io.http2duplex.server,
            io.http2duplex.servlet;
    exports io.http2duplex.internal.options to
            io.http2duplex.client,
            io.http2duplex.nodes,
            io.http2duplex.server;
    exports io.http2duplex.internal.runtime to
            io.http2duplex.client,
            io.http2duplex.server,
            io.http2duplex.servlet;
}
