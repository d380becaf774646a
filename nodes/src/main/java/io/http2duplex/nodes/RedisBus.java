package io.http2duplex.nodes;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.http2duplex.messages.Bus;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A bus over the publish and subscribe of Redis, by Lettuce. Batches of messages are pipelined: none waits for the answer to
 * the one before.
 *
 * <pre>{@code
 * RedisBus bus = RedisBus.connect(URI.create("redis://localhost:6379"));
 * Topics topics = Topics.over(bus);
 * }</pre>
 *
 * <p>At most once. While Redis is away, what this node publishes waits, up to {@link BusOptions#maxQueued}; what was under
 * way when the connection broke, and what others publish until this node is connected again, is lost. {@link #publish}
 * never waits and never throws for that; {@link #statistics} and the {@link BusObserver} tell.
 *
 * <p>It needs {@code io.lettuce:lettuce-core} on the class path.
 */
public final class RedisBus implements Bus, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(RedisBus.class);

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /**
     * After how many times {@link #timeout} without any answer a connection is treated as lost, although nobody says so: what
     * stands between may keep it. More than a pause of Redis, or of this JVM.
     */
    private static final int MOST_SILENT = 4;

    /** How many batches are under way at once. */
    private static final int PIPELINED = 64;

    private final NodesBus bus;
    /** How long to wait for an answer of Redis. */
    private final Duration timeout;

    private final byte[] channel;
    private final ClientResources resources;
    private final RedisClient client;
    /** What is open to Redis. */
    private final Set<Channel> channels = ConcurrentHashMap.newKeySet();

    private final SignsOfLife publishingLife = new SignsOfLife();
    private final SignsOfLife subscribedLife = new SignsOfLife();
    private final Semaphore pipeline = new Semaphore(PIPELINED);
    private final Object state = new Object();
    /**
     * Which of the two connections, for publishing and for what is published, stand. Guarded by state, as the next four.
     * Not a count: Lettuce tells of the end of one that was never ready, too.
     */
    private final Set<RedisChannelHandler<?, ?>> standing = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Whether Redis has confirmed that this node listens, over the connection that stands. */
    private boolean listening;
    /** Where Redis is, for a person. */
    private @Nullable SocketAddress place;
    /** Whether the application has closed the bus: its connections end then, and are not lost. */
    private boolean closed;
    /** Whether the observer knows that Redis refuses to let this node listen over the connection that stands. */
    private boolean refusalReported;

    /** Calls of {@link #report} that its loop has not seen. */
    private final AtomicInteger unreported = new AtomicInteger();
    /** Whether the observer was last informed that the bus is connected. Of the thread in that loop. */
    private boolean reported;

    private @Nullable StatefulRedisConnection<byte[], byte[]> publishing;
    private @Nullable StatefulRedisPubSubConnection<byte[], byte[]> subscribed;

    private RedisBus(RedisURI uri, String name, BusOptions options, Duration timeout) {
        this.timeout = timeout;
        channel = ("http2-duplex:" + name).getBytes(UTF_8);
        bus = new NodesBus(name, options, this::send);
        resources = ClientResources.builder()
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel opened) {
                        channels.add(opened);
                        opened.closeFuture().addListener(closed -> channels.remove(opened));
                    }
                })
                .build();
        client = RedisClient.create(resources, uri);
        client.setOptions(ClientOptions.builder()
                // At most once: what was under way when the connection broke is not sent again.
                .replayFilter(command -> "PUBLISH".equals(command.getType().toString()))
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.enabled(timeout))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(timeout)
                        // A broker that went without a word is noticed, also by a node that only listens.
                        .keepAlive(SocketOptions.KeepAliveOptions.builder()
                                .enable()
                                .idle(Duration.ofSeconds(10))
                                .interval(Duration.ofSeconds(5))
                                .count(2)
                                .build())
                        .build())
                .build());
        client.addListener(new Connections());
    }

    /**
     * Connects to a Redis that all nodes use.
     *
     * @param uri such as {@code redis://user:password@host:6379}, or {@code rediss:} for TLS
     * @throws IOException if it can't be reached now; once it was, it may go and come back
     */
    public static RedisBus connect(URI uri) throws IOException {
        return connect(uri, "bus", BusOptions.DEFAULT);
    }

    /**
     * Connects to a Redis, as {@link #connect(URI)}.
     *
     * @param name distinguishes the buses of several applications on the same Redis
     * @throws IOException if it can't be reached
     */
    public static RedisBus connect(URI uri, String name, BusOptions options) throws IOException {
        return connect(uri, name, options, TIMEOUT);
    }

    /** @param timeout how long to wait for an answer */
    static RedisBus connect(URI uri, String name, BusOptions options, Duration timeout) throws IOException {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(options, "options");
        RedisURI parsed = RedisURI.create(uri);
        if (parsed.getTimeout().equals(RedisURI.DEFAULT_TIMEOUT_DURATION)) { // a minute, also for what is no Redis
            parsed.setTimeout(timeout);
        }
        RedisBus bus = new RedisBus(parsed, name, options, timeout);
        boolean connected = false;
        try {
            bus.connect();
            connected = true;
            return bus;
        } catch (RedisException e) {
            throw new IOException("Redis can't be reached: " + Losses.reason(e), e);
        } finally {
            if (!connected) {
                bus.disconnect();
            }
        }
    }

    private void connect() {
        publishing = client.connect(ByteArrayCodec.INSTANCE);
        StatefulRedisPubSubConnection<byte[], byte[]> listener = client.connectPubSub(ByteArrayCodec.INSTANCE);
        subscribed = listener;
        listener.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(byte[] ignored, byte[] batch) {
                subscribedLife.heard();
                bus.received(ByteBuffer.wrap(batch));
            }

            @Override
            public void subscribed(byte[] ignored, long count) {
                synchronized (state) {
                    listening = standing.contains(listener);
                }
                report();
            }
        });
        listener.sync().subscribe(channel);
        var unused = resources
                .eventExecutorGroup()
                .scheduleWithFixedDelay(this::look, timeout.toMillis(), timeout.toMillis(), TimeUnit.MILLISECONDS);
        bus.start();
    }

    private final class Connections implements RedisConnectionStateListener {
        @Override
        public void onRedisConnected(RedisChannelHandler<?, ?> connection, SocketAddress address) {
            synchronized (state) {
                standing.add(connection);
                place = address;
                state.notifyAll();
            }
            report();
        }

        @Override
        public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
            synchronized (state) {
                standing.remove(connection);
                if (connection instanceof StatefulRedisPubSubConnection) {
                    listening = false;
                    refusalReported = false;
                }
            }
            report();
        }
    }

    /** Tells the observer what has changed. One thread at a time does, so that the last word is right. */
    private void report() {
        if (unreported.getAndIncrement() > 0) {
            return;
        }
        int seen;
        do {
            seen = unreported.get();
            boolean now;
            boolean over;
            SocketAddress where;
            synchronized (state) {
                over = closed;
                now = listening && standing.size() == 2;
                where = place;
            }
            if (now != reported && !over) {
                reported = now;
                if (now) {
                    bus.observer.connected("Redis at " + where);
                } else {
                    bus.observer.disconnected("the connection to Redis was lost");
                }
            }
        } while (unreported.addAndGet(-seen) > 0);
    }

    /** Whether anything has come over a connection. */
    private final class SignsOfLife {
        private volatile boolean heard;
        /** How often in turn nothing had come. Of the thread that looks. */
        private int silent;

        void heard() {
            heard = true;
        }

        /** {@return whether it was silent for too long} Asks for another sign of life. */
        boolean isLost(StatefulRedisConnection<byte[], byte[]> connection) {
            silent = heard || !isStanding(connection) ? 0 : silent + 1;
            heard = false;
            connection.async().ping().whenComplete((pong, thrown) -> {
                if (!(thrown instanceof RedisCommandTimeoutException)) { // a refusal is an answer
                    heard();
                }
            });
            boolean lost = silent >= MOST_SILENT;
            silent = lost ? 0 : silent; // the next connection has as long
            return lost;
        }
    }

    private boolean isStanding(StatefulRedisConnection<?, ?> connection) {
        synchronized (state) {
            return standing.contains(connection);
        }
    }

    /** Looks after what Lettuce does not: whether the connections bring anything, and whether this node listens. */
    private void look() {
        try {
            StatefulRedisPubSubConnection<byte[], byte[]> listener = Objects.requireNonNull(subscribed);
            boolean lost = publishingLife.isLost(Objects.requireNonNull(publishing));
            lost |= subscribedLife.isLost(listener);
            if (lost) {
                for (Channel open : channels) {
                    var unused = open.close(); // Lettuce opens another
                }
            } else {
                subscribeAgain(listener);
            }
        } catch (RuntimeException e) { // there will be another look
            LOG.debug("Redis could not be asked", e);
        }
    }

    /** Lettuce subscribes when it is connected again, but only once: Redis may refuse that, or not answer. */
    private void subscribeAgain(StatefulRedisPubSubConnection<byte[], byte[]> listener) {
        synchronized (state) {
            if (listening || !standing.contains(listener)) {
                return;
            }
        }
        listener.async().subscribe(channel).whenComplete((nothing, thrown) -> {
            boolean news;
            synchronized (state) {
                news = thrown != null && !closed && !refusalReported && standing.contains(listener);
                refusalReported |= news;
            }
            if (news) {
                bus.observer.disconnected("this node can't subscribe: " + Losses.reason(thrown));
            }
        });
    }

    /** Waits until Redis is there, and until it has answered earlier batches. */
    private void send(byte[] batch, int messages) throws InterruptedException {
        synchronized (state) {
            while (standing.size() < 2) {
                state.wait();
            }
        }
        if (!pipeline.tryAcquire(2 * timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new RedisException("Redis does not answer");
        }
        Objects.requireNonNull(publishing, "publishing")
                .async()
                .publish(channel, batch)
                .whenComplete((receivers, thrown) -> {
                    pipeline.release();
                    if (thrown == null) {
                        publishingLife.heard();
                    } else {
                        bus.losses.lost(messages, Losses.reason(thrown));
                    }
                });
    }

    @Override
    public void publish(String topic, ByteBuffer message) {
        bus.publish(topic, message);
    }

    @Override
    public void subscribe(Listener listener) {
        bus.subscribe(listener);
    }

    /** {@return what it has done, and does} */
    public BusStatistics statistics() {
        return bus.statistics();
    }

    /** Sends what waits, for some seconds at most, and disconnects. */
    @Override
    public void close() {
        bus.close();
        try {
            pipeline.tryAcquire(PIPELINED, timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        disconnect();
    }

    /** It goes on behind the caller where that is interrupted, or it takes long. */
    private void disconnect() {
        synchronized (state) {
            closed = true;
        }
        CountDownLatch over = new CountDownLatch(1);
        var unused = client.shutdownAsync(0, timeout.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((nothing, thrown) -> {
                    var ends = resources.shutdown(0, timeout.toMillis(), TimeUnit.MILLISECONDS);
                    var unusedListener = ends.addListener(ended -> over.countDown());
                });
        try {
            var unusedTime = over.await(2 * timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
