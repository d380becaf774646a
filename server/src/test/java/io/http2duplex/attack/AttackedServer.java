package io.http2duplex.attack;

import io.http2duplex.DownloadMode;
import io.http2duplex.Duplex;
import io.http2duplex.DuplexCallback;
import io.http2duplex.DuplexStatistics;
import io.http2duplex.certs.DevelopmentCertificates;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import io.http2duplex.server.DuplexServerStatistics;
import io.http2duplex.server.StatusHandler;
import io.http2duplex.wire.TestServer;
import io.undertow.server.HttpHandler;
import io.undertow.util.HttpString;
import io.undertow.util.SameThreadExecutor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The process that is attacked: a {@link DuplexServer} with TLS and one without, and the applications that both of them
 * have. It says on its standard output where it listens, and takes commands on its standard input, until that ends.
 */
final class AttackedServer {
    /** What ends each answer to a command. */
    static final String END = ".";

    private final Verdict verdict = new Verdict();
    private final Ids ids = new Ids();
    private final ReferenceQueue<Duplex> collected = new ReferenceQueue<>();
    private final Set<PhantomReference<Duplex>> watched = ConcurrentHashMap.newKeySet();
    private final Map<String, DuplexHandler> handlers = Map.of(
            "/echo",
            handler(TestServer::echo, options -> options),
            "/deaf",
            handler(duplex -> duplex.send(ByteBuffer.allocate(1000)), options -> options),
            "/mute",
            handler(
                    duplex -> duplex.input().subscribe(new Dropping()),
                    options -> options.bodyTimeout(Duration.ofSeconds(1))),
            Target.FAILING,
            handler(
                    duplex -> {
                        throw new IllegalStateException(Target.FAILURE);
                    },
                    options -> options),
            Target.BRIEF,
            handler(
                    duplex -> {
                        duplex.end();
                        duplex.input().subscribe(new Dropping());
                    },
                    options -> options),
            Target.ACCOUNTS,
            handler(
                    TestServer::echo,
                    options -> options.authorize(new Accounts())
                            .authorizeTimeout(Duration.ofSeconds(1))
                            .maxSessionsPerAccount(20)),
            Target.ORIGINS,
            handler(
                    TestServer::echo,
                    options -> options.allowedOrigins(Target.ORIGIN).allowCredentials(true)),
            Target.STEADY,
            handler(
                    TestServer::echo,
                    options -> options.heartbeat(Duration.ofSeconds(1)).resumeTimeout(Duration.ofSeconds(20))),
            Target.SHORT,
            handler(
                    TestServer::echo,
                    options -> options.idleTimeout(Duration.ofMillis(200))
                            .maxLife(Duration.ofSeconds(1))
                            .maxSessionsPerConnection(20)));
    private final DuplexServer secure;
    private final DuplexServer clear;
    private boolean stopped;

    private AttackedServer(DevelopmentCertificates certificates) {
        secure = start(DuplexServer.builder().tls(certificates.sslContext()));
        clear = start(DuplexServer.builder());
    }

