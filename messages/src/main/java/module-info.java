/** Messages and topics on duplexes. */
module io.http2duplex.messages {
    requires transitive io.http2duplex.core;
    requires transitive tools.jackson.databind;
    requires static transitive org.jspecify;

    exports io.http2duplex.messages;
}
