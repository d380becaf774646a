package io.http2duplex.example.e2e;

class WebKitIT extends EngineSuite {
    WebKitIT() {
        super(Engine.WEBKIT, "post");
    }
}