    /** Starts a server in this process; {@code arguments} has the directory of the certificates. */
    public static void main(String[] arguments) throws IOException {
        AttackedServer server = new AttackedServer(DevelopmentCertificates.in(Path.of(arguments[0])));
        AttackLog log = new AttackLog(server.ids, server.verdict);
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.printf("%d %d%n", server.secure.port(), server.clear.port());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = in.readLine(); command != null; command = in.readLine()) {
            if (command.equals("status")) {
                server.status(log).print(out);
            } else {
                server.shutdown(Duration.parse(command));
            }
            out.println(END);
        }
        System.exit(0);
    }

    private DuplexHandler handler(DuplexCallback callback, UnaryOperator<DuplexHandler.Builder> options) {
        return options.apply(DuplexHandler.builder(duplex -> {
                            watched.add(new PhantomReference<>(duplex, collected));
                            callback.onDuplex(duplex);
                        })
                        .oneRequest(true)
                        .webSocket(true)
                        // What attackers leave behind must be gone soon.
                        .resumeTimeout(Duration.ofSeconds(2))
                        .lingerTimeout(Duration.ofSeconds(2))
                        // Attackers must meet these bounds, but not so soon that they do nothing else, and never good
                        // clients.
                        .maxSessionsPerAddress(Target.areApart() ? 100 : 100_000)
                        .maxOpensPerMinute(Target.areApart() ? 900 : 100_000))
                .build();
    }

    private DuplexServer start(DuplexServer.Builder builder) {
        handlers.forEach(builder::handle);
        DuplexServer server = builder.handle(
                        Target.HEALTH, StatusHandler.health(handlers.values().toArray(DuplexHandler[]::new)))
                .handle(Target.SILENT, exchange -> exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {}))
                .resources(AttackedServer.class.getClassLoader(), "attacked")
                .wrap(this::watch)
                .maxConnectionsPerAddress(Target.areApart() ? 250 : 10_000)
                // The good ones have to keep to it, too, on a machine that is busy.
                .handshakeTimeout(Duration.ofSeconds(20))
                .build();
        server.start();
        return server;
    }

    /** What is answered whether or not anybody reads it. */
    private HttpHandler watch(HttpHandler next) {
        return exchange -> {
            exchange.addResponseCommitListener(committing -> {
                String id = committing.getResponseHeaders().getFirst(new HttpString("http2-duplex-id"));
                if (id != null) {
                    ids.add(id, committing.getRequestPath(), 0);
                }
            });
            exchange.addExchangeCompleteListener((completed, proceed) -> {
                // Undertow says 500 of a file whose client went before it got any of it.
                boolean gone = completed.getRequestPath().equals(Target.FILE) && !completed.isResponseStarted();
                if (completed.getStatusCode() >= 500 && completed.getStatusCode() != 503 && !gone) {
                    verdict.fault(completed.getRequestMethod() + " of " + completed.getRequestPath()
                            + " was answered with " + completed.getStatusCode());
                }
                proceed.proceed();
            });
            next.handleRequest(exchange);
        };
    }

    private void shutdown(Duration grace) {
        stopped = true;
        CompletableFuture.allOf(Stream.of(secure, clear)
                        .map(server -> CompletableFuture.runAsync(
                                () -> server.shutdown(grace), task -> new Thread(task, "shutdown").start()))
                        .toArray(CompletableFuture<?>[]::new))
                .join();
    }

    private TargetStatus status(AttackLog log) {
        TargetStatus status = new TargetStatus();
        for (var gone = collected.poll(); gone != null; gone = collected.poll()) {
            watched.remove(gone);
        }
        System.gc();
        status.add(
                "heap", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)
                .forEach(pool -> status.add("buffers", pool.getMemoryUsed()));
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        if (system instanceof com.sun.management.UnixOperatingSystemMXBean unix) {
            status.add("descriptors", unix.getOpenFileDescriptorCount());
        }
        status.add("threads", ManagementFactory.getThreadMXBean().getThreadCount());
        status.add("duplexes", watched.size());
        status.add("warnings", log.warnings().size());
        handlers.values().forEach(handler -> add(status, handler));
        if (!stopped) { // nothing is known of the connections of a server that is
            for (DuplexServerStatistics counts : List.of(secure.statistics(), clear.statistics())) {
                status.add("connections", counts.connections());
                status.add("streams", counts.streams());
                counts.limitsReached().forEach((option, count) -> status.add("limit " + option, count));
            }
        }
        verdict.faults().forEach(status::addFault);
        return status;
    }

    private static void add(TargetStatus status, DuplexHandler handler) {
        DuplexStatistics counts = handler.statistics();
        status.add("sessions", handler.sessions());
        status.add(
                "opened",
                counts.dialect1().opened()
                        + counts.dialect2().opened()
                        + counts.oneRequest().opened());
        status.add("ended", counts.ended());
        status.add("detached", counts.detached());
        status.add("on sockets", counts.modes().getOrDefault(DownloadMode.WEBSOCKET, 0));
        status.add("memory used", counts.memoryUsed());
        status.add("buffered", counts.upload().buffered() + counts.download().buffered());
        counts.failed().forEach((code, count) -> status.add("failed " + code, count));
        counts.refused().forEach((reason, count) -> status.add("refused " + reason, count));
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
