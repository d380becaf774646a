package io.http2duplex.benchmark.servers;

import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.io.RateControl;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ResourceHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.resource.ResourceFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** A Java peer on an embedded Jetty with TLS and HTTP/2, beside the page's files. */
final class PeerServer {
    /** As many at once on a connection as the servers of the other peers allow. */
    private static final int MAX_STREAMS = 250;
    /** Guacamole's servlet keeps a thread for each request, two of which wait for each tunnel. */
    private static final int MAX_THREADS = 500;

    private PeerServer() {}

    /** {@return the port, when it is started} */
    static int start(SSLContext context, Path page, Handler peer) throws Exception {
        JettyContainer jetty = new JettyContainer(context, new QueuedThreadPool(MAX_THREADS), http2 -> {
            http2.setMaxConcurrentStreams(MAX_STREAMS);
            // Pages reset what they have done with.
            http2.setRateControlFactory(new RateControl.Factory() {});
        });
        return jetty.start(new Handler.Sequence(files(page), peer));
    }

    /** The page's files; isolation gives the page a finer clock. */
    private static Handler files(Path page) {
        ResourceHandler files = new ResourceHandler();
        files.setBaseResource(ResourceFactory.root().newResource(page));
        return new Handler.Wrapper(files) {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                response.getHeaders().put(BenchmarkServer.OPENER_POLICY.toString(), "same-origin");
                response.getHeaders().put(BenchmarkServer.EMBEDDER_POLICY.toString(), "require-corp");
                return super.handle(request, response, callback);
            }
        };
    }
}
