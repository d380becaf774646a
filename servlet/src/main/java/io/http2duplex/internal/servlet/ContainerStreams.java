package io.http2duplex.internal.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.IOException;
import org.jboss.logging.Logger;

/**
 * The container's objects of one asynchronous request. Containers use them again for other requests, so that one touch too
 * many would get into another's response. So they are used under a lock, and not at all once the request has ended; its
 * end waits for that lock. Nothing else is done under it.
 */
final class ContainerStreams {
    private static final Logger LOG = Logger.getLogger(ContainerStreams.class);

    /** An attribute of a request that is dispatched so that it fails. */
    static final String BROKEN_OFF = "io.http2duplex.broken-off";

    /** A status that Jetty takes as: abort the response, with no error page and no word in the log. */
    private static final int JETTY_ABORTS = -1;

    private final Container container;
    private final AsyncContext async;
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final ServletInputStream input;
    private final ServletOutputStream output;
    private boolean over;

    ContainerStreams(Container container, AsyncContext async, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        this.container = container;
        this.async = async;
        this.request = request;
        this.response = response;
        input = request.getInputStream();
        output = response.getOutputStream();
    }

    synchronized boolean isOver() {
        return over;
    }

    private void use() throws EOFException {
        if (over) {
            throw new EOFException("The request has ended");
        }
    }

    // ---- the response

    /** {@return whether the head of the response has gone out} */
    synchronized boolean isBegun() {
        return over || response.isCommitted();
    }

    synchronized void setStatus(int status) throws IOException {
        use();
        response.setStatus(status);
    }

    synchronized void setLength(int length) throws IOException {
        use();
        response.setContentLength(length);
    }

    synchronized void setField(String name, String value) {
        if (!over) {
            response.setHeader(name, value);
        }
    }

    synchronized void addField(String name, String value) {
        if (!over && !response.getHeaders(name).contains(value)) {
            response.addHeader(name, value);
        }
    }

    synchronized void setWriteListener(WriteListener listener) throws IOException {
        use();
        output.setWriteListener(listener);
    }

    /** {@return whether bytes may be written; if not, the listener is called} */
    synchronized boolean isWritable() throws IOException {
        use();
        return output.isReady();
    }

    /** Writes bytes, which the container may hold for as long as it is not writable again. */
    synchronized void write(byte[] bytes) throws IOException {
        use();
        output.write(bytes);
    }

    synchronized void flush() throws IOException {
        use();
        output.flush();
    }

    synchronized void closeOutput() throws IOException {
        use();
        output.close();
    }

    // ---- the request's body

    synchronized boolean isInputFinished() throws IOException {
        use();
        return input.isFinished();
    }

    synchronized void setReadListener(ReadListener listener) throws IOException {
        use();
        input.setReadListener(listener);
    }

    /** {@return whether bytes may be read; if not, the listener is called} */
    synchronized boolean isReadable() throws IOException {
        use();
        return input.isReady();
    }

    synchronized int read(byte[] bytes, int max) throws IOException {
        use();
        return input.read(bytes, 0, max);
    }

    // ---- the end

    /** Ends the request. */
    synchronized void complete() {
        if (!over) {
            over = true;
            try {
                async.complete();
            } catch (IllegalStateException e) {
                LOG.debug("The container had ended a request", e);
            }
        }
    }

    /** Ends the request, so that its response does not look whole. */
    synchronized void breakOff() {
        if (over) {
            return;
        }
        over = true;
        try {
            if (container == Container.JETTY) {
                response.sendError(JETTY_ABORTS);
                async.complete();
            } else {
                if (!response.isCommitted()) { // else Tomcat would answer in place of what was not sent yet
                    response.flushBuffer();
                }
                request.setAttribute(BROKEN_OFF, true);
                async.dispatch();
            }
        } catch (IOException | IllegalStateException e) {
            LOG.debug("The container had ended a request", e);
        }
    }

    /** The container ends the request. {@return whether that was news} */
    synchronized boolean lost() {
        boolean news = !over;
        over = true;
        return news;
    }
}
