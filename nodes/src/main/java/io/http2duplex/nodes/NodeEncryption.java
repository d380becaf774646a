package io.http2duplex.nodes;

import io.undertow.protocols.ssl.UndertowXnioSsl;
import java.util.Objects;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jboss.logging.Logger;
import org.xnio.OptionMap;
import org.xnio.Xnio;

/** What new connections are encrypted with: with what the application gives then, or, if it can't, gave last. */
final class NodeEncryption {
    private static final Logger LOG = Logger.getLogger(NodeEncryption.class);

    private final Supplier<SSLContext> given;
    private final UndertowXnioSsl ssl;
    private volatile SSLContext used;
    /** Whether a failure was logged since it last worked. */
    private volatile boolean reported;

    NodeEncryption(Supplier<SSLContext> given) {
        this.given = given;
        used = Objects.requireNonNull(given.get(), "The supplier given as tls must give a context");
        ssl = new UndertowXnioSsl(Xnio.getInstance(), OptionMap.EMPTY, used);
    }

    /** {@return the TLS of connections to nodes} */
    UndertowXnioSsl ssl() {
        return ssl;
    }

    /** Asks for the context again. */
    void refresh() {
        try {
            SSLContext now = Objects.requireNonNull(given.get(), "It gave null");
            if (now != used) {
                use(now);
            }
            reported = false;
        } catch (Throwable e) { // user code; in Kotlin and others also a checked exception
            if (!reported) {
                reported = true;
                LOG.warn("The supplier given as tls of a ForwardingHandler fails; its last context stays in use", e);
            }
        }
    }

    /** One at a time, so that what is used is what is known to be used: else an old context could stay. */
    private synchronized void use(SSLContext context) {
        ssl.updateSSLContext(context);
        used = context;
    }
}
