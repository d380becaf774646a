package io.http2duplex.internal.listener;

import io.http2duplex.internal.options.OptionChecks;
import io.http2duplex.internal.undertow.EntityLimit;
import io.http2duplex.internal.undertow.IoThreads;
import io.http2duplex.internal.undertow.ResponseDeadline;
import io.undertow.UndertowOptions;
import io.undertow.connector.ByteBufferPool;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.SslClientAuthMode;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/** A port of a server that speaks HTTP/2 and HTTP/1.1: over TLS with ALPN, or in clear text. */
public final class HttpPort {
    private static final Logger LOG = Logger.getLogger(HttpPort.class);

    private static final int CLOSE_SECONDS = 5;

    /**
     * Buffers for TLS, each for the largest record. They are on the heap, where the JDK encrypts and decrypts in place.
     * Outside the heap, it would copy each record into new arrays and back.
     */
    private static final ByteBufferPool RECORDS = new DefaultByteBufferPool(false, 17 * 1024, -1, 12);

    private final XnioWorker worker;
    private final ListenerCounts counts = new ListenerCounts();
    private final Connections connections;
    private final Http1Listener http1;
    private final Http2Listener http2;
    private final @Nullable UndertowXnioSsl ssl;
    private final AcceptingChannel<? extends StreamConnection> accepting;

    private HttpPort(
            XnioWorker worker,
            InetSocketAddress address,
            @Nullable SSLContext tls,
            boolean certificates,
            ListenerLimits limits,
            HttpHandler handler)
            throws IOException {
        this.worker = worker;
        Http2Buffers buffers = Http2Buffers.create();
        ByteBufferPool pool = buffers.toWrite();
        OptionMap options = OptionMap.builder()
                .set(UndertowOptions.BUFFER_PIPELINED_DATA, true)
                .set(UndertowOptions.MAX_ENTITY_SIZE, EntityLimit.UNSET)
                .set(UndertowOptions.MAX_HEADER_SIZE, HeadLimit.MAX_SIZE)
                .set(
                        UndertowOptions.MAX_HEADERS,
                        Math.max(
                                UndertowOptions.DEFAULT_MAX_HEADERS,
                                2 * limits.connections().maxHeaders()))
                .set(
                        UndertowOptions.HTTP2_SETTINGS_INITIAL_WINDOW_SIZE,
                        limits.http2().streamWindow())
                .set(
                        UndertowOptions.HTTP2_SETTINGS_MAX_CONCURRENT_STREAMS,
                        limits.http2().maxStreams())
                // StreamLedger counts resets.
                .set(UndertowOptions.MAX_RST_FRAMES_PER_WINDOW, Integer.MAX_VALUE)
                // All that the windows allow must fit, even if frames leave their buffers half empty.
                .set(
                        UndertowOptions.MAX_QUEUED_READ_BUFFERS,
                        2 * (limits.http2().connectionWindow() / Http2Buffers.WRITE_SIZE + 1))
                .getMap();
        OptionMap http1Options = OptionMap.builder()
                .addAll(options)
                .set(
                        UndertowOptions.REQUEST_PARSE_TIMEOUT,
                        millis(limits.connections().firstRequestTimeout()))
                .set(
                        UndertowOptions.NO_REQUEST_TIMEOUT,
                        millis(limits.connections().idleTimeout()))
                .getMap();
        HttpHandler limited = new ResponseDeadline(
                OptionChecks.nanos(limits.connections().responseTimeout()),
                () -> counts.reached(ListenerLimit.RESPONSE_TIMEOUT),
                new BlockedResponses(limits.connections(), counts),
                new HeadLimit(limits.connections(), counts, new EntityLimit(handler)));
        OptionMap sockets = OptionMap.builder()
                .set(Options.WORKER_IO_THREADS, worker.getIoThreadCount())
                .set(Options.TCP_NODELAY, true)
                .set(Options.REUSE_ADDRESSES, true)
                .set(Options.BALANCING_TOKENS, 1)
                .set(Options.BALANCING_CONNECTIONS, 2)
                .set(Options.BACKLOG, 1000)
                .set(
                        Options.SSL_CLIENT_AUTH_MODE,
                        certificates ? SslClientAuthMode.REQUIRED : SslClientAuthMode.NOT_REQUESTED)
                .getMap();
        connections = new Connections(limits.connections(), counts);
        http1 = new Http1Listener(pool, http1Options, connections, counts, limited);
        http2 = new Http2Listener(buffers, options, limits, counts, connections, limited);
        ChannelListener<StreamConnection> first;
        if (tls == null) {
            ssl = null;
            ClearListener clear = new ClearListener(
                    http1,
                    http2,
                    limits.connections().firstRequestTimeout(),
                    () -> counts.reached(ListenerLimit.FIRST_REQUEST_TIMEOUT));
            first = connections.clear(clear);
        } else {
            UndertowXnioSsl secured = new UndertowXnioSsl(worker.getXnio(), OptionMap.EMPTY, RECORDS, tls);
            first = connections.securing(
                    plain -> secured.wrapExistingConnection(plain, sockets, false), new TlsListener(http1, http2));
            ssl = secured;
        }
        accepting = worker.createStreamConnectionServer(address, accepting(first), sockets);
    }

