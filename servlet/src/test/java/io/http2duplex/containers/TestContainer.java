package io.http2duplex.containers;

import io.http2duplex.wire.Listeners;
import io.http2duplex.wire.TestServer;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.servlets.DefaultServlet;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.ee10.webapp.WebAppContext;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/** A real servlet container with two free ports, TLS and clear text, HTTP/2 and HTTP/1.1 on both. */
public abstract class TestContainer implements Listeners {
    /** The containers that there are. */
    public enum Kind {
        TOMCAT,
        JETTY;

        /** {@return a container that is not started} */
        public TestContainer container() {
            return this == TOMCAT ? new OnTomcat() : new OnJetty();
        }
    }

    /** How big the windows are that a client may upload into, as {@code docs/servlet.md} has it. */
    static final int WINDOW_OF_TOMCAT = 256 * 1024;

    static final int WINDOW_OF_JETTY = 16 * 1024 * 1024;

    final Map<String, Servlet> servlets = new LinkedHashMap<>();
    final Map<String, Filter> filters = new LinkedHashMap<>();
    boolean recommended = true;
    boolean filtersAreAsync = true;

    @Nullable
    Path war;

    /** With a servlet for a pattern of paths. */
    public TestContainer with(String pattern, Servlet servlet) {
        servlets.put(pattern, servlet);
        return this;
    }

    /** With a filter in front of every path. */
    public TestContainer behind(Filter filter, boolean async) {
        filters.put("filter-" + filters.size(), filter);
        filtersAreAsync = async;
        return this;
    }

    /** With an application from a WAR, which has servlets and filters of its own, in place of those given here. */
    public TestContainer with(Path archive) {
        war = archive;
        return this;
    }

    /** With the container's own configuration, not the one that the documents recommend. */
    public TestContainer stock() {
        recommended = false;
        return this;
    }

    public final TestContainer start() {
        try {
            doStart();
            return this;
        } catch (Exception e) {
            throw new IllegalStateException("A container did not start", e);
        }
    }

    @Override
    public final void stop() {
        try {
            doStop();
        } catch (Exception e) {
            throw new IllegalStateException("A container did not stop", e);
        }
    }

    abstract void doStart() throws Exception;

    abstract void doStop() throws Exception;

    private static final class OnTomcat extends TestContainer {
        private final Tomcat tomcat = new Tomcat();
        private final Connector secure = new Connector();
        private final Connector clear = new Connector();

        @Override
        void doStart() throws IOException, LifecycleException {
            Path base = Files.createTempDirectory("tomcat");
            base.toFile().deleteOnExit();
            tomcat.setBaseDir(base.toString());
            tomcat.setSilent(true);
            connect(clear);
            connect(secure);
            secure.setSecure(true);
            secure.setScheme("https");
            secure.setProperty("SSLEnabled", "true");
            SSLHostConfig tls = new SSLHostConfig();
            SSLHostConfigCertificate certificate =
                    new SSLHostConfigCertificate(tls, SSLHostConfigCertificate.Type.UNDEFINED);
            certificate.setCertificateFile(
                    TestServer.certificates().certificateChain().toString());
            certificate.setCertificateKeyFile(
                    TestServer.certificates().privateKey().toString());
            tls.addCertificate(certificate);
            secure.addSslHostConfig(tls);
            Context context = war == null
                    ? tomcat.addContext("", new File(".").getAbsolutePath())
                    : application(Files.createDirectories(base.resolve("webapps")));
            servlets.forEach((pattern, servlet) -> {
                Wrapper wrapper = Tomcat.addServlet(context, pattern, servlet);
                wrapper.setAsyncSupported(true);
                wrapper.addMapping(pattern);
            });
            filters.forEach((name, filter) -> {
                FilterDef definition = new FilterDef();
                definition.setFilterName(name);
                definition.setFilter(filter);
                definition.setAsyncSupported("" + filtersAreAsync);
                context.addFilterDef(definition);
                FilterMap map = new FilterMap();
                map.setFilterName(name);
                map.addURLPattern("/*");
                context.addFilterMap(map);
            });
            tomcat.start();
        }

