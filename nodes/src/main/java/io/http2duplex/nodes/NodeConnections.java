package io.http2duplex.nodes;

import io.http2duplex.internal.options.OptionChecks;
import io.undertow.UndertowOptions;
import io.undertow.client.ClientCallback;
import io.undertow.client.ClientConnection;
import io.undertow.client.ClientExchange;
import io.undertow.client.ClientRequest;
import io.undertow.client.ClientStatistics;
import io.undertow.client.UndertowClient;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.proxy.ConnectionPoolManager;
import io.undertow.server.handlers.proxy.ProxyCallback;
import io.undertow.server.handlers.proxy.ProxyClient;
import io.undertow.server.handlers.proxy.ProxyConnection;
import io.undertow.server.handlers.proxy.ProxyConnectionPool;
import io.undertow.util.AttachmentKey;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.XnioExecutor;
import org.xnio.XnioIoThread;

/**
 * The connections to one node, one for each request under way. Undertow's pool reuses a connection whenever the client's
 * exchange is over, even if the node's answer is not: a client that goes in the middle would leave its rest to the next
 * request. So a connection is used again only after a POST that was taken, whose answer has no body, and is closed after all
 * else.
 *
 * <p>A request that waits for a node that is gone would wait for ever: connecting has a bound, and so has silence.
 */
final class NodeConnections implements ProxyClient {
    private static final ProxyTarget TARGET = new ProxyTarget() {};
    private static final AttachmentKey<Sending> SENDING = AttachmentKey.create(Sending.class);

    private static final long LATELY_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final AtomicInteger underWay = new AtomicInteger();
    private volatile long failedAt = System.nanoTime() - LATELY_NANOS;
    private final @Nullable NodeEncryption encryption;
    private final ProxyConnectionPool pool;
    private final int maxRequests;
    private final long connectMillis;
    private final long idleMillis;

    NodeConnections(
            URI address,
            @Nullable Supplier<SSLContext> tls,
            int maxRequests,
            Duration connectTimeout,
            Duration idleTimeout) {
        this.maxRequests = maxRequests;
        connectMillis = TimeUnit.NANOSECONDS.toMillis(OptionChecks.nanos(connectTimeout));
        idleMillis = TimeUnit.NANOSECONDS.toMillis(OptionChecks.nanos(idleTimeout));
        OptionMap options = OptionMap.builder()
                .set(Options.TCP_NODELAY, true)
                .set(Options.KEEP_ALIVE, true)
                .set(UndertowOptions.ENABLE_HTTP2, false)
                .set(UndertowOptions.ENABLE_STATISTICS, true)
                .getMap();
        encryption = tls == null ? null : new NodeEncryption(tls);
        pool = new ProxyConnectionPool(
                new Bounds(maxRequests),
                address,
                encryption == null ? null : encryption.ssl(),
                UndertowClient.getInstance(),
                options);
    }

    /** What Undertow's pool asks for. There is one node, so it is never left out. */
    private record Bounds(int maxConnections) implements ConnectionPoolManager {
        /** Below the time for which a server keeps connections without a request. */
        private static final long IDLE_MILLIS = 20_000;

        private static final int MAX_IDLE = 64;

        @Override
        public int getMaxConnections() {
            return maxConnections;
        }

        @Override
        public int getMaxCachedConnections() {
            return MAX_IDLE;
        }

        @Override
        public int getSMaxConnections() {
            return 0;
        }

        @Override
        public long getTtl() {
            return IDLE_MILLIS;
        }

        @Override
        public int getMaxQueueSize() {
            return 0;
        }

        @Override
        public int getProblemServerRetry() {
            return 0;
        }

        @Override
        public boolean isAvailable() {
            return true;
        }

        @Override
        public boolean handleError() {
            return true;
        }

        @Override
        public boolean clearError() {
            return true;
        }
    }

    @Override
    public ProxyTarget findTarget(HttpServerExchange exchange) {
        return TARGET;
    }