    /**
     * {@return a listener that accepts connections} XNIO's own logs an error for each connection that waits to be accepted
     * when the port is closed.
     */
    private static <C extends StreamConnection> ChannelListener<AcceptingChannel<C>> accepting(
            ChannelListener<? super StreamConnection> next) {
        return port -> {
            try {
                StreamConnection connection = port.accept();
                if (connection != null) {
                    ChannelListeners.invokeChannelListener(connection, next);
                }
            } catch (ClosedChannelException e) {
                LOG.tracef(e, "%s was closed while a connection waited", port);
            } catch (IOException e) {
                LOG.errorf(e, "%s could not accept a connection", port);
            }
        };
    }

    /**
     * Begins to listen.
     *
     * @param tls null for clear text
     * @param certificates whether each client must show a certificate
     * @param handler the handler of all requests
     * @throws IOException if it cannot listen there
     */
    public static HttpPort open(
            InetSocketAddress address,
            @Nullable SSLContext tls,
            boolean certificates,
            ListenerLimits limits,
            HttpHandler handler)
            throws IOException {
        if (address.isUnresolved()) {
            throw new UnknownHostException(address.getHostString());
        }
        int processors = Runtime.getRuntime().availableProcessors();
        int ioThreads = Math.max(processors, 2);
        int workerThreads = 8 * ioThreads;
        XnioWorker worker = Xnio.getInstance(HttpPort.class.getClassLoader())
                .createWorker(OptionMap.builder()
                        .set(Options.WORKER_IO_THREADS, ioThreads)
                        .set(Options.WORKER_TASK_CORE_THREADS, workerThreads)
                        .set(Options.WORKER_TASK_MAX_THREADS, workerThreads)
                        .set(Options.TCP_NODELAY, true)
                        .getMap());
        try {
            HttpPort port = new HttpPort(worker, address, tls, certificates, limits, handler);
            port.accepting.resumeAccepts();
            return port;
        } catch (IOException | RuntimeException e) {
            worker.shutdownNow();
            throw e;
        }
    }

    /** {@return the address that it listens on} */
    public InetSocketAddress address() {
        return accepting.getLocalAddress(InetSocketAddress.class);
    }

    private static int millis(Duration time) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, TimeUnit.NANOSECONDS.toMillis(OptionChecks.nanos(time))));
    }

    /** {@return how many connections are open} */
    public int connections() {
        return connections.count();
    }

    /** {@return how many streams of HTTP/2 are open} */
    public int streams() {
        return http2.streams();
    }

    /** {@return how many connections were admitted} */
    public long connectionsAccepted() {
        return counts.connectionsAccepted();
    }

    /** {@return how many streams of HTTP/2 were begun} */
    public long streamsBegun() {
        return counts.streamsBegun();
    }

    /** {@return how often each limit has ended or refused a connection or a stream; 0 included} */
    public Map<ListenerLimit, Long> limitsReached() {
        return counts.limitsReached();
    }

    /** Closes the connection with that peer, if there is one. May be called on any thread. */
    public void disconnect(SocketAddress peer) {
        connections.disconnect(peer);
    }

    /** Uses this context for new connections. */
    public void use(SSLContext tls) {
        if (ssl != null) {
            ssl.updateSSLContext(tls);
        }
    }

    /** {@return whether the current thread is one of its I/O threads, which {@link #close} waits for} */
    public boolean isOnIoThread() {
        return Thread.currentThread() instanceof XnioIoThread thread && thread.getWorker() == worker;
    }

    /** {@return an executor for tasks that may block} */
    public Executor executor() {
        return worker;
    }

    /** Runs a task on an I/O thread after a time. {@return what cancels it} */
    public Runnable after(Duration time, Runnable task) {
        return IoThreads.after(worker.getIoThread(), task, OptionChecks.nanos(time));
    }

    /** Refuses new connections, and waits until GOAWAY is sent: HTTP/2 connections end with their last stream. */
    public void drain() {
        IoUtils.safeClose(accepting);
        http2.drain().completeOnTimeout(null, CLOSE_SECONDS, TimeUnit.SECONDS).join();
    }

    /** Closes everything. Waits until the threads have ended, at most {@value #CLOSE_SECONDS} seconds. */
    public void close() {
        IoUtils.safeClose(accepting);
        http1.closeConnections();
        http2.closeWhenSent()
                .completeOnTimeout(null, CLOSE_SECONDS, TimeUnit.SECONDS)
                .join();
        worker.shutdown();
        try {
            if (!worker.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                worker.shutdownNow();
            }
        } catch (InterruptedException e) {
            worker.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
