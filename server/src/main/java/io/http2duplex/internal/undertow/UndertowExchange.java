package io.http2duplex.internal.undertow;

import io.http2duplex.DuplexRequest;
import io.http2duplex.internal.core.Download;
import io.http2duplex.internal.core.HeaderNames;
import io.http2duplex.internal.core.Problem;
import io.http2duplex.internal.core.RequestFields;
import io.http2duplex.internal.core.UploadOutcome;
import io.http2duplex.internal.handler.DownloadHead;
import io.http2duplex.internal.handler.Endpoint;
import io.http2duplex.internal.handler.Exchange;
import io.http2duplex.internal.handler.Socket;
import io.http2duplex.internal.handler.UnattachedSocket;
import io.http2duplex.internal.runtime.GuardedDownload;
import io.http2duplex.internal.runtime.GuardedUpload;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.ServerConnection;
import io.undertow.util.AttachmentKey;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;

/**
 * An exchange of Undertow, as the endpoint's port. Everything happens on its I/O thread, except where {@link Exchange}
 * says otherwise. It is passed on as a parameter: an attachment of Undertow's would cost every open download a map.
 */
public final class UndertowExchange implements Exchange, ExchangeCompletionListener {
    private static final Logger LOG = Logger.getLogger(UndertowExchange.class);
    private static final AtomicBoolean HTTP_10_WARNED = new AtomicBoolean();
    private static final AttachmentKey<Object> CONNECTION = AttachmentKey.create(Object.class);
    /** The names of response fields, shared: each would be a part of every idle duplex. */
    private static final Map<String, HttpString> NAMES = new ConcurrentHashMap<>();

    private final HttpServerExchange exchange;
    private final Endpoint endpoint;
    private volatile @Nullable ResponseBody response;
    private volatile @Nullable RequestBody request;
    /** Whether the endpoint waits for the answer. Guarded by this. */
    private boolean counted;
    /** Whether the server has stopped, and the I/O thread has gone. */
    private volatile boolean stopped;

    private UndertowExchange(HttpServerExchange exchange, Endpoint endpoint) {
        this.exchange = exchange;
        this.endpoint = endpoint;
    }

    /** {@return the exchange, counted by the endpoint until its response has gone out, or it has ended in another way} */
    public static UndertowExchange counted(HttpServerExchange exchange, Endpoint endpoint) {
        UndertowExchange counted = new UndertowExchange(exchange, endpoint);
        counted.counted = true;
        endpoint.exchangeBegan();
        try {
            exchange.addExchangeCompleteListener(counted);
        } catch (IllegalStateException e) { // it is complete already: its client went while another handler had it
            counted.answered();
            throw e;
        }
        return counted;
    }

    /** {@return the exchange, which is not counted: it may go on to another handler} */
    public static UndertowExchange passing(HttpServerExchange exchange, Endpoint endpoint) {
        return new UndertowExchange(exchange, endpoint);
    }

    HttpServerExchange undertow() {
        return exchange;
    }

    /** {@return how long each step of its body may take ({@link BodyDeadline}), in nanoseconds} */
    long bodyNanos() {
        return endpoint.bodyNanos();
    }

    /** Its response has gone out, or never will, while the rest of its body may still be coming. On any thread. */
    void answered() {
        synchronized (this) {
            if (!counted) {
                return;
            }
            counted = false;
        }
        endpoint.exchangeAnswered();
    }

    /** Undertow calls it when the exchange is complete. */
    @Override
    public void exchangeEvent(HttpServerExchange completed, NextListener next) {
        try {
            answered();
        } finally {
            next.proceed();
        }
    }

    // ---- the request

    @Override
    public String method() {
        return exchange.getRequestMethod().toString();
    }

    @Override
    public RequestFields fields() {
        return name -> {
            HeaderValues values = exchange.getRequestHeaders().get(name);
            return values == null ? List.of() : values;
        };
    }

    @Override
    public long requestLength() {
        return exchange.isRequestComplete() ? 0 : exchange.getRequestContentLength();
    }

    @Override
    public DuplexRequest request(@Nullable String account) {
        return UndertowRequest.of(exchange, account);
    }

    @Override
    public Object connectionKey() {
        ServerConnection connection = exchange.getConnection();
        Object key = connection.getAttachment(CONNECTION);
        if (key == null) {
            key = new Object();
            connection.putAttachment(CONNECTION, key);
        }
        return key;
    }

    @Override
    public Room room() {
        StreamCount streams = exchange.getConnection().getAttachment(StreamCount.KEY);
        return streams == null ? Room.ENOUGH : streams.room();
    }

    @Override
    public @Nullable Problem noDownload() {
        boolean get = exchange.getRequestMethod().equals(Methods.GET);
        if (get && !exchange.isRequestComplete() && !BodyDeadline.isHttp2(exchange)) {
            // Behind a body the close of an HTTP/1.1 connection would not be noticed.
            return Problem.badHeaders("A GET that opens or resumes a duplex must have no body: send it without one.");
        }
        if (exchange.isHttp10() && !(get && exchange.getRequestHeaders().contains(HeaderNames.VERSION))) {
            if (HTTP_10_WARNED.compareAndSet(false, true)) {
                LOG.warn("A duplex was refused, as all without frames are that come over HTTP/1.0: a proxy must speak"
                        + " HTTP/1.1 with this server (nginx: proxy_http_version 1.1)");
            }
            return Problem.badHeaders("Over HTTP/1.0 a download that was cut looks like one that has ended. Open this"
                    + " duplex over HTTP/1.1 or HTTP/2; a proxy must speak one of these with the server.");
        }
        return null;
    }

