package io.http2duplex.wire;

import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long duplexes may live, and be idle, on a real server. */
class LifetimeTest {
    private static void assertTimedOut(TestServer server, String option) {
        assertThat(Await.failure(server.duplex().closed()))
                .hasMessageContaining(option)
                .isInstanceOfSatisfying(
                        DuplexException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMED_OUT));
    }

    @Test
    void aDuplexThatIsIdleFails() throws IOException {
        try (TestServer server =
                        TestServer.start(TestServer::idle, options -> options.idleTimeout(Duration.ofMillis(100)));
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            Request plain = client.open();
            assertTimedOut(server, "idleTimeout");
            assertThat(plain.ending()).isEqualTo(Request.Ending.BROKEN_OFF);
            Resumable resumable = Resumable.open(client);
            assertTimedOut(server, "idleTimeout");
            assertThat(resumable.awaitReset()).isEqualTo(ErrorCode.TIMED_OUT.number());
            server.awaitNoSessions();
        }
    }

    @Test
    void aDuplexFailsWhenItsLifeIsOver() throws IOException {
        try (TestServer server =
                        TestServer.start(TestServer::echo, options -> options.maxLife(Duration.ofMillis(100)));
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            Resumable resumable = Resumable.open(client);
            assertTimedOut(server, "maxLife");
            assertThat(resumable.awaitReset()).isEqualTo(ErrorCode.TIMED_OUT.number());
            client.open();
            assertTimedOut(server, "maxLife");
            server.awaitNoSessions();
        }
    }

    @Test
    void aDuplexThatEndsInTimeIsLeftAlone() throws IOException {
        try (TestServer server = TestServer.start(
                        TestServer::echo,
                        options -> options.maxLife(Duration.ofDays(1)).idleTimeout(Duration.ofDays(1)));
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            Resumable resumable = Resumable.open(client);
            resumable.write(bytes(100));
            assertThat(resumable.read(100)).isEqualTo(bytes(100));
            resumable.end();
            Await.result(server.duplex().closed());
        }
    }
}
