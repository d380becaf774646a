package io.http2duplex.internal.listener;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import io.undertow.server.DelegateOpenListener;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLSession;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.conduits.ConduitStreamSourceChannel;
import org.xnio.ssl.SslConnection;

/**
 * A listener for connections over TLS. A client speaks HTTP/2 if it offers that in its handshake (ALPN, RFC 7301), with TLS
 * 1.3, or with TLS 1.2 and a suite that HTTP/2 allows (RFC 9113, section 9.2.2); else HTTP/1.1, as a client that offers
 * nothing. The handshake of one that offers neither fails. (Undertow's own listener denies HTTP/2 to clients of TLS 1.3 alone.)
 */
final class TlsListener implements ChannelListener<StreamConnection> {
    private static final Logger LOG = Logger.getLogger(TlsListener.class);
    private static final String HTTP_2 = "h2";
    private static final String HTTP_1 = "http/1.1";

    /** The versions in which a suite may be one that HTTP/2 forbids. */
    private static final Set<String> OLD = Set.of("TLSv1", "TLSv1.1", "TLSv1.2");

    private final DelegateOpenListener http1;
    private final DelegateOpenListener http2;

    TlsListener(DelegateOpenListener http1, DelegateOpenListener http2) {
        this.http1 = http1;
        this.http2 = http2;
    }

    @Override
    public void handleEvent(StreamConnection connection) {
        SSLEngine tls = UndertowXnioSsl.getSslEngine((SslConnection) connection);
        tls.setHandshakeApplicationProtocolSelector(TlsListener::choose);
        ConduitStreamSourceChannel source = connection.getSourceChannel();
        source.setReadListener(readable -> read(connection, tls));
        read(connection, tls);
    }

    /** {@return what the client speaks; null: nothing that it has offered} */
    private static @Nullable String choose(SSLEngine tls, List<String> offered) {
        if (offered.contains(HTTP_2) && isFitForHttp2(tls.getHandshakeSession())) {
            return HTTP_2;
        }
        return offered.contains(HTTP_1) ? HTTP_1 : null;
    }

    /** {@return whether HTTP/2 allows its suite} A provider may not know the suite yet. */
    private static boolean isFitForHttp2(SSLSession session) {
        String suite = session.getCipherSuite();
        return !OLD.contains(session.getProtocol())
                || suite.contains("_NULL_")
                || (suite.contains("DHE_") && (suite.contains("_GCM_") || suite.contains("_CHACHA20_")));
    }

    /** {@return whether the handshake has not ended} What it has chosen is known before. */
    private static boolean isHandshaking(SSLEngine tls) {
        return tls.getApplicationProtocol() == null || tls.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
    }

    private void read(StreamConnection connection, SSLEngine tls) {
        ConduitStreamSourceChannel source = connection.getSourceChannel();
        PooledByteBuffer buffer = http1.getBufferPool().allocate();
        try {
            int count = source.read(buffer.getBuffer());
            if (count < 0) {
                IoUtils.safeClose(connection);
            } else if (count == 0 && isHandshaking(tls)) {
                source.resumeReads();
            } else {
                source.suspendReads();
                source.setReadListener(null);
                PooledByteBuffer data = null;
                if (count > 0) {
                    data = buffer;
                    data.getBuffer().flip();
                    buffer = null;
                }
                (HTTP_2.equals(tls.getApplicationProtocol()) ? http2 : http1).handleEvent(connection, data);
            }
        } catch (IOException e) {
            LOG.debugf(e, "Connection with %s was lost before it was used", connection.getPeerAddress());
            IoUtils.safeClose(connection);
        } finally {
            if (buffer != null) {
                buffer.close();
            }
        }
    }
}
