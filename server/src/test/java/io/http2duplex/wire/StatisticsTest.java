package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DuplexStatistics;
import io.http2duplex.DuplexStatistics.Dialect;
import io.http2duplex.ErrorCode;
import io.http2duplex.ProblemType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a handler counts. */
class StatisticsTest {
    private static final int BUFFER = 64 * 1024;

    private static DuplexStatistics await(TestServer server, String what, Predicate<DuplexStatistics> condition) {
        Await.until(what, () -> condition.test(server.handler().statistics()));
        return server.handler().statistics();
    }

    @ParameterizedTest
    @EnumSource
    void livesInBothDialectsAreCounted(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo);
                Client client = Client.connect(transport, server)) {
            Request plain = client.open();
            assertThat(client.post(plain.id(), bytes(100)).status()).isEqualTo(200);
            assertThat(plain.read(100)).isEqualTo(bytes(100));
            Resumable resumable = Resumable.open(client);
            resumable.write(bytes(1000));
            assertThat(resumable.read(1000)).isEqualTo(bytes(1000));

            DuplexStatistics living =
                    await(server, "all bytes went", now -> now.download().bytes() == 1100);
            assertThat(living.dialect1()).isEqualTo(new Dialect(1, 1));
            assertThat(living.dialect2()).isEqualTo(new Dialect(1, 1));
            assertThat(living.sessions()).isEqualTo(2);
            assertThat(living.ended()).isZero();
            assertThat(living.detached()).isZero();

            client.end(plain.id()).status();
            resumable.end();
            DuplexStatistics ended = await(server, "both have ended", now -> now.sessions() == 0);
            assertThat(ended.dialect1()).isEqualTo(new Dialect(0, 1));
            assertThat(ended.dialect2()).isEqualTo(new Dialect(0, 1));
            assertThat(ended.endedCleanly()).isEqualTo(2);
            assertThat(ended.upload().bytes()).isEqualTo(1100);
            assertThat(ended.download().bytes()).isEqualTo(1100);
            assertThat(ended.upload().chunks()).isBetween(2L, 20L);
            assertThat(ended.download().chunks()).isBetween(2L, 20L);
            assertThat(ended.lived()).isPositive();
            assertThat(ended.refused().values()).containsOnly(0L);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSessionThatWaitsToBeResumedIsCountedAsDetached(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::echo)) {
            Client client = Client.connect(transport, server);
            Resumable resumable = Resumable.open(client);
            client.close();
            DuplexStatistics detached = await(server, "it is detached", now -> now.detached() == 1);
            assertThat(detached.sessions()).isOne();
            assertThat(detached.resumed()).isZero();
            try (Client again = Client.connect(transport, server)) {
                resumable.resume(again);
                DuplexStatistics resumed = server.handler().statistics();
                assertThat(resumed.detached()).isZero();
                assertThat(resumed.resumed()).isOne();
                assertThat(resumed.dialect2()).isEqualTo(new Dialect(1, 1));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void bytesThatAreSentAgainAreCountedOnce(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Request download = Resumable.get(client, "http2-duplex-limit", "1000000");
            server.duplex().send(ByteBuffer.wrap(bytes(5000)));
            assertThat(Frames.next(download, Frames.DATA).after(8)).isEqualTo(bytes(5000));
            for (int attempt = 1; attempt <= 3; attempt++) {
                Request again = Resumable.attach(client, download.id(), attempt, 0);
                assertThat(Frames.next(again, Frames.DATA).after(8)).isEqualTo(bytes(5000));
                assertThat(Resumable.post(client, download.id(), Frames.data(0, bytes(300)))
                                .status())
                        .isEqualTo(204);
            }
            DuplexStatistics statistics =
                    await(server, "all bytes went", now -> now.download().bytes() > 0);
            assertThat(statistics.download().bytes()).isEqualTo(5000);
            assertThat(statistics.upload().bytes()).isEqualTo(300);
        }
    }

    @Test
    void failuresAreCountedByTheirCode() throws IOException {
        try (TestServer server = TestServer.start(duplex -> {
                    if (duplex.request().header("fails") != null) {
                        throw new IllegalStateException("as the test wants it");
                    }
                });
                ServerLog log = new ServerLog();
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            for (int i = 0; i < 2; i++) {
                Resumable.open(client, "fails", "true");
                server.duplex();
            }
            Resumable.open(client);
            server.duplex().reset(1000, "enough");
            Request destroyed = client.open();
            client.destroy(destroyed.id()).status();

            DuplexStatistics statistics = await(server, "all have failed", now -> now.ended() == 4);
            assertThat(statistics.failed())
                    .containsOnlyKeys(ErrorCode.values())
                    .containsEntry(ErrorCode.HANDLER_FAILED, 2L)
                    .containsEntry(ErrorCode.APPLICATION, 1L)
                    .containsEntry(ErrorCode.CANCELLED, 1L);
            assertThat(statistics.endedCleanly()).isZero();
            Await.until("the failures are logged", () -> log.warnings().size() == 2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusalsAreCountedByTheirType(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            String unknown = "x".repeat(32);
            for (int i = 0; i < 3; i++) {
                assertThat(client.post(unknown, bytes(10)).status()).isEqualTo(404);
            }
            assertThat(client.send("POST", false).status()).isEqualTo(400);
            assertThat(client.send("PUT", false).status()).isEqualTo(405);

            DuplexStatistics statistics = server.handler().statistics();
            assertThat(statistics.refused(ProblemType.UNKNOWN_SESSION)).isEqualTo(3);
            assertThat(statistics.refused())
                    .hasSize(ProblemType.values().length)
                    .containsEntry("unknown-session", 3L)
                    .containsEntry("missing-id", 1L)
                    .containsEntry("method-not-allowed", 1L);
            assertThat(statistics.refused().values().stream()
                            .mapToLong(Long::longValue)
                            .sum())
                    .isEqualTo(5);
        }
    }

    @Test
    void whatIsHeldAndWhatWindowsAllowIsTold() throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            Request plain = client.open();
            assertThat(client.post(plain.id(), bytes(1000)).status()).isEqualTo(200);
            server.duplex();
            Request download = Resumable.get(client, "http2-duplex-limit", "500");
            assertThat(Resumable.post(client, download.id(), Frames.data(0, bytes(2000)), Frames.data(5000, bytes(300)))
                            .status())
                    .isEqualTo(204);
            server.duplex().send(ByteBuffer.wrap(bytes(700)));
            assertThat(Frames.next(download, Frames.DATA).after(8)).hasSize(500);

            DuplexStatistics statistics = server.handler().statistics();
            assertThat(statistics.upload().buffered()).isEqualTo(1000 + 2000 + 300);
            assertThat(statistics.upload().window()).isEqualTo(BUFFER - 2000);
            assertThat(statistics.download().buffered()).isEqualTo(700);
            assertThat(statistics.download().window()).isZero();
            assertThat(statistics.memoryUsed()).isZero();
            assertThat(statistics.memoryBudget()).isEqualTo(Runtime.getRuntime().maxMemory() / 4);

            client.destroy(plain.id()).status();
            Resumable.post(client, download.id(), Frames.reset(1, "")).status();
            DuplexStatistics after = await(server, "both are over", now -> now.sessions() == 0);
            assertThat(after.upload().buffered()).isZero();
            assertThat(after.download().buffered()).isZero();
            assertThat(after.upload().window()).isZero();
        }
    }

    @Test
    void manyAtOnceAddUp() throws IOException {
        int clients = 4;
        int each = 25;
        long count = (long) clients * each;
        try (TestServer server = TestServer.start(TestServer::echo)) {
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                all.add(CompletableFuture.runAsync(() -> openAndEnd(server, each), task -> new Thread(task).start()));
            }
            all.forEach(Await::result);
            DuplexStatistics statistics = await(server, "all have ended", now -> now.sessions() == 0);
            assertThat(statistics.dialect1()).isEqualTo(new Dialect(0, count));
            assertThat(statistics.dialect2()).isEqualTo(new Dialect(0, count));
            assertThat(statistics.endedCleanly()).isEqualTo(2 * count);
            assertThat(statistics.upload().bytes()).isEqualTo(3000 * count);
            assertThat(statistics.download().bytes()).isEqualTo(3000 * count);
        }
    }

    private static void openAndEnd(TestServer server, int times) {
        try (Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            for (int i = 0; i < times; i++) {
                Request plain = client.open();
                client.post(plain.id(), bytes(1000), "http2-duplex-end", "true").status();
                assertThat(plain.readToEnd()).hasSize(1000);
                Resumable resumable = Resumable.open(client);
                resumable.write(bytes(2000));
                assertThat(resumable.read(2000)).hasSize(2000);
                resumable.end();
                assertThat(server.handler().statistics().sessions()).isNotNegative();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
