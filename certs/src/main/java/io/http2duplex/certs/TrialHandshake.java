package io.http2duplex.certs;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * A handshake of a server's context with a client in this process, which trusts whatever it is shown. It fails if the JDK
 * does not sign with the server's key, because it is too short or of a curve that TLS does not have.
 */
final class TrialHandshake {
    /** More than a chain of any length that a certificate file may have needs. */
    private static final int MOST_STEPS = 1_000;

    private final SSLEngine engine;
    /** What it has sent, for the other. */
    private final ByteBuffer sent;

    private final ByteBuffer application;

    private TrialHandshake(SSLEngine engine) {
        this.engine = engine;
        sent = ByteBuffer.allocate(8 * engine.getSession().getPacketBufferSize());
        application = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
    }

    /** Throws what a server would. */
    static void of(SSLContext context) throws GeneralSecurityException, SSLException {
        SSLContext trusting = SSLContext.getInstance("TLS");
        trusting.init(null, new TrustManager[] {new TrustsAll()}, null);
        TrialHandshake client = new TrialHandshake(trusting.createSSLEngine());
        TrialHandshake server = new TrialHandshake(context.createSSLEngine());
        client.engine.setUseClientMode(true);
        server.engine.setUseClientMode(false);
        client.engine.beginHandshake();
        server.engine.beginHandshake();
        for (int i = 0; !(client.isOver() && server.isOver()); i++) {
            if (i == MOST_STEPS) {
                throw new SSLException("its handshake does not end");
            }
            server.step(client.sent);
            client.step(server.sent);
        }
    }

    private boolean isOver() {
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }

    private void step(ByteBuffer received) throws SSLException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> {
                Runnable task = engine.getDelegatedTask();
                if (task != null) {
                    task.run();
                }
            }
            case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), sent);
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                received.flip();
                engine.unwrap(received, application);
                received.compact();
            }
            case NOT_HANDSHAKING, FINISHED -> {}
        }
    }

    private static final class TrustsAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
