package io.http2duplex.benchmark.servers;

import io.http2duplex.certs.DevelopmentCertificates;
import jakarta.servlet.Servlet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;

/** An embedded Tomcat. */
final class TomcatContainer implements Container {
    /** How much a client may upload before any of it is read, as {@code docs/servlet.md} recommends, in bytes. */
    private static final int WINDOW = 256 * 1024;

    private final Connector connector = new Connector();

    /** @param recommended whether its connector is configured as the documents recommend */
    TomcatContainer(DevelopmentCertificates certificates, boolean recommended) {
        SSLHostConfig tls = new SSLHostConfig();
        SSLHostConfigCertificate certificate =
                new SSLHostConfigCertificate(tls, SSLHostConfigCertificate.Type.UNDEFINED);
        certificate.setCertificateFile(certificates.certificateChain().toString());
        certificate.setCertificateKeyFile(certificates.privateKey().toString());
        tls.addCertificate(certificate);
        Http2Protocol http2 = new Http2Protocol();
        if (recommended) {
            http2.setInitialWindowSize(WINDOW);
            http2.setOverheadDataThreshold(0);
        }
        connector.setPort(0);
        connector.setProperty("address", "localhost");
        connector.setSecure(true);
        connector.setScheme("https");
        connector.setProperty("SSLEnabled", "true");
        connector.addSslHostConfig(tls);
        connector.addUpgradeProtocol(http2);
    }

    @Override
    public int start(Map<String, Servlet> servlets) throws IOException, LifecycleException {
        Path base = Files.createTempDirectory("tomcat");
        base.toFile().deleteOnExit();
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(base.toString());
        tomcat.getService().addConnector(connector);
        Context context = tomcat.addContext("", base.toString());
        servlets.forEach((pattern, servlet) -> {
            Wrapper wrapper = Tomcat.addServlet(context, pattern, servlet);
            wrapper.setAsyncSupported(true);
            wrapper.addMapping(pattern);
        });
        tomcat.start();
        return connector.getLocalPort();
    }
}
