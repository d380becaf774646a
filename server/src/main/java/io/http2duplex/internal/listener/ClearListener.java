package io.http2duplex.internal.listener;

import io.http2duplex.internal.options.OptionChecks;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.DelegateOpenListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import org.xnio.conduits.ConduitStreamSourceChannel;

/**
 * A listener for connections without TLS. A client that begins with the preface of HTTP/2 speaks HTTP/2 with prior
 * knowledge (RFC 9113, section 3.3); any other speaks HTTP/1.1.
 */
final class ClearListener implements ChannelListener<StreamConnection> {
    private static final Logger LOG = Logger.getLogger(ClearListener.class);
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final DelegateOpenListener http1;
    private final DelegateOpenListener http2;
    private final Duration timeout;
    private final Runnable onTimeout;

    /**
     * @param timeout how long the choice of the protocol may take
     * @param onTimeout called when that times out, before the connection is closed
     */
    ClearListener(DelegateOpenListener http1, DelegateOpenListener http2, Duration timeout, Runnable onTimeout) {
        this.http1 = http1;
        this.http2 = http2;
        this.timeout = timeout;
        this.onTimeout = onTimeout;
    }

    @Override
    public void handleEvent(StreamConnection connection) {
        new Opening(connection).read(connection.getSourceChannel());
    }

    private final class Opening {
        private final StreamConnection connection;
        private final PooledByteBuffer buffer = http1.getBufferPool().allocate();
        private final XnioExecutor.Key timer;

        Opening(StreamConnection connection) {
            this.connection = connection;
            timer = connection
                    .getIoThread()
                    .executeAfter(this::timeOut, OptionChecks.nanos(timeout), TimeUnit.NANOSECONDS);
            connection.getSourceChannel().setReadListener(this::read);
        }

        void read(ConduitStreamSourceChannel source) {
            ByteBuffer bytes = buffer.getBuffer();
            try {
                int count;
                do {
                    count = source.read(bytes);
                } while (count > 0 && isPreface(bytes) && bytes.position() < PREFACE.length);
                if (count > 0) {
                    hand(isPreface(bytes) ? http2 : http1);
                } else if (count == 0) {
                    source.resumeReads();
                } else {
                    drop();
                }
            } catch (IOException e) {
                LOG.debugf(e, "Connection with %s was lost before it was used", connection.getPeerAddress());
                drop();
            }
        }

        /** {@return whether the bytes are a preface, or the beginning of one} */
        private static boolean isPreface(ByteBuffer bytes) {
            for (int i = 0; i < Math.min(bytes.position(), PREFACE.length); i++) {
                if (bytes.get(i) != PREFACE[i]) {
                    return false;
                }
            }
            return true;
        }

        private void hand(DelegateOpenListener listener) {
            timer.remove();
            connection.getSourceChannel().suspendReads();
            connection.getSourceChannel().setReadListener(null);
            buffer.getBuffer().flip();
            listener.handleEvent(connection, buffer);
        }

        private void timeOut() {
            onTimeout.run();
            drop();
        }

        private void drop() {
            timer.remove();
            buffer.close();
            IoUtils.safeClose(connection);
        }
    }
}