    @Override
    public boolean asksForSocket() {
        return UndertowSocket.isAskedFor(exchange);
    }

    @Override
    public void upgrade(Function<Socket, UnattachedSocket> opened) {
        UndertowSocket.upgrade(exchange, endpoint, opened);
    }

    // ---- threads

    /** Runs a task of the endpoint here and now. If it throws, the exchange ends, which would wait for ever. */
    public void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            Answer.fail(exchange, e);
        }
    }

    @Override
    public void execute(Runnable task) {
        IoThreads.execute(exchange.getIoThread(), () -> run(task), cause -> {
            stopped(cause);
            ForkJoinPool.commonPool().execute(() -> run(task));
        });
    }

    @Override
    public boolean isGone() {
        return stopped || exchange.isComplete();
    }

    @Override
    public Runnable waker() {
        return () -> IoThreads.execute(exchange.getIoThread(), this::look, this::stopped);
    }

    private void look() {
        RequestBody upload = request;
        if (upload != null) {
            upload.read();
        }
        ResponseBody download = response;
        if (download != null) {
            download.pump();
        }
    }

    /** No answer will go out, and Undertow does not complete every exchange whose connection it closes. */
    private void stopped(RejectedExecutionException cause) {
        stopped = true;
        RequestBody upload = request;
        if (upload != null) {
            upload.stopped(cause);
        }
        ResponseBody download = response;
        if (download != null) {
            download.gone(cause);
        }
        answered();
    }

    // ---- the response

    static HttpString name(String field) {
        return NAMES.computeIfAbsent(field, HttpString::new);
    }

    @Override
    public void setField(String name, String value) {
        exchange.getResponseHeaders().put(name(name), value);
    }

    @Override
    public void addField(String name, String value) {
        HeaderValues known = exchange.getResponseHeaders().get(name(name));
        if (known == null || !known.contains(value)) {
            exchange.getResponseHeaders().add(name(name), value);
        }
    }

    @Override
    public void answer(UploadOutcome outcome) {
        RequestBody body = request;
        new Answer(exchange, body == null ? null : body.channel(), bodyNanos(), this::answered).send(outcome);
    }

    @Override
    public void abort(Throwable cause) {
        if (response != null) {
            response.gone(cause);
        }
        try {
            if (!exchange.isResponseStarted()) {
                exchange.setStatusCode(StatusCodes.INTERNAL_SERVER_ERROR);
                exchange.getResponseHeaders().remove(Headers.CONTENT_LENGTH);
            }
            exchange.endExchange();
        } catch (RuntimeException e) {
            IoUtils.safeClose(exchange.getConnection());
        } finally {
            answered();
        }
    }

    @Override
    public void download(GuardedDownload source, DownloadHead head) {
        exchange.setStatusCode(StatusCodes.OK);
        head.forEach(this::setField);
        boolean endless = head.length() == Download.UNKNOWN;
        if (endless && exchange.isHttp11()) {
            // Else the response to "Connection: close" ends with its connection, as a cut one does.
            exchange.getResponseHeaders().put(Headers.TRANSFER_ENCODING, "chunked");
        }
        StreamSinkChannel channel = exchange.getResponseChannel();
        if (channel == null) {
            source.lost(new IOException("Another handler has already begun the response"));
            return;
        }
        ResponseBody begun = new ResponseBody(this, channel, source, endless);
        response = begun;
        begun.start();
    }

    @Override
    public void both(GuardedDownload source, DownloadHead head, GuardedUpload sink) {
        // The request first: reading it meets an expectation, and 100 (Continue) must come before the response's head.
        upload(sink, true, decided -> requestEnded());
        download(source, head);
    }

    private void requestEnded() {
        ResponseBody body = response;
        if (body != null) {
            body.requestEnded();
        }
    }

    /** {@return whether the body of the request still has a use} */
    boolean isRequestWanted() {
        RequestBody body = request;
        return body != null && body.isCarrying();
    }

    /** Its response has gone out whole. */
    void responseEnded() {
        if (isRequestWanted()) {
            return;
        }
        if (!exchange.isRequestComplete() && BodyDeadline.canReset(exchange)) {
            IoThreads.after(exchange.getIoThread(), this::dropRequest, RestOfRequest.RESET_NANOS);
        } else {
            dropRequest();
        }
    }

    private void dropRequest() {
        RequestBody body = request;
        RestOfRequest.drop(exchange, body == null ? null : body.channel(), bodyNanos());
    }

    @Override
    public void upload(GuardedUpload sink, boolean streaming, Consumer<UploadOutcome> decided) {
        RequestBody begun = new RequestBody(this, sink, streaming, decided);
        request = begun;
        begun.start();
    }
}
