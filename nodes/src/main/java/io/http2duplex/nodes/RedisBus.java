package io.http2duplex.nodes;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.http2duplex.messages.Bus;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.netty.util.concurrent.EventExecutorGroup;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
    /** How long to wait for an answer of Redis. */
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    /** How many batches are under way at once. */
    private static final int PIPELINED = 64;

    private final NodesBus bus;
    private final byte[] channel;
    private final RedisClient client;
    private final Semaphore pipeline = new Semaphore(PIPELINED);
    private final Object state = new Object();
    /**
     * Which of the two connections, for publishing and for what is published, stand. Guarded by state, as the next three.
     * Not a count: Lettuce tells of the end of one that was never ready, too.
     */
    private final Set<RedisChannelHandler<?, ?>> standing = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Whether Redis has confirmed that this node listens, over the connection that stands. */
    private boolean listening;
    /** Where Redis is, for a person. */
    private @Nullable SocketAddress place;
    /** Whether the observer knows that Redis refuses to let this node listen over the connection that stands. */
    private boolean refusalTold;

    /** Calls of {@link #tell} that its loop has not seen. */
    private final AtomicInteger untold = new AtomicInteger();
    /** Whether the observer was told last that the bus is connected. Of the thread in that loop. */
    private boolean told;

    private @Nullable StatefulRedisConnection<byte[], byte[]> publishing;
    private @Nullable StatefulRedisPubSubConnection<byte[], byte[]> subscribed;

    private RedisBus(RedisURI uri, String name, BusOptions options) {
        channel = ("http2-duplex:" + name).getBytes(UTF_8);
        bus = new NodesBus(name, options, this::send);
        client = RedisClient.create(uri);
        client.setOptions(ClientOptions.builder()
                // At most once: what was under way when the connection broke is not sent again.
                .replayFilter(command -> "PUBLISH".equals(command.getType().toString()))
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.enabled(TIMEOUT))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(TIMEOUT)
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
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(options, "options");
        RedisURI parsed = RedisURI.create(uri);
        if (parsed.getTimeout().equals(RedisURI.DEFAULT_TIMEOUT_DURATION)) { // a minute, also for what is no Redis
            parsed.setTimeout(TIMEOUT);
        }
        RedisBus bus = new RedisBus(parsed, name, options);
        boolean connected = false;
        try {
            bus.connect();
            connected = true;
            return bus;
        } catch (RedisException e) {
            throw new IOException("Redis can't be reached: " + Losses.told(e), e);
        } finally {
            if (!connected) {
                bus.client.shutdown();
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
                bus.received(ByteBuffer.wrap(batch));
            }

            @Override
            public void subscribed(byte[] ignored, long count) {
                synchronized (state) {
                    listening = standing.contains(listener);
                }
                tell();
            }
        });
        listener.sync().subscribe(channel);
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
            tell();
            if (connection instanceof StatefulRedisPubSubConnection) {
                lookLater();
            }
        }

        @Override
        public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
            synchronized (state) {
                standing.remove(connection);
                if (connection instanceof StatefulRedisPubSubConnection) {
                    listening = false;
                    refusalTold = false;
                }
            }
            tell();
        }
    }

    /** Tells the observer what has changed. One thread at a time does, so that the last word is right. */
    private void tell() {
        if (untold.getAndIncrement() > 0) {
            return;
        }
        int seen;
        do {
            seen = untold.get();
            boolean now;
            SocketAddress where;
            synchronized (state) {
                now = listening && standing.size() == 2;
                where = place;
            }
            if (now != told) {
                told = now;
                if (now) {
                    bus.observer.connected("Redis at " + where);
                } else {
                    bus.observer.disconnected("the connection to Redis was lost");
                }
            }
        } while (untold.addAndGet(-seen) > 0);
    }

    /** Lettuce subscribes when it is connected again, but only once: Redis may refuse that, or not answer. */
    private void lookLater() {
        EventExecutorGroup executor = client.getResources().eventExecutorGroup();
        if (!executor.isShuttingDown()) {
            var unused = executor.schedule(this::subscribeAgain, TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void subscribeAgain() {
        StatefulRedisPubSubConnection<byte[], byte[]> listener = subscribed;
        synchronized (state) {
            if (listener == null || listening || !standing.contains(listener)) {
                return;
            }
        }
        listener.async().subscribe(channel).whenComplete((nothing, thrown) -> {
            boolean news;
            synchronized (state) {
                news = thrown != null && !refusalTold && standing.contains(listener);
                refusalTold |= news;
            }
            if (news) {
                bus.observer.disconnected("this node can't subscribe: " + Losses.told(thrown));
            }
            lookLater();
        });
    }

    /** Waits until Redis is there, and until it has answered earlier batches. */
    private void send(byte[] batch, int messages) throws InterruptedException {
        synchronized (state) {
            while (standing.size() < 2) {
                state.wait();
            }
        }
        if (!pipeline.tryAcquire(2 * TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new RedisException("Redis does not answer");
        }
        Objects.requireNonNull(publishing, "publishing")
                .async()
                .publish(channel, batch)
                .whenComplete((receivers, thrown) -> {
                    pipeline.release();
                    if (thrown != null) {
                        bus.losses.lost(messages, Losses.told(thrown));
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
            pipeline.tryAcquire(PIPELINED, TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.shutdown(Duration.ZERO, TIMEOUT);
    }
}
