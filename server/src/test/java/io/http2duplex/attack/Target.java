package io.http2duplex.attack;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexCallback;
import io.http2duplex.DuplexHandler;
import io.http2duplex.DuplexServer;
import io.http2duplex.DuplexServerStatistics;
import io.http2duplex.DuplexStatistics;
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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import javax.net.ssl.SSLContext;

/** What is attacked: a {@link DuplexServer} with TLS and one without, and three applications that both of them have. */
final class Target implements AutoCloseable {
    /** The applications: one sends back what comes, one reads nothing, one writes nothing. */
    static final List<String> PATHS = List.of("/echo", "/deaf", "/mute");

    final Verdict verdict = new Verdict();
    final Ids ids = new Ids();
    final SSLContext trust = TestServer.trust();

    /** Where attackers come from: where there are more loopback addresses than one, not from where good clients do. */
    final InetAddress attackers = attackers();

    private final ReferenceQueue<Duplex> collected = new ReferenceQueue<>();
    private final Set<PhantomReference<Duplex>> watched = ConcurrentHashMap.newKeySet();
    private final List<DuplexHandler> handlers = List.of(
            handler(duplex -> duplex.input().subscribe(duplex.output())),
            handler(duplex -> duplex.send(ByteBuffer.allocate(1000))),
            handler(duplex -> duplex.input().subscribe(new Dropping())));
    private final DuplexServer secure = start(DuplexServer.builder().tls(TestServer.tls()));
    private final DuplexServer clear = start(DuplexServer.builder());

    private DuplexHandler handler(DuplexCallback callback) {
        return DuplexHandler.builder(duplex -> {
                    watched.add(new PhantomReference<>(duplex, collected));
                    callback.onDuplex(duplex);
                })
                // What attackers leave behind is to be gone soon.
                .resumeTimeout(Duration.ofSeconds(2))
                .lingerTimeout(Duration.ofSeconds(2))
                // Attackers are to meet these bounds, but not so soon that they do nothing else, and never good
                // clients.
                .maxSessionsPerAddress(areApart() ? 100 : 100_000)
                .maxOpensPerMinute(areApart() ? 900 : 100_000)
                .build();
    }

    private DuplexServer start(DuplexServer.Builder builder) {
        for (int i = 0; i < handlers.size(); i++) {
            builder.handle(PATHS.get(i), handlers.get(i));
        }
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
        return (tls ? secure : clear).port();
    }

    InetSocketAddress address(boolean tls) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port(tls));
    }

    int sessions() {
        return handlers.stream().mapToInt(DuplexHandler::sessions).sum();
    }

    /** {@return what the servers count} */
    List<DuplexServerStatistics> connections() {
        return List.of(secure.statistics(), clear.statistics());
    }

    /** {@return what the applications' handlers count} */
    List<DuplexStatistics> statistics() {
        return handlers.stream().map(DuplexHandler::statistics).toList();
    }

    /** {@return how many of the duplexes that were opened have not been collected} */
    int duplexes() {
        for (var gone = collected.poll(); gone != null; gone = collected.poll()) {
            watched.remove(gone);
        }
        return watched.size();
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
