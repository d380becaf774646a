package io.http2duplex.attack;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexCallback;
import io.http2duplex.DuplexStatistics;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import io.http2duplex.server.DuplexServerStatistics;
import io.http2duplex.wire.TestServer;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/** What is attacked: a {@link DuplexServer} with TLS and one without, and the applications that both of them have. */
final class Target implements AutoCloseable {
    /** Of the applications one sends back what comes, one reads nothing, one writes nothing. */
    static final List<String> PATHS = List.of("/echo", "/deaf", "/mute");

    /** One that throws an exception. */
    static final String FAILING = "/failing";

    /** An echo whose duplexes belong to accounts, as {@link Accounts} has it. */
    static final String ACCOUNTS = "/accounts";

    /** An echo that pages of {@link #ORIGIN} may use. */
    static final String ORIGINS = "/origins";

    static final String ORIGIN = "https://app.example";

    /** An echo whose duplexes do not live long, and of which a connection may have few. */
    static final String SHORT = "/short";

    static final String FAILURE = "as the test wants it";

    /** What the log has as an error because of it: the failures, and how many more there were. */
    static final Pattern FAILURES =
            Pattern.compile(FAILURE + "|The authorizer failed|Handlers of duplexes failed: \\d+ more");

    final Verdict verdict = new Verdict();
    final Ids ids = new Ids();
    final SSLContext trust = TestServer.trust();

    /** Where attackers come from: where there are more loopback addresses than one, not from where good clients do. */
    final InetAddress attackers = attackers();

    private final ReferenceQueue<Duplex> collected = new ReferenceQueue<>();
    private final Set<PhantomReference<Duplex>> watched = ConcurrentHashMap.newKeySet();
    private final Map<String, DuplexHandler> handlers = Map.of(
            "/echo",
            handler(Target::echo, options -> options),
            "/deaf",
            handler(duplex -> duplex.send(ByteBuffer.allocate(1000)), options -> options),
            "/mute",
            handler(
                    duplex -> duplex.input().subscribe(new Dropping()),
                    options -> options.bodyTimeout(Duration.ofSeconds(1))),
            FAILING,
            handler(
                    duplex -> {
                        throw new IllegalStateException(FAILURE);
                    },
                    options -> options),
            ACCOUNTS,
            handler(
                    Target::echo,
                    options -> options.authorize(new Accounts())
                            .authorizeTimeout(Duration.ofSeconds(1))
                            .maxSessionsPerAccount(20)),
            ORIGINS,
            handler(Target::echo, options -> options.allowedOrigins(ORIGIN).allowCredentials(true)),
            SHORT,
            handler(
                    Target::echo,
                    options -> options.idleTimeout(Duration.ofMillis(200))
                            .maxLife(Duration.ofSeconds(1))
                            .maxSessionsPerConnection(20)));
    private final DuplexServer secure = start(DuplexServer.builder().tls(TestServer.tls()));
    private final DuplexServer clear = start(DuplexServer.builder());
    private final int securePort = secure.port();
    private final int clearPort = clear.port();

    private static void echo(Duplex duplex) {
        duplex.input().subscribe(duplex.output());
    }

    private DuplexHandler handler(DuplexCallback callback, UnaryOperator<DuplexHandler.Builder> options) {
        return options.apply(DuplexHandler.builder(duplex -> {
                            watched.add(new PhantomReference<>(duplex, collected));
                            callback.onDuplex(duplex);
                        })
                        // What attackers leave behind is to be gone soon.
                        .resumeTimeout(Duration.ofSeconds(2))
                        .lingerTimeout(Duration.ofSeconds(2))
                        // Attackers are to meet these bounds, but not so soon that they do nothing else, and never good
                        // clients.
                        .maxSessionsPerAddress(areApart() ? 100 : 100_000)
                        .maxOpensPerMinute(areApart() ? 900 : 100_000))
                .build();
    }

    private DuplexServer start(DuplexServer.Builder builder) {
        handlers.forEach(builder::handle);
        DuplexServer server = builder.wrap(this::watch)
                .maxConnectionsPerAddress(areApart() ? 250 : 10_000)
                // The good ones have to keep to it, too, on a machine that is busy.
                .handshakeTimeout(Duration.ofSeconds(20))
                .build();
        server.start();
        return server;
    }

    /** What is answered whether or not anybody reads it. */
    private HttpHandler watch(HttpHandler next) {
        return exchange -> {
            exchange.addExchangeCompleteListener((completed, proceed) -> {
                if (completed.getStatusCode() >= 500 && completed.getStatusCode() != 503) {
                    verdict.fault(completed.getRequestMethod() + " was answered with " + completed.getStatusCode());
                }
                proceed.proceed();
            });
            next.handleRequest(exchange);
        };
    }

    private static InetAddress attackers() {
        InetAddress own = InetAddress.getLoopbackAddress();
        byte[] other = own.getAddress();
        other[other.length - 1]++;
        try (ServerSocket there = new ServerSocket(0, 1, InetAddress.getByAddress(other))) {
            return there.getInetAddress();
        } catch (IOException e) {
            return own; // this machine has one loopback address
        }
    }

    private boolean areApart() {
        return !attackers.equals(InetAddress.getLoopbackAddress());
    }

    int port(boolean tls) {
        return tls ? securePort : clearPort;
    }

    InetSocketAddress address(boolean tls) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port(tls));
    }

    int sessions() {
        return handlers.values().stream().mapToInt(DuplexHandler::sessions).sum();
    }

    /** {@return what the servers count} */
    List<DuplexServerStatistics> connections() {
        return List.of(secure.statistics(), clear.statistics());
    }

    /** {@return what the applications' handlers count} */
    List<DuplexStatistics> statistics() {
        return handlers.values().stream().map(DuplexHandler::statistics).toList();
    }

    /** {@return how many of the duplexes that were opened have not been collected} */
    int duplexes() {
        for (var gone = collected.poll(); gone != null; gone = collected.poll()) {
            watched.remove(gone);
        }
        return watched.size();
    }

    /** Shuts both servers down. {@return completes when they are} */
    CompletableFuture<Void> shutdown(Duration grace) {
        return CompletableFuture.allOf(Stream.of(secure, clear)
                .map(server -> CompletableFuture.runAsync(
                        () -> server.shutdown(grace), task -> new Thread(task, "shutdown").start()))
                .toArray(CompletableFuture<?>[]::new));
    }

    @Override
    public void close() {
        secure.close();
        clear.close();
    }

    /** Takes what comes. */
    private static final class Dropping implements Flow.Subscriber<ByteBuffer> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ByteBuffer bytes) {
            // dropped
        }

        @Override
        public void onError(Throwable failure) {
            // as most of them do
        }

        @Override
        public void onComplete() {
            // there is nothing to answer
        }
    }
}
