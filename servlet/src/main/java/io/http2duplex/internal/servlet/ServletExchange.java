package io.http2duplex.internal.servlet;

import io.http2duplex.DuplexRequest;
import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.RequestFields;
import io.http2duplex.internal.core.UploadOutcome;
import io.http2duplex.internal.handler.DownloadHead;
import io.http2duplex.internal.handler.Endpoint;
import io.http2duplex.internal.handler.Exchange;
import io.http2duplex.internal.runtime.GuardedDownload;
import io.http2duplex.internal.runtime.GuardedUpload;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous request of a servlet, as the endpoint's port. Everything happens in its tasks, except where {@link
 * Exchange} says otherwise, and what the container tells of.
 */
public final class ServletExchange implements Exchange, AsyncListener {
    private static final Logger LOG = Logger.getLogger(ServletExchange.class);

    private final Endpoint endpoint;
    private final SerialTasks tasks;
    private final ContainerStreams streams;
    private final Container container;
    private final boolean smallFrames;

    private final String method;
    private final String protocol;
    private final RequestCopy request;
    private final long requestLength;
    private final String connection;

    private @Nullable RequestBody upload;
    private @Nullable ResponseBody download;
    /** Guarded by this. */
    private boolean answered;

    private ServletExchange(
            Endpoint endpoint,
            CarrierThreads threads,
            Container container,
            boolean smallFrames,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        this.endpoint = endpoint;
        this.container = container;
        this.smallFrames = smallFrames;
        method = request.getMethod();
        protocol = request.getProtocol();
        connection = request.getServletConnection().getConnectionId();
        this.request = RequestCopy.of(request);
        requestLength = length(request);
        AsyncContext async = request.startAsync(request, response);
        async.setTimeout(0); // a download lives for as long as its duplex
        async.addListener(this);
        streams = new ContainerStreams(container, async, request, response);
        tasks = new SerialTasks(threads, this::failed);
    }

    private static long length(HttpServletRequest request) throws IOException {
        long announced = request.getContentLengthLong();
        boolean none = request.getInputStream().isFinished()
                || (request.getProtocol().startsWith("HTTP/1") && request.getHeader("Transfer-Encoding") == null);
        return announced < 0 && none ? 0 : announced;
    }

    /**
     * Takes a request, which supports asynchronous processing.
     *
     * @param smallFrames whether a body over HTTP/2 may come in small DATA frames
     */
    public static void handle(
            Endpoint endpoint,
            CarrierThreads threads,
            Container container,
            boolean smallFrames,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        endpoint.exchangeBegan();
        ServletExchange exchange;
        try {
            exchange = new ServletExchange(endpoint, threads, container, smallFrames, request, response);
        } catch (NumberFormatException e) { // of Tomcat, for a Content-Length that is over every bound
            endpoint.exchangeAnswered();
            response.sendError(HttpServletResponse.SC_BAD_REQUEST);
            return;
        } catch (IOException | RuntimeException | Error e) {
            endpoint.exchangeAnswered();
            throw e;
        }
        exchange.tasks.run(() -> endpoint.handle(exchange));
    }

    /** {@return whether the container calls again for a request that must fail, so that its response is broken off} */
    public static boolean isBrokenOff(HttpServletRequest request) {
        return request.getAttribute(ContainerStreams.BROKEN_OFF) != null;
    }

    /** {@return how long each step of its body may take, in nanoseconds} */
    long bodyNanos() {
        return endpoint.bodyNanos();
    }

    // ---- the request

    @Override
    public String method() {
        return method;
    }

    @Override
    public RequestFields fields() {
        return request;
    }

    @Override
    public long requestLength() {
        return requestLength;
    }

    @Override
    public DuplexRequest request(@Nullable String account) {
        return request.ofAccount(account);
    }

    @Override
    public Object connectionKey() {
        return connection;
    }

    private boolean isHttp2() {
        return !protocol.startsWith("HTTP/1");
    }

    @Override
    public @Nullable Problem noStreaming() {
        return isHttp2() && !smallFrames ? Problem.smallFramesNotTaken() : null;
    }

    @Override
    public boolean tellsCutFromEnd() {
        return !isHttp2() || container.tellsCutFromEnd();
    }

