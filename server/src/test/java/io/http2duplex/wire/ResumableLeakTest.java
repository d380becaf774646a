package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import java.io.IOException;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** Duplexes of dialect 2 leave nothing behind, however they end: no session, no object, nothing of the budget. */
class ResumableLeakTest {
    private static final int DUPLEXES = 2_000;
    private static final int PER_CONNECTION = 100;

    private enum Ending {
        CLEAN,
        RESET_BY_CLIENT,
        RESET_BY_APPLICATION,
        HANDLER_THREW,
        RULES_BROKEN,
        DOWNLOAD_CUT,
        DOWNLOAD_CUT_AND_RESUMED,
        UPLOAD_CUT,
        NEVER_READ,
        CONNECTION_CLOSED
    }

    private final ReferenceQueue<Duplex> collected = new ReferenceQueue<>();
    private final Set<PhantomReference<Duplex>> watched = ConcurrentHashMap.newKeySet();

    private void handle(Duplex duplex) {
        watched.add(new PhantomReference<>(duplex, collected));
        switch (Ending.valueOf(String.valueOf(duplex.request().header("ending")))) {
            case RESET_BY_APPLICATION -> duplex.reset(1000, "enough");
            case HANDLER_THREW -> throw new IllegalStateException("as the test wants it");
            case NEVER_READ -> duplex.send(ByteBuffer.wrap(bytes(100_000)));
            default -> TestServer.echo(duplex);
        }
    }

    @Test
    void abandonedDuplexesLeaveNothingBehind() throws IOException {
        try (ServerLog log = new ServerLog();
                TestServer server = TestServer.start(
                        this::handle,
                        options -> options.executor(Runnable::run)
                                .resumeTimeout(Duration.ofMillis(300))
                                .maxSessionsPerAddress(DUPLEXES)
                                .maxOpensPerMinute(DUPLEXES))) {
            for (int i = 0; i < DUPLEXES; i += PER_CONNECTION) {
                abandon(server, i % 500 == 0 ? Transport.HTTP2_TLS : Transport.HTTP2_CLEAR);
            }
            server.awaitNoSessions();
            assertThat(server.handler().memoryUsed()).isZero();
            server.forgetDuplexes();
            Await.until("every duplex is collected", this::isEverythingCollected);
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

    /** Opens duplexes on one connection, ends each in its way, and closes the connection. */
    private static void abandon(TestServer server, Transport transport) throws IOException {
        Map<Resumable, Ending> duplexes = new LinkedHashMap<>();
        try (Http2Client client = Http2Client.connect(transport, server)) {
            for (int i = 0; i < PER_CONNECTION; i++) {
                Ending ending = Ending.values()[i % Ending.values().length];
                duplexes.put(Resumable.open(client, "ending", ending.name()), ending);
            }
            for (var each : duplexes.entrySet()) {
                Resumable duplex = each.getKey();
                switch (each.getValue()) {
                    case CLEAN -> {
                        duplex.write(bytes(200_000));
                        assertThat(duplex.read(200_000)).isEqualTo(bytes(200_000));
                        duplex.end();
                    }
                    case RESET_BY_CLIENT -> {
                        duplex.write(bytes(1000));
                        Resumable.post(client, duplex.id(), Frames.reset(1, "")).status();
                    }
                    case RESET_BY_APPLICATION, HANDLER_THREW -> duplex.awaitReset();
                    case RULES_BROKEN -> {
                        Resumable.post(client, duplex.id(), Frames.data(1 << 20, bytes(1)));
                        duplex.awaitReset();
                    }
                    case DOWNLOAD_CUT -> {
                        duplex.write(bytes(1000));
                        duplex.download().cut();
                    }
                    case DOWNLOAD_CUT_AND_RESUMED -> {
                        duplex.write(bytes(1000));
                        duplex.download().cut();
                        duplex.resume(client);
                    }
                    case UPLOAD_CUT ->
                        client.send("POST", true, Resumable.headers("http2-duplex-id", duplex.id()))
                                .write(Frames.data(0, bytes(10)))
                                .cut();
                    case NEVER_READ, CONNECTION_CLOSED -> duplex.download().status();
                }
            }
        }
    }
}