    @Override
    public void getConnection(
            ProxyTarget target,
            HttpServerExchange exchange,
            ProxyCallback<ProxyConnection> callback,
            long timeout,
            TimeUnit timeUnit) {
        if (underWay.incrementAndGet() > maxRequests) {
            underWay.decrementAndGet();
            callback.couldNotResolveBackend(exchange);
            return;
        }
        if (encryption != null) {
            encryption.refresh();
        }
        pool.connect(target, exchange, new Connecting(exchange.getIoThread(), callback, exchange), 0, timeUnit, false);
    }

    /** The node can't be reached: its name leads nowhere. */
    void unreachable() {
        failedAt = System.nanoTime();
    }

    /** {@return whether a connection could not be made in the last seconds} */
    boolean hasFailedLately() {
        return System.nanoTime() - failedAt < LATELY_NANOS;
    }

    /** {@return whether nothing of that request or its answer can be left on its connection} */
    private static boolean isWhole(HttpServerExchange exchange) {
        return exchange.getRequestMethod().equals(Methods.POST)
                && exchange.isRequestComplete()
                && exchange.isResponseComplete()
                && (exchange.getStatusCode() == StatusCodes.NO_CONTENT || exchange.getStatusCode() == StatusCodes.OK);
    }

    /**
     * A request that waits for a connection. Its states: waiting, then connected, failed or late, once. (Undertow's client
     * reports a connection over TLS twice when HTTP/2 is off.)
     */
    private final class Connecting implements ProxyCallback<ProxyConnection> {
        private final XnioIoThread thread;
        private final ProxyCallback<ProxyConnection> callback;
        private final XnioExecutor.Key timer;
        private boolean settled;

        Connecting(XnioIoThread thread, ProxyCallback<ProxyConnection> callback, HttpServerExchange exchange) {
            this.thread = thread;
            this.callback = callback;
            timer = thread.executeAfter(() -> failed(exchange), connectMillis, TimeUnit.MILLISECONDS);
        }

        private boolean settle() {
            if (settled) {
                return false;
            }
            settled = true;
            timer.remove();
            return true;
        }

        @Override
        public void completed(HttpServerExchange exchange, ProxyConnection connection) {
            ClientConnection client = connection.getConnection();
            if (!settle()) {
                IoUtils.safeClose(client);
                return;
            }
            Sending sending = new Sending(client, exchange.isRequestComplete());
            exchange.putAttachment(SENDING, sending);
            AtomicBoolean hasPlace = new AtomicBoolean(true);
            Runnable leave = () -> {
                if (hasPlace.getAndSet(false)) {
                    underWay.decrementAndGet();
                }
            };
            Silence silence = new Silence(thread, sending, exchange, leave);
            // Called before the pool's own listener, which keeps what is open.
            exchange.addExchangeCompleteListener((over, proceed) -> {
                leave.run();
                silence.stop();
                if (!isWhole(over)) {
                    sending.close();
                }
                if (Thread.currentThread() == thread) {
                    proceed.proceed();
                } else { // the pool refuses connections of other threads
                    thread.execute(proceed::proceed);
                }
            });
            callback.completed(exchange, new ProxyConnection(sending.proxy(), connection.getTargetPath()));
        }

        @Override
        public void failed(HttpServerExchange exchange) {
            if (settle()) {
                underWay.decrementAndGet();
                unreachable();
                callback.failed(exchange);
            }
        }

        @Override
        public void queuedRequestFailed(HttpServerExchange exchange) {
            failed(exchange);
        }

        @Override
        public void couldNotResolveBackend(HttpServerExchange exchange) {
            failed(exchange);
        }
    }

    /** The body of a forwarded request has come to its end. */
    static void bodyEnded(HttpServerExchange exchange) {
        Sending sending = exchange.getAttachment(SENDING);
        if (sending != null) {
            sending.whole = true;
        }
    }

    /** The body of a forwarded request was cut. */
    static void bodyCut(HttpServerExchange exchange) {
        Sending sending = exchange.getAttachment(SENDING);
        if (sending != null) {
            sending.cut();
        }
    }

    /**
     * A request on its way to the node. When Undertow's client closes a connection it first ends what is sent over it as if
     * it were whole: a body that was cut would come to the node as one that has ended. So it is broken off before that,
     * no matter who closes the connection: Undertow's proxy gets stand-ins that come here.
     */
    private static final class Sending {
        final ClientConnection connection;
        /** Whether all of the body was read. */
        volatile boolean whole;
        /** Once the request was sent. */
        private volatile @Nullable ClientExchange sent;

