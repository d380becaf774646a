package io.http2duplex.example.e2e;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebKitIT extends EngineSuite {
    WebKitIT() {
        super(Engine.WEBKIT, "post");
    }

    @Override
    @Disabled(
            "Passes in most runs. In some the last POST hangs in a cut connection for longer than the client waits for its"
                    + " last requests, and the server takes the client for lost after everything has come (docs/browsers.md).")
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"make", "connect"})
    void not_a_byte_is_lost_when_the_connection_is_cut(String face) {
        throw new AssertionError("not run");
    }
}