    @Override
    public @Nullable Problem noDownload() {
        if (!isHttp2() && requestLength != 0) {
            return Problem.badHeaders("A GET that opens or resumes a duplex must have no body: send it without one.");
        }
        if (protocol.equals("HTTP/1.0") && request.get(HeaderNames.VERSION).isEmpty()) {
            return Problem.badHeaders("Over HTTP/1.0 a download that was cut looks like one that has ended. Open this"
                    + " duplex over HTTP/1.1 or HTTP/2; a proxy must speak one of these with the server.");
        }
        return null;
    }

    // ---- tasks

    @Override
    public void execute(Runnable task) {
        tasks.execute(task);
    }

    /** Runs a task on the container's thread, which must not be held up by it. */
    void run(Runnable task) {
        tasks.run(task);
    }

    @Override
    public boolean isGone() {
        return streams.isOver();
    }

    @Override
    public Runnable waker() {
        return this::look;
    }

    /** Has the carriers look again. */
    void look() {
        tasks.execute(() -> {
            RequestBody body = upload;
            if (body != null) {
                body.read();
            }
            ResponseBody response = download;
            if (response != null) {
                CarrierThreads.blocking(response::pump);
            }
        });
    }

    private void failed(Throwable failure) {
        LOG.error("A request could not be handled", failure);
        abort(failure);
    }

    // ---- the response

    @Override
    public void setField(String name, String value) {
        streams.setField(name, value);
    }

    @Override
    public void addField(String name, String value) {
        streams.addField(name, value);
    }

    @Override
    public void answer(UploadOutcome outcome) {
        try {
            new Answer(this, streams).send(outcome);
        } catch (IOException e) {
            LOG.debug("A request ended before its answer", e);
            lost(e);
        }
    }

    @Override
    public void download(GuardedDownload source, DownloadHead head) {
        try {
            streams.setStatus(HttpServletResponse.SC_OK);
            head.forEach(streams::setField);
            ResponseBody begun = new ResponseBody(this, streams, source);
            download = begun;
            begun.start();
        } catch (IOException e) {
            source.lost(e);
        }
    }

    @Override
    public void upload(GuardedUpload sink, boolean streaming, Consumer<UploadOutcome> decided) {
        RequestBody begun = new RequestBody(this, streams);
        upload = begun;
        try {
            begun.carry(sink, streaming, decided);
        } catch (IOException e) {
            sink.cut("the connection was lost", e);
        }
    }

    @Override
    public void abort(Throwable cause) {
        lostHalves(cause);
        try {
            if (streams.isBegun()) {
                streams.breakOff();
            } else {
                streams.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
                streams.complete();
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("A request could not be ended", e);
        } finally {
            answered();
        }
    }

    // ---- the end

    /** The response has gone out whole; the request's body may still be coming. */
    void responded() {
        answered();
        RequestBody body = upload == null ? new RequestBody(this, streams) : upload;
        upload = body;
        body.drop();
    }

    /** Nothing is left to do. */
    void end() {
        streams.complete();
    }

    void breakOff() {
        streams.breakOff();
        answered();
    }

    private void answered() {
        synchronized (this) {
            if (answered) {
                return;
            }
            answered = true;
        }
        endpoint.exchangeAnswered();
    }

    /** The container has told that the request can't go on. On any thread. */
    void lost(@Nullable Throwable cause) {
        tasks.execute(() -> {
            lostHalves(cause);
            streams.complete();
            answered();
        });
    }

    private void lostHalves(@Nullable Throwable cause) {
        if (upload != null) {
            upload.lost(cause);
        }
        if (download != null) {
            download.lost(cause);
        }
    }

    // ---- what the container tells of

    @Override
    public void onComplete(AsyncEvent event) {
        streams.lost();
        lost(event.getThrowable());
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        onError(event);
    }

    /** Jetty tells of a reset stream in no other way. */
    @Override
    public void onError(AsyncEvent event) {
        streams.lost();
        try {
            event.getAsyncContext().complete(); // else the container answers, perhaps behind bytes of a download
        } catch (IllegalStateException e) {
            LOG.debug("The container had ended a request", e);
        }
        lost(event.getThrowable());
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // it is not started again
    }
}
