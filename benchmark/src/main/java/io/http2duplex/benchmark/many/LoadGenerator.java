package io.http2duplex.benchmark.many;

import io.http2duplex.benchmark.Waiting;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens duplexes and has the server echo over them: 100 on a connection, or 50 if their uploads stream, of which each
 * takes two streams of the server's 256. All of it happens on one thread, so that it
 * takes little from the server's. The public methods are for another thread, and wait.
 */
final class LoadGenerator implements AutoCloseable {
    /** How many duplexes a connection has, unless said otherwise. */
    static final int PER_CONNECTION = 100;

    private static final int STREAMING_PER_CONNECTION = 50;
    private static final int CONNECTING = 16;
    /** A prime, so that a sample comes to all duplexes of any usual number. */
    private static final int FAR = 10_007;

    /** Far more than anything takes: what takes longer hangs. */
    private static final int PATIENCE_MINUTES = 3;

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Bootstrap bootstrap =
            new Bootstrap().group(loop).channel(NioSocketChannel.class).option(ChannelOption.TCP_NODELAY, true);
    /** Null in clear text. */
    private final @Nullable SslContext tls;

    private final int port;
    private final Listener listener = new Listener();
    private final List<LoadConnection> connections = new ArrayList<>();
    private final List<LoadDuplex> duplexes = new ArrayList<>();

    /** For each connection that is made. */
    private Supplier<ChannelHandler> handlers = () -> new ChannelHandlerAdapter() {};

    private int connectionsToMake;
    private int connectionsOpen;
    /** From one duplex that echoes to the next. */
    private int step = 1;

    private Phase phase = new Phase(0);

    /** What is going on: until when echoes are asked for, and what came of it. */
    private static final class Phase {
        private final CompletableFuture<Void> over = new CompletableFuture<>();
        private final Latencies latencies = new Latencies();
        private final long end;
        private int underWay;

        Phase(long end) {
            this.end = end;
        }
    }

    /** @param authority the certificate of who has signed the server's */
    LoadGenerator(int port, Path authority) throws IOException {
        this(port, tls(authority, ApplicationProtocolNames.HTTP_2));
    }

    private LoadGenerator(int port, @Nullable SslContext tls) {
        this.port = port;
        this.tls = tls;
    }

    /** {@return one that speaks in clear text} */
    static LoadGenerator clear(int port) {
        return new LoadGenerator(port, (SslContext) null);
    }

    /** {@return one for WebSockets} */
    static LoadGenerator ofSockets(int port, Path authority) throws IOException {
        return new LoadGenerator(port, tls(authority, ApplicationProtocolNames.HTTP_1_1));
    }

