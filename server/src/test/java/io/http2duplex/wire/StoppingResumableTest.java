package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static io.http2duplex.wire.VanishedBrowserTest.assertFailedWith;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.Duplex;
import io.http2duplex.ErrorCode;
import io.http2duplex.wire.Request.Ending;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A handler, or a server, that is stopped while duplexes of dialect 2 live. */
class StoppingResumableTest {
    @ParameterizedTest
    @EnumSource
    void everyDuplexIsToldThatTheServerShutsDown(Transport transport) throws IOException {
        try (TestServer server = TestServer.start(TestServer::idle);
                Client client = Client.connect(transport, server)) {
            Client gone = Client.connect(transport, server);
            String detached = Resumable.open(gone).id();
            Duplex away = server.duplex();
            gone.close();
            Resumable attached = Resumable.open(client);
            Duplex here = server.duplex();
            Request upload = client.send("POST", true, Resumable.headers("http2-duplex-id", attached.id()));
            upload.write(Frames.data(0, bytes(100)));
            assertThat(here.inputStream().readNBytes(100)).isEqualTo(bytes(100));

            Await.result(server.handler().stop());

            assertFailedWith(ErrorCode.SHUT_DOWN, away);
            assertFailedWith(ErrorCode.SHUT_DOWN, here);
            assertThat(attached.awaitReset()).isEqualTo(ErrorCode.SHUT_DOWN.number());
            assertThat(attached.download().ending()).isEqualTo(Ending.WHOLE);
            assertThat(upload.status()).isEqualTo(410);
            ResumingTest.assertGone(Resumable.attach(client, detached, 1, 0), ErrorCode.SHUT_DOWN.number());
            assertThat(Resumable.get(client).status()).isEqualTo(503);
            assertThat(server.handler().sessions()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatIsStoppedUnderItsHandlerLosesItsDuplexesInTheirTime(Transport transport) throws IOException {
        try (TestServer server =
                TestServer.start(TestServer::idle, options -> options.resumeTimeout(Duration.ofMillis(500)))) {
            Client gone = Client.connect(transport, server);
            Resumable.open(gone);
            Duplex detached = server.duplex();
            gone.close();
            Client client = Client.connect(transport, server);
            Resumable.open(client);
            Duplex attached = server.duplex();

            server.stopListening();

            assertFailedWith(ErrorCode.CONNECTION_LOST, detached);
            assertFailedWith(ErrorCode.CONNECTION_LOST, attached);
            server.awaitNoSessions();
            client.close();
        }
    }
}
