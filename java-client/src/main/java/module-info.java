/** A client of duplexes, over the JDK's HttpClient or another transport. */
module io.http2duplex.client {
    requires transitive io.http2duplex.core;
    requires transitive java.net.http;
    requires static transitive org.jspecify;

    exports io.http2duplex.client;
    exports io.http2duplex.client.transport;
}
