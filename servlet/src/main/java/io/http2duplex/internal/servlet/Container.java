package io.http2duplex.internal.servlet;

import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.catalina.connector.ClientAbortException;
import org.jboss.logging.Logger;

/** A kind of servlet container, and what must be known of it. */
public enum Container {
    /**
     * Apache Tomcat. By default it closes an HTTP/2 connection that brings small DATA frames, such as a streaming upload's
     * ({@code overheadDataThreshold} of its {@code Http2Protocol}).
     */
    TOMCAT,
    /** Eclipse Jetty. */
    JETTY,
    /** One of which nothing is known. */
    OTHER;

    private static final Logger LOG = Logger.getLogger(Container.class);
    private static final Pattern TOMCAT_VERSION = Pattern.compile("Apache Tomcat/(\\d+)\\.(\\d+)\\.(\\d+).*");

    /** {@return the kind of a container} It warns of a version that must not be used. */
    public static Container of(ServletContext context) {
        Matcher version = TOMCAT_VERSION.matcher(context.getServerInfo());
        if (!version.matches()) {
            String name = context.getServerInfo();
            return name.contains("Tomcat") ? TOMCAT : name.startsWith("jetty/") ? JETTY : OTHER;
        }
        int major = Integer.parseInt(version.group(1));
        int patch = Integer.parseInt(version.group(3));
        if ((major == 10 && patch < 61) || (major == 11 && version.group(2).equals("0") && patch < 27)) {
            LOG.warnf(
                    "%s closes an HTTP/2 connection on which several POSTs come at once, so that duplexes lose theirs:"
                            + " use Tomcat 10.1.61, 11.0.27 or newer",
                    context.getServerInfo());
        }
        return TOMCAT;
    }

    /** {@return whether a request's body may come in small pieces over HTTP/2, with the container's stock configuration} */
    public boolean takesSmallFrames() {
        return this != TOMCAT;
    }

    /**
     * {@return whether the container tells a body of unknown length that was cut from one that has ended, over HTTP/2}
     * Tomcat may say {@code isFinished} behind a reset.
     */
    public boolean tellsCutFromEnd() {
        return this == JETTY;
    }

    /**
     * {@return what a servlet throws so that the container breaks its response off, with no error page behind what was sent,
     * and no word in the log}
     */
    public IOException breakingOff() {
        return this == TOMCAT ? ForTomcat.breakingOff() : new BrokenOffException();
    }

    /** What knows Tomcat's classes, which only Tomcat has. */
    private static final class ForTomcat {
        static IOException breakingOff() {
            return new ClientAbortException("A duplex's download was broken off");
        }
    }
}