        private final ClientConnection shownConnection;

        Sending(ClientConnection connection, boolean whole) {
            this.connection = connection;
            this.whole = whole;
            shownConnection = shown(ClientConnection.class, connection, (method, arguments) -> {
                switch (method) {
                    case "close" -> close();
                    case "sendRequest" -> send(arguments);
                    default -> {
                        return PASS;
                    }
                }
                return null;
            });
        }

        /** {@return the connection, for Undertow's proxy} */
        ClientConnection proxy() {
            return shownConnection;
        }

        @SuppressWarnings("unchecked") // what the method of that name takes
        private void send(Object[] arguments) {
            ClientCallback<ClientExchange> callback = (ClientCallback<ClientExchange>) arguments[1];
            connection.sendRequest((ClientRequest) arguments[0], showing(callback));
        }

        private ClientCallback<ClientExchange> showing(ClientCallback<ClientExchange> callback) {
            return new ClientCallback<>() {
                @Override
                public void completed(ClientExchange result) {
                    sent = result;
                    callback.completed(shown(result));
                }

                @Override
                public void failed(IOException cause) {
                    callback.failed(cause);
                }
            };
        }

        @SuppressWarnings("unchecked") // what the method of that name takes
        private ClientExchange shown(ClientExchange exchange) {
            return shown(ClientExchange.class, exchange, (method, arguments) -> {
                switch (method) {
                    case "getConnection" -> {
                        return shownConnection;
                    }
                    case "setResponseListener" -> {
                        exchange.setResponseListener(showing((ClientCallback<ClientExchange>) arguments[0]));
                        return null;
                    }
                    default -> {
                        return PASS;
                    }
                }
            });
        }

        private interface Calls {
            @Nullable
            Object called(String method, Object[] arguments);
        }

        /** What {@link Calls} give for a method that is not theirs. */
        private static final Object PASS = new Object();

        private static final Object[] NONE = {};

        /** {@return a stand-in for an object, of whose methods some are given} */
        private static <T> T shown(Class<T> type, T object, Calls calls) {
            return type.cast(Proxy.newProxyInstance(
                    type.getClassLoader(), new Class<?>[] {type}, (same, method, arguments) -> {
                        Object given = calls.called(method.getName(), arguments == null ? NONE : arguments);
                        if (given != PASS) {
                            return given;
                        }
                        try {
                            return method.invoke(object, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    }));
        }

        /** {@return whether the head of an answer has come} */
        boolean isAnswered() {
            ClientExchange request = sent;
            return request != null && request.getResponse() != null;
        }

        void cut() {
            ClientExchange request = sent;
            if (!whole && request != null) {
                IoUtils.safeClose(request.getRequestChannel());
            }
        }

        void close() {
            cut();
            IoUtils.safeClose(connection);
        }
    }

    /** A watch that closes a connection over which nothing has gone for a while. */
    private final class Silence implements Runnable {
        private final XnioIoThread thread;
        private final Sending sending;
        private final HttpServerExchange exchange;
        private final Runnable leave;
        private long bytes;
        private XnioExecutor.Key timer;

        /** @param leave gives the place of the request back, once */
        Silence(XnioIoThread thread, Sending sending, HttpServerExchange exchange, Runnable leave) {
            this.leave = leave;
            this.thread = thread;
            this.sending = sending;
            this.exchange = exchange;
            timer = start();
        }

        private XnioExecutor.Key start() {
            return thread.executeAfter(this, idleMillis, TimeUnit.MILLISECONDS);
        }

        @Override
        public void run() {
            ClientStatistics statistics = sending.connection.getStatistics();
            long now = statistics.getRead() + statistics.getWritten();
            if (now == bytes) {
                sending.close();
                if (sending.isAnswered()) {
                    // Undertow's proxy waits for the rest of the answer, and closing wakes nobody. The client must see
                    // a cut.
                    IoUtils.safeClose(exchange.getConnection()); // on HTTP/2 this resets the stream alone
                    leave.run(); // the exchange may end later
                }
            } else {
                bytes = now;
                timer = start();
            }
        }

        void stop() {
            timer.remove();
        }
    }
}
