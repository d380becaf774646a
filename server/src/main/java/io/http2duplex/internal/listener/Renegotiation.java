package io.http2duplex.internal.listener;

import io.undertow.protocols.ssl.UndertowXnioSsl;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import org.xnio.StreamConnection;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;
import org.xnio.ssl.SslConnection;

/**
 * A conduit above TLS 1.2 that refuses a client's second handshake. TLS 1.2 allows any number of them within a
 * connection, each of which costs the server more than the client; TLS 1.3 has none, and HTTP/2 forbids them (RFC 9113,
 * section 9.2.1).
 */
final class Renegotiation extends AbstractStreamSourceConduit<StreamSourceConduit> {
    /** The protocol before the first handshake. */
    private static final String NONE = "NONE";

    /** It has messages of a handshake later, too, such as new keys. */
    private static final String TLS_1_3 = "TLSv1.3";

    private final SSLEngine tls;
    private final Runnable onRefused;
    /** Whether the first handshake is complete. */
    private boolean secured;

    private boolean refused;

    private Renegotiation(StreamSourceConduit next, SSLEngine tls, Runnable onRefused) {
        super(next);
        this.tls = tls;
        this.onRefused = onRefused;
    }

    /** Refuses another handshake on that connection. In clear text it does nothing. */
    static void refuse(StreamConnection connection, ListenerCounts counts) {
        if (connection instanceof SslConnection secured) {
            StreamSourceConduit source = connection.getSourceChannel().getConduit();
            SSLEngine tls = UndertowXnioSsl.getSslEngine(secured);
            connection
                    .getSourceChannel()
                    .setConduit(new Renegotiation(source, tls, () -> counts.reached(ListenerLimit.RENEGOTIATION)));
        }
    }

    private void check() throws IOException {
        if (tls.isInboundDone() || tls.isOutboundDone()) {
            return; // what is left to exchange is the goodbye
        }
        boolean handshaking = tls.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
        if (!handshaking) {
            secured |= !tls.getSession().getProtocol().equals(NONE);
        } else if (secured && !tls.getSession().getProtocol().equals(TLS_1_3)) {
            if (!refused) {
                refused = true;
                onRefused.run();
            }
            throw new IOException("The client began another TLS handshake, which is refused");
        }
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        int count = next.read(to);
        check();
        return count;
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        long count = next.read(targets, offset, length);
        check();
        return count;
    }
}
