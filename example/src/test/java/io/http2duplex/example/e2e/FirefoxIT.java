package io.http2duplex.example.e2e;

class FirefoxIT extends EngineSuite {
    FirefoxIT() {
        super(Engine.FIREFOX, "post");
    }
}
