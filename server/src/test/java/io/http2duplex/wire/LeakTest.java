package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.http2duplex.Duplex;
import io.http2duplex.wire.Http2Client.Http2Request;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** Duplexes that were opened and abandoned leave nothing behind: no session, no object, no connection. */
class LeakTest {
    private static final int DUPLEXES = 10_000;
    /** Fewer of them end with a reset, either way, than the 200 in 30 seconds that Undertow allows a connection. */
    private static final int PER_CONNECTION = 200;

    private enum Ending {
        CLEAN,
        DESTROYED,
        DOWNLOAD_RESET,
        UPLOAD_RESET,
        CONNECTION_CLOSED,
        APPLICATION_RESET,
        HANDLER_THREW,
        NEVER_READ,
        SERVER_ENDED_AND_CONNECTION_CLOSED,
        UPLOADING_AND_CONNECTION_CLOSED
    }

    private final ReferenceQueue<Duplex> collected = new ReferenceQueue<>();
    private final Set<PhantomReference<Duplex>> watched = ConcurrentHashMap.newKeySet();

    private void handle(Duplex duplex) {
        watched.add(new PhantomReference<>(duplex, collected));
        switch (Ending.valueOf(String.valueOf(duplex.request().header("ending")))) {
            case APPLICATION_RESET -> duplex.reset();
            case HANDLER_THREW -> throw new IllegalStateException("as the test wants it");
            case NEVER_READ -> duplex.send(ByteBuffer.wrap(bytes(100_000)));
            case SERVER_ENDED_AND_CONNECTION_CLOSED -> duplex.end();
            default -> TestServer.echo(duplex);
        }
    }

    @Test
    void tenThousandAbandonedDuplexesLeaveNothingBehind() throws IOException {
        try (ServerLog log = new ServerLog();
                TestServer server = TestServer.start(
                        this::handle,
                        options -> options.executor(Runnable::run)
                                .lingerTimeout(Duration.ofSeconds(1))
                                .maxSessionsPerConnection(PER_CONNECTION)
                                .maxSessionsPerAddress(DUPLEXES)
                                .maxOpensPerMinute(DUPLEXES))) {
            abandon(server, Transport.HTTP2_TLS);
            long descriptors = openDescriptors();
            for (int i = PER_CONNECTION; i < DUPLEXES; i += PER_CONNECTION) {
                abandon(server, i % 1000 == 0 ? Transport.HTTP2_TLS : Transport.HTTP2_CLEAR);
            }
            server.awaitNoSessions();
            server.forgetDuplexes();
            Await.until("every duplex is collected", this::isEverythingCollected);
            Await.until("the connections are closed", () -> openDescriptors() <= descriptors);
            assertThat(log.warnings())
                    .isNotEmpty()
                    .allMatch(line ->
                            line.contains("as the test wants it") || line.contains("Handlers of duplexes failed"));
        }
    }

    private boolean isEverythingCollected() {
        System.gc();
        for (var gone = collected.poll(); gone != null; gone = collected.poll()) {
            watched.remove(gone);
        }
        return watched.isEmpty();
    }

    private static long openDescriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : 0;
    }

    /** Opens duplexes on one connection, ends each in its way, and closes the connection. */
    private static void abandon(TestServer server, Transport transport) throws IOException {
        Map<Http2Request, Ending> downloads = new LinkedHashMap<>();
        List<Request> broken = new ArrayList<>();
        try (Http2Client client = Http2Client.withWindow(transport, server, 1000)) {
            for (int i = 0; i < PER_CONNECTION; i++) {
                Ending ending = Ending.values()[i % Ending.values().length];
                downloads.put(client.send("GET", false, "ending", ending.name()), ending);
            }
            for (var each : downloads.entrySet()) {
                Http2Request download = each.getKey();
                switch (each.getValue()) {
                    case CLEAN -> {
                        client.post(download.id(), bytes(100));
                        client.end(download.id());
                        assertThat(download.readToEnd()).hasSize(101);
                    }
                    case DESTROYED -> {
                        client.destroy(download.id());
                        download.readToEnd();
                    }
                    case DOWNLOAD_RESET -> {
                        download.status();
                        download.cut();
                    }
                    case UPLOAD_RESET -> {
                        client.single(download.id()).write(bytes(10)).cut();
                        broken.add(download);
                    }
                    case APPLICATION_RESET, HANDLER_THREW -> broken.add(download);
                    case UPLOADING_AND_CONNECTION_CLOSED ->
                        client.single(download.id()).write(bytes(10));
                    case SERVER_ENDED_AND_CONNECTION_CLOSED -> download.readToEnd();
                    case CONNECTION_CLOSED, NEVER_READ -> download.status();
                }
            }
            for (Request download : broken) {
                assertThat(download.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            }
        }
    }
}
