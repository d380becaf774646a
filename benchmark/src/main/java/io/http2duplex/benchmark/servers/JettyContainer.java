package io.http2duplex.benchmark.servers;

import jakarta.servlet.Servlet;
import java.util.Map;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** An embedded Jetty. */
final class JettyContainer implements Container {
    /** How much a client may upload before any of it is read, as {@code docs/servlet.md} recommends, in bytes. */
    private static final int WINDOW = 16 * 1024 * 1024;

    private final Server server;
    private final ServerConnector connector;

    /** @param recommended whether its connector is configured as the documents recommend */
    JettyContainer(SSLContext context, boolean recommended) {
        this(context, new QueuedThreadPool(), http2 -> {
            if (recommended) {
                http2.setInitialSessionRecvWindow(WINDOW);
                http2.setInitialStreamRecvWindow(WINDOW);
            }
        });
    }

    /** @param configure has what serves HTTP/2 before it is used */
    JettyContainer(SSLContext context, QueuedThreadPool threads, Consumer<HTTP2ServerConnectionFactory> configure) {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.addCustomizer(new SecureRequestCustomizer());
        HTTP2ServerConnectionFactory http2 = new HTTP2ServerConnectionFactory(configuration);
        configure.accept(http2);
        HttpConnectionFactory http1 = new HttpConnectionFactory(configuration);
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
        alpn.setDefaultProtocol(http1.getProtocol());
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setSslContext(context);
        server = new Server(threads);
        connector = new ServerConnector(server, new SslConnectionFactory(tls, alpn.getProtocol()), alpn, http2, http1);
        connector.setHost("localhost");
        server.addConnector(connector);
    }

    @Override
    public int start(Map<String, Servlet> servlets) throws Exception {
        ServletContextHandler context = new ServletContextHandler("/");
        servlets.forEach((pattern, servlet) -> {
            ServletHolder holder = new ServletHolder(servlet);
            holder.setAsyncSupported(true);
            context.addServlet(holder, pattern);
        });
        return start(context);
    }

    /** {@return the port, when it is started} */
    int start(Handler handler) throws Exception {
        server.setHandler(handler);
        server.start();
        return connector.getLocalPort();
    }
}
