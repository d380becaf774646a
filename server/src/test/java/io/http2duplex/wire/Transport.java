package io.http2duplex.wire;

/** The ways to speak to a server. */
enum Transport {
    HTTP2_TLS(true, true),
    HTTP2_CLEAR(true, false),
    HTTP1_TLS(false, true),
    HTTP1_CLEAR(false, false);

    final boolean http2;
    final boolean tls;

    Transport(boolean http2, boolean tls) {
        this.http2 = http2;
        this.tls = tls;
    }
}