        /** What Tomcat's own web.xml has, except a servlet for JSPs, which is not here. */
        private Context application(Path unpacked) {
            tomcat.getHost().setAppBase(unpacked.toString());
            tomcat.setAddDefaultWebXmlToWebapp(false);
            Context context = tomcat.addWebapp("", String.valueOf(war));
            Tomcat.addServlet(context, "default", new DefaultServlet()).addMapping("/");
            Tomcat.addDefaultMimeTypeMappings(context);
            return context;
        }

        private void connect(Connector connector) {
            connector.setPort(0);
            connector.setProperty("address", "localhost");
            Http2Protocol http2 = new Http2Protocol();
            if (recommended) {
                http2.setOverheadDataThreshold(0);
                http2.setInitialWindowSize(WINDOW_OF_TOMCAT);
            }
            http2.setOverheadWindowUpdateThreshold(0); // the tests' client gives credit for single bytes
            connector.addUpgradeProtocol(http2);
            tomcat.getService().addConnector(connector);
        }

        @Override
        void doStop() throws LifecycleException {
            if (tomcat.getServer().getState().isAvailable()) {
                tomcat.stop();
                tomcat.destroy();
            }
        }

        @Override
        public int port(boolean tls) {
            return (tls ? secure : clear).getLocalPort();
        }
    }

    private static final class OnJetty extends TestContainer {
        private final Server server = new Server();
        private int[] ports = new int[2];

        @Override
        void doStart() throws Exception {
            ServerConnector clear =
                    new ServerConnector(server, new HttpConnectionFactory(configuration()), http2c(configuration()));
            server.addConnector(clear);
            ServerConnector secure = secure();
            server.addConnector(secure);
            for (ServerConnector connector : new ServerConnector[] {clear, secure}) {
                connector.setHost("localhost");
            }
            ServletContextHandler context =
                    war == null ? new ServletContextHandler("/") : new WebAppContext(war.toString(), "/");
            servlets.forEach((pattern, servlet) -> {
                ServletHolder holder = new ServletHolder(servlet);
                holder.setAsyncSupported(true);
                context.addServlet(holder, pattern);
            });
            filters.forEach((name, filter) -> {
                FilterHolder holder = new FilterHolder(filter);
                holder.setName(name);
                holder.setAsyncSupported(filtersAreAsync);
                context.addFilter(holder, "/*", EnumSet.of(DispatcherType.REQUEST));
            });
            server.setHandler(context);
            server.start();
            ports = new int[] {clear.getLocalPort(), secure.getLocalPort()};
        }

        private static HttpConfiguration configuration() {
            return new HttpConfiguration();
        }

        private HTTP2CServerConnectionFactory http2c(HttpConfiguration configuration) {
            HTTP2CServerConnectionFactory http2 = new HTTP2CServerConnectionFactory(configuration);
            if (recommended) {
                http2.setInitialSessionRecvWindow(WINDOW_OF_JETTY);
                http2.setInitialStreamRecvWindow(WINDOW_OF_JETTY);
            }
            return http2;
        }

        private ServerConnector secure() {
            HttpConfiguration configuration = configuration();
            configuration.addCustomizer(new SecureRequestCustomizer());
            HTTP2ServerConnectionFactory http2 = new HTTP2ServerConnectionFactory(configuration);
            if (recommended) {
                http2.setInitialSessionRecvWindow(WINDOW_OF_JETTY);
                http2.setInitialStreamRecvWindow(WINDOW_OF_JETTY);
            }
            HttpConnectionFactory http1 = new HttpConnectionFactory(configuration);
            ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
            alpn.setDefaultProtocol(http1.getProtocol());
            SslContextFactory.Server tls = new SslContextFactory.Server();
            tls.setSslContext(TestServer.tls());
            return new ServerConnector(server, new SslConnectionFactory(tls, alpn.getProtocol()), alpn, http2, http1);
        }

        @Override
        void doStop() throws Exception {
            server.stop();
        }

        @Override
        public int port(boolean tls) {
            return ports[tls ? 1 : 0];
        }
    }
}