    private static SslContext tls(Path authority, String protocol) throws IOException {
        SslContext tls = SslContextBuilder.forClient()
                .trustManager(authority.toFile())
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        protocol))
                .build();
        // Each connection is another client's, and makes the whole handshake.
        if (tls.sessionContext() instanceof OpenSslSessionContext sessions) {
            sessions.setSessionCacheEnabled(false);
        }
        return tls;
    }

    /** Opens so many more. {@return how long it took} */
    Duration open(int count, LoadMode how) {
        return open(count, how, how.streams() ? STREAMING_PER_CONNECTION : PER_CONNECTION);
    }

    /** Opens so many more. {@return how long it took} */
    Duration open(int count, LoadMode mode, int perConnection) {
        AsciiString authority = AsciiString.of("localhost:" + port);
        int each = Math.min(count, perConnection);
        return connect((count + perConnection - 1) / perConnection, () -> {
            LoadConnection connection = new LoadConnection(authority, tls != null, mode, each, listener);
            connections.add(connection);
            return connection;
        });
    }

    /** Opens so many more WebSockets, which are not used. {@return how long it took} */
    Duration openSockets(int count) {
        return connect(count, () -> new IdleSocket("localhost:" + port, tls != null, listener));
    }

    private Duration connect(int count, Supplier<ChannelHandler> made) {
        long before = System.nanoTime();
        run(0, () -> {
            handlers = made;
            connectionsToMake = count;
            connectionsOpen = 0;
            int atOnce = Math.min(CONNECTING, count);
            for (int i = 0; i < atOnce; i++) {
                connect();
            }
        });
        return Duration.ofNanos(System.nanoTime() - before);
    }

    private void connect() {
        ChannelHandler connection = handlers.get();
        bootstrap
                .clone()
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        if (tls != null) {
                            SslHandler handshake = tls.newHandler(channel.alloc(), "localhost", port);
                            handshake.setHandshakeTimeout(PATIENCE_MINUTES, TimeUnit.MINUTES);
                            channel.pipeline().addLast(handshake);
                        }
                        channel.pipeline().addLast(connection);
                    }
                })
                .connect("localhost", port)
                .addListener(made -> {
                    if (!made.isSuccess()) {
                        listener.failed(made.cause());
                    }
                });
    }

    /**
     * Has echoes made over all duplexes in turn.
     *
     * @param atOnce how many are under way at any time
     * @return how long each of them took
     */
    Latencies echo(Duration duration, int atOnce) {
        return echo(duration, atOnce, 1);
    }

    /**
     * Has echoes made over duplexes of all connections.
     *
     * @param atOnce how many are under way at any time
     * @return how long each of them took
     */
    Latencies sample(Duration duration, int atOnce) {
        return echo(duration, atOnce, FAR);
    }

    private Latencies echo(Duration duration, int atOnce, int apart) {
        return run(System.nanoTime() + duration.toNanos(), () -> {
                    step = apart;
                    for (int i = 0; i < atOnce; i++) {
                        listener.sendNext();
                    }
                })
                .latencies;
    }

    /** Closes all duplexes, and then the connections. */
    void closeDuplexes() {
        run(0, () -> {
            phase.underWay = duplexes.size();
            connections.forEach(LoadConnection::closeDuplexes);
        });
        run(0, () -> {
            connections.forEach(LoadConnection::close);
            connections.clear();
            duplexes.clear();
            phase.over.complete(null);
        });
    }

    /**
     * Has the server send to all duplexes, and waits until each has it.
     *
     * @param bytes how many come to each, no more and no fewer
     * @param cause makes the server send
     * @return how long it took until each of them had it
     */
    Latencies receive(int bytes, Runnable cause) {
        CompletableFuture<Void> expected = new CompletableFuture<>();
        CompletableFuture<Void> caused = expected.thenRunAsync(cause);
        Latencies latencies = run(0, () -> {
                    Phase begun = phase;
                    begun.underWay = duplexes.size();
                    long now = System.nanoTime();
                    duplexes.forEach(duplex -> duplex.expect(bytes, now));
                    caused.exceptionally(failure -> {
                        begun.over.completeExceptionally(failure);
                        return null;
                    });
                    expected.complete(null);
                })
                .latencies;
        Waiting.result(caused, "what causes the echoes");
        return latencies;
    }

    private Phase run(long end, Runnable start) {
        Phase next = new Phase(end);
        try {
            loop.next().execute(() -> {
                phase = next;
                try {
                    start.run();
                } catch (RuntimeException e) {
                    next.over.completeExceptionally(e);
                }
            });
            next.over.get(PATIENCE_MINUTES, TimeUnit.MINUTES);
            return next;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("Nothing came of it for " + PATIENCE_MINUTES + " minutes", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(PATIENCE_MINUTES, TimeUnit.MINUTES);
    }

    /** On the loop's thread. */
    private final class Listener implements LoadConnection.Listener {
        private int next;

        @Override
        public void opened(List<LoadDuplex> more) {
            duplexes.addAll(more);
            connectionsOpen++;
            if (connectionsOpen == connectionsToMake) {
                phase.over.complete(null);
            } else if (connectionsOpen + CONNECTING <= connectionsToMake) {
                connect();
            }
        }

        void sendNext() {
            next = (next + step) % duplexes.size();
            LoadDuplex duplex = duplexes.get(next);
            if (duplex.isQuiet()) {
                phase.underWay++;
                duplex.send(System.nanoTime());
            }
        }

        @Override
        public void echoed(LoadDuplex duplex) {
            phase.latencies.add(System.nanoTime() - duplex.sentAt());
        }

        @Override
        public void quiet(LoadDuplex duplex) {
            phase.underWay--;
            if (System.nanoTime() < phase.end) {
                sendNext();
            } else if (phase.underWay == 0) {
                phase.over.complete(null);
            }
        }

        @Override
        public void failed(Throwable failure) {
            phase.over.completeExceptionally(failure);
        }
    }
}
