package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.http2duplex.DuplexStatistics;
import io.http2duplex.ErrorCode;
import io.http2duplex.ProblemType;
import io.http2duplex.internal.core.resumable.Ticket;
import io.http2duplex.metrics.DuplexMetrics;
import io.http2duplex.metrics.DuplexServerMetrics;
import io.http2duplex.server.DuplexHandler;
import io.http2duplex.server.DuplexServer;
import io.http2duplex.server.DuplexServerStatistics;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The meters of a handler and of a server. */
class MetricsTest {
    private final AtomicLong now = new AtomicLong();
    private final MeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, new Clock() {
        @Override
        public long wallTime() {
            return TimeUnit.NANOSECONDS.toMillis(now.get());
        }

        @Override
        public long monotonicTime() {
            return now.get();
        }
    });

    private double counter(String name, String... tags) {
        return registry.get("http2.duplex." + name).tags(tags).functionCounter().count();
    }

    private double gauge(String name, String... tags) {
        return registry.get("http2.duplex." + name).tags(tags).gauge().value();
    }

    /** Lets the statistics that the meters have looked at become old. */
    private void aSecondPasses() {
        now.addAndGet(TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    void theyTellTheStatisticsOfTheHandler() throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo)) {
            new DuplexMetrics(server.handler(), Tags.of("handler", "echo")).bindTo(registry);
            Client lost = Client.connect(Transport.HTTP2_TLS, server);
            Resumable resumable = Resumable.open(lost);
            lost.close();
            Await.until("it is detached", () -> server.handler().statistics().detached() == 1);
            assertThat(gauge("sessions.detached", "handler", "echo")).isEqualTo(1);
            try (Client client = Client.connect(Transport.HTTP2_TLS, server)) {
                resumable.resume(client);
                resumable.write(bytes(1000));
                assertThat(resumable.read(1000)).hasSize(1000);
                resumable.end();
                client.destroy(client.open().id()).status();
                client.open();
                client.send("POST", false).status();
                Await.until("two are over", () -> server.handler().sessions() == 1);

                aSecondPasses();
                DuplexStatistics statistics = server.handler().statistics();
                assertThat(gauge("sessions", "dialect", "1")).isEqualTo(1);
                assertThat(gauge("sessions", "dialect", "2")).isZero();
                assertThat(gauge("sessions.detached")).isZero();
                assertThat(counter("sessions.opened", "dialect", "1")).isEqualTo(2);
                assertThat(counter("sessions.opened", "dialect", "2")).isEqualTo(1);
                assertThat(counter("sessions.resumed")).isEqualTo(1);
                assertThat(counter("sessions.ended", "reason", "CLEAN")).isEqualTo(1);
                assertThat(counter("sessions.ended", "reason", "CANCELLED")).isEqualTo(1);
                assertThat(counter("sessions.ended", "reason", "TIMED_OUT")).isZero();
                var duration = registry.get("http2.duplex.sessions.duration").functionTimer();
                assertThat(duration.count()).isEqualTo(2);
                assertThat(duration.totalTime(TimeUnit.MILLISECONDS))
                        .isEqualTo((double) statistics.lived().toMillis());
                assertThat(counter("transferred", "direction", "upload")).isEqualTo(1000);
                assertThat(counter("transferred", "direction", "download")).isEqualTo(1000);
                assertThat(counter("chunks", "direction", "upload"))
                        .isEqualTo((double) statistics.upload().chunks());
                assertThat(gauge("buffered", "direction", "upload")).isZero();
                assertThat(gauge("window", "direction", "upload")).isZero();
                assertThat(gauge("memory.used")).isZero();
                assertThat(gauge("memory.max")).isEqualTo((double) statistics.memoryBudget());
                assertThat(counter("requests.refused", "problem", "missing-id")).isEqualTo(1);
                assertThat(counter("requests.refused", "problem", "overloaded")).isZero();
            }
        }
    }

    /** To the session a socket is a download in the place of another, and what comes on it an upload. */
    @Test
    void aDuplexOnASocketCountsAsOneThatTravelsThatWay() throws IOException {
        try (TestServer server =
                        TestServer.start(TestServer::echo, builder -> builder.webSocket(true), Listeners::own);
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            new DuplexMetrics(server.handler()).bindTo(registry);
            Resumable resumable = Resumable.open(client);
            try (WebSocketClient socket = WebSocketClient.open(server, true)) {
                resumable.move(socket);
                resumable.write(bytes(1000));
                assertThat(resumable.read(1000)).hasSize(1000);

                aSecondPasses();
                assertThat(gauge("sessions", "dialect", "2")).isEqualTo(1);
                assertThat(gauge("sessions.modes", "download", "websocket")).isEqualTo(1);
                assertThat(gauge("sessions.modes", "download", "streaming")).isZero();
                assertThat(gauge("sessions.detached")).isZero();
                assertThat(counter("sessions.opened", "dialect", "2")).isEqualTo(1);
                assertThat(counter("sessions.resumed"))
                        .as("it was not detached")
                        .isZero();
                assertThat(counter("transferred", "direction", "upload")).isEqualTo(1000);
                assertThat(counter("transferred", "direction", "download")).isEqualTo(1000);
            }
            Await.until("it is detached", () -> server.handler().statistics().detached() == 1);
            resumable.resume(client);
            try (WebSocketClient guess = WebSocketClient.open(server, true)) {
                guess.send(Frames.attach(9, 0, 1_000, Ticket.next()));
                guess.awaitClose();
            }
            resumable.end();
            server.awaitNoSessions();

            aSecondPasses();
            assertThat(gauge("sessions.modes", "download", "websocket")).isZero();
            assertThat(counter("sessions.resumed")).isEqualTo(1);
            assertThat(counter("sessions.ended", "reason", "CLEAN")).isEqualTo(1);
            assertThat(counter("requests.refused", "problem", "unknown-session"))
                    .isEqualTo(1);
        }
    }

    @Test
    void theyAreAtMostASecondOld() throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            new DuplexMetrics(server.handler()).bindTo(registry);
            assertThat(gauge("sessions", "dialect", "1")).isZero();
            client.open();
            assertThat(gauge("sessions", "dialect", "1")).as("in the same look").isZero();
            aSecondPasses();
            assertThat(gauge("sessions", "dialect", "1")).isEqualTo(1);
        }
    }

    @Test
    void everyCodeAndEveryTypeOfProblemHasAMeterFromTheBeginning() {
        DuplexHandler handler = DuplexHandler.builder(duplex -> {}).build();
        new DuplexMetrics(handler).bindTo(registry);

        assertThat(registry.get("http2.duplex.sessions.ended").meters()).hasSize(ErrorCode.values().length + 1);
        assertThat(registry.get("http2.duplex.requests.refused").meters()).hasSize(ProblemType.values().length);
        assertThat(registry.getMeters()).allMatch(meter -> meter.getId().getDescription() != null);
        handler.close();
    }

    @Test
    void aServersMetersTellItsConnectionsStreamsAndLimits() throws IOException {
        DuplexServer server = DuplexServer.builder()
                .maxConnections(1)
                .handle("/", Bodies::answer)
                .build();
        DuplexServerMetrics metrics = new DuplexServerMetrics(server);
        assertThatIllegalStateException().as("not started yet").isThrownBy(() -> metrics.bindTo(registry));
        server.start();
        metrics.bindTo(registry);
        try (Http2Client client = Http2Client.over(Sockets.open(server.port(), null, "h2"), "/")) {
            assertThat(client.send("GET", false).status()).isEqualTo(200);
            assertThat(client.send("GET", false).status()).isEqualTo(200);
            Sockets second = Sockets.open(server.port(), null, "http/1.1");
            assertThat(second.top().getInputStream().readAllBytes()).isEmpty();
            second.kill();
            Await.until("the limit was reached, and no request is open", () -> {
                DuplexServerStatistics statistics = server.statistics();
                return statistics.limitsReached().getOrDefault("maxConnections", 0L) == 1
                        && statistics.connections() == 1
                        && statistics.streams() == 0;
            });
            aSecondPasses();
            assertThat(gauge("server.connections")).isEqualTo(1);
            assertThat(counter("server.connections.accepted")).isEqualTo(1);
            assertThat(gauge("server.streams")).isZero();
            assertThat(counter("server.streams.begun")).isEqualTo(2);
            assertThat(counter("server.limits.reached", "limit", "maxConnections"))
                    .isEqualTo(1);
            assertThat(counter("server.limits.reached", "limit", "handshakeTimeout"))
                    .isZero();
        }
        server.close();
        aSecondPasses();
        assertThat(gauge("server.connections")).isZero();
    }

    @Test
    void theyKeepNoHandlerThatNobodyElseKeeps() {
        WeakReference<DuplexHandler> handler = new WeakReference<>(bound());

        Await.until("the handler is collected", () -> {
            System.gc();
            return handler.get() == null;
        });
        assertThat(gauge("sessions.detached")).isNaN();
    }

    private DuplexHandler bound() {
        DuplexHandler handler = DuplexHandler.builder(duplex -> {}).build();
        new DuplexMetrics(handler).bindTo(registry);
        assertThat(gauge("sessions.detached")).isZero();
        return handler;
    }

    @Test
    void theDocumentHasATableOfThem() throws IOException {
        DuplexHandler handler = DuplexHandler.builder(duplex -> {}).build();
        new DuplexMetrics(handler).bindTo(registry);
        handler.close();
        DuplexServer server = DuplexServer.builder().build();
        server.start();
        new DuplexServerMetrics(server).bindTo(registry);
        server.close();
        Set<String> rows = Pattern.compile("^\\| `(http2\\.duplex\\.[a-z.]+)` \\| ([a-z, `]*) \\|", Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("../docs/operating.md")))
                .results()
                .map(row -> row.group(1) + " " + row.group(2).replaceAll("[`,]", ""))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(rows)
                .containsExactlyElementsOf(registry.getMeters().stream()
                        .map(Meter::getId)
                        .map(id -> id.getName() + " "
                                + id.getTags().stream().map(tag -> tag.getKey()).collect(Collectors.joining(" ")))
                        .collect(Collectors.toCollection(TreeSet::new)));
    }
}
