package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import io.http2duplex.wire.Request.Ending;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A handler that drains before its server shuts down. */
class DrainTest {
    /** What an application may do that is told. */
    private static void endWhenDraining(Duplex duplex) {
        duplex.input().subscribe(duplex.output());
        duplex.draining().thenRun(duplex::end);
    }

    private static void assertRefused(Request get) {
        assertThat(get.status()).isEqualTo(503);
        assertThat(get.header("retry-after")).isNotNull();
        assertThat(new String(get.readToEnd(), StandardCharsets.UTF_8)).contains("shut-down");
    }

    @ParameterizedTest
    @EnumSource
    void duplexesGoOnAndNewOnesAreRefused(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server);
                Client late = Client.connect(transport, server)) {
            Request old = client.open();
            Duplex plain = server.duplex();
            Resumable resumable = Resumable.open(client);
            Duplex resuming = server.duplex();
            assertThat(server.handler().isDraining()).isFalse();

            CompletableFuture<Void> drained = server.handler().drain().toCompletableFuture();

            assertThat(server.handler().isDraining()).isTrue();
            Await.result(plain.draining());
            Await.result(resuming.draining());
            assertRefused(late.send("GET", false));
            assertRefused(Resumable.get(late));

            assertThat(late.post(old.id(), bytes(1000)).status()).isEqualTo(200);
            assertThat(plain.inputStream().readNBytes(1000)).isEqualTo(bytes(1000));
            resumable.resume(late);
            while (resumable.core.drains() == 0) {
                resumable.pump();
            }
            resumable.write(bytes(2000));
            assertThat(resuming.inputStream().readNBytes(2000)).isEqualTo(bytes(2000));
            assertThat(drained).isNotDone();

            plain.end();
            resuming.end();
            resumable.end();
            assertThat(late.end(old.id()).status()).isEqualTo(200);
            Await.result(drained);
            assertThat(old.ending()).isEqualTo(Ending.WHOLE);
            Await.result(plain.closed());
            Await.result(resuming.closed());
        }
    }

    @ParameterizedTest
    @EnumSource
    void anApplicationThatIsToldCanEndCleanly(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(DrainTest::endWhenDraining);
                Client client = Client.connect(transport, server)) {
            Resumable resumable = Resumable.open(client);
            resumable.write(bytes(100));
            assertThat(resumable.read(100)).isEqualTo(bytes(100));
            CompletableFuture<Void> drained = server.handler().drain().toCompletableFuture();
            resumable.end();
            assertThat(resumable.core.resetNumber()).isNull();
            Await.result(drained);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyDownloadTellsOfItOnce(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Resumable resumable = Resumable.open(client);
            server.handler().drain();
            server.handler().drain();
            while (resumable.core.drains() == 0) {
                resumable.pump();
            }
            resumable.resume(client);
            while (resumable.core.drains() == 1) {
                resumable.pump();
            }
            server.duplex().end();
            resumable.end();
            assertThat(resumable.core.drains()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoIsLeftWhenTheHandlerIsStoppedIsReset(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Resumable resumable = Resumable.open(client);
            CompletableFuture<Void> drained = server.handler().drain().toCompletableFuture();
            Await.result(server.handler().stop());
            assertThat(resumable.awaitReset()).isEqualTo(ErrorCode.SHUT_DOWN.number());
            DuplexException failure =
                    (DuplexException) Await.failure(server.duplex().closed());
            assertThat(failure.code()).isEqualTo(ErrorCode.SHUT_DOWN);
            Await.result(drained);
            Await.result(server.handler().drain());
        }
    }
}
