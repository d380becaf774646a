package io.http2duplex.benchmark.servers;

import jakarta.servlet.Servlet;
import java.util.Map;

/** An embedded servlet container with one port, TLS and HTTP/2 on it. */
interface Container {
    /**
     * {@return the port, when it is started}
     *
     * @param servlets by the pattern of their paths
     */
    int start(Map<String, Servlet> servlets) throws Exception;
}
