package io.http2duplex.benchmark.servers;

import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.RateControl;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.ResourceHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.resource.ResourceFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** A Java peer on an embedded Jetty with TLS and HTTP/2, beside the page's files. */
final class PeerServer {
    /** As many at once on a connection as the servers of the other peers allow. */
    private static final int MAX_STREAMS = 250;
    /** Guacamole's servlet keeps a thread for each request, two of which wait for each tunnel. */
    private static final int MAX_THREADS = 500;

    private PeerServer() {}

    /** {@return the port, when it is started} */
    static int start(SSLContext context, Path page, Handler peer) {
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setSslContext(context);
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.addCustomizer(new SecureRequestCustomizer());
        HTTP2ServerConnectionFactory http2 = new HTTP2ServerConnectionFactory(configuration);
        http2.setMaxConcurrentStreams(MAX_STREAMS);
        // Pages reset what they have done with.
        http2.setRateControlFactory(new RateControl.Factory() {});
        HttpConnectionFactory http1 = new HttpConnectionFactory(configuration);
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
        alpn.setDefaultProtocol(http1.getProtocol());
        Server server = new Server(new QueuedThreadPool(MAX_THREADS));
        ServerConnector connector =
                new ServerConnector(server, new SslConnectionFactory(tls, alpn.getProtocol()), alpn, http2, http1);
        connector.setHost("localhost");
        server.addConnector(connector);
        server.setHandler(new Handler.Sequence(files(page), peer));
        try {
            server.start();
        } catch (Exception e) {
            throw new IllegalStateException("Jetty did not start", e);
        }
        return connector.getLocalPort();
    }

    /** The page's files; isolation gives the page a finer clock. */
    private static Handler files(Path page) {
        ResourceHandler files = new ResourceHandler();
        files.setBaseResource(ResourceFactory.root().newResource(page));
        return new Handler.Wrapper(files) {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                response.getHeaders().put("Cross-Origin-Opener-Policy", "same-origin");
                response.getHeaders().put("Cross-Origin-Embedder-Policy", "require-corp");
                return super.handle(request, response, callback);
            }
        };
    }
}
