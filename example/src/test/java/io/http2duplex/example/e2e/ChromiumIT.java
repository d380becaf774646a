package io.http2duplex.example.e2e;

class ChromiumIT extends EngineSuite {
    ChromiumIT() {
        super(Engine.CHROMIUM, "streaming");
    }
}
