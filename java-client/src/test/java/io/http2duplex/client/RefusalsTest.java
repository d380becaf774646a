package io.http2duplex.client;

import static io.http2duplex.client.TestServer.ECHO;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.CompletableFuture.completedStage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.http2duplex.Authorization;
import io.http2duplex.Authorizer;
import io.http2duplex.Duplex;
import io.http2duplex.DuplexException;
import io.http2duplex.ErrorCode;
import io.http2duplex.ProblemType;
import io.http2duplex.client.transport.AnswerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Refusals of a real server: the failure has the answer, with its status, as its cause. */
@Timeout(60)
class RefusalsTest {
    private static DuplexException refused(URI uri) {
        return catchThrowableOfType(
                DuplexException.class, () -> TestServer.client().build().connect(uri));
    }

    private static void assertAnswer(DuplexException failure, int status, @Nullable ProblemType problem) {
        assertThat(failure.getCause()).isInstanceOfSatisfying(AnswerException.class, answer -> {
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.problem()).isEqualTo(problem);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404})
    void anAuthorizersRefusalHasItsStatusAndItsDetail(int status) throws Exception {
        Authorizer authorizer = request -> completedStage(
                status == 401
                        ? Authorization.challenge("Bearer", "Log in first.")
                        : Authorization.refuse(status, "Log in first."));
        try (TestServer server = TestServer.start(ECHO, options -> options.authorize(authorizer), 0, true)) {
            DuplexException failure = refused(server.uri());
            assertThat(failure.code()).isEqualTo(ErrorCode.REFUSED);
            assertThat(failure)
                    .hasMessage(
                            "The server refused to open a duplex with " + status + " not-authorized: Log in first.");
            assertAnswer(failure, status, ProblemType.NOT_AUTHORIZED);
        }
    }

    @Test
    void aPathWithoutDuplexesIsAnotherServersAnswer() {
        try (TestServer server = TestServer.start(ECHO)) {
            DuplexException failure = refused(server.uri().resolve("/other"));
            assertThat(failure.code()).isEqualTo(ErrorCode.REFUSED);
            assertThat(failure).hasMessageStartingWith("Something on the way, or another server");
            assertAnswer(failure, 404, null);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Http2-Duplex-Id:\r\n"})
    void anAnswerWithoutADuplexThatDoesNotEndIsToldOfAtTheTimeLimit(String fields) throws Exception {
        try (ServerSocket other = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Socket> answered = CompletableFuture.supplyAsync(
                    () -> answer(other, "200 OK\r\n" + fields + "Content-Length: 1000\r\n\r\nx"));
            DuplexException failure = catchThrowableOfType(
                    DuplexException.class,
                    () -> TestServer.client()
                            .openTimeout(Duration.ofSeconds(2))
                            .build()
                            .connect(URI.create("http://localhost:" + other.getLocalPort() + "/echo")));
            answered.get(10, TimeUnit.SECONDS).close();
            assertThat(failure.code()).isEqualTo(ErrorCode.TIMED_OUT);
            assertThat(failure).hasMessageContaining("openTimeout").hasMessageContaining("status 200");
        }
    }

    @Test
    void aRedirectThatIsNotFollowedIsToldOfWithItsAddress() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Socket> answered = CompletableFuture.supplyAsync(
                    () -> answer(other, "302 Found\r\nLocation: https://sign.in/here\r\nContent-Length: 0\r\n\r\n"));
            DuplexException failure = refused(URI.create("http://localhost:" + other.getLocalPort() + "/echo"));
            answered.get(10, TimeUnit.SECONDS).close();
            assertThat(failure).hasMessageEndingWith("with 302 (a redirect to https://sign.in/here)");
            assertAnswer(failure, 302, null);
        }
    }

    @Test
    void anAddressWhereNothingListensIsToldOf() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        DuplexException failure = refused(URI.create("http://user:secret@localhost:" + port + "/echo"));
        assertThat(failure.code()).isEqualTo(ErrorCode.CONNECTION_LOST);
        assertThat(failure)
                .hasMessageStartingWith("The GET that opens a duplex at localhost:" + port + " failed: ")
                .hasMessageContaining(", caused by ");
    }

    private static Socket answer(ServerSocket server, String answer) {
        try {
            Socket socket = server.accept();
            socket.getOutputStream().write(("HTTP/1.1 " + answer).getBytes(US_ASCII));
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aServerThatIsFullIsOverloaded() throws Exception {
        try (TestServer server = TestServer.start(ECHO, options -> options.maxOpensPerMinute(1), 0, true)) {
            Duplex first = server.connect();
            DuplexException failure = refused(server.uri());
            assertThat(failure.code()).isEqualTo(ErrorCode.OVERLOADED);
            assertAnswer(failure, 429, ProblemType.TOO_MANY_OPENS);
            first.reset();
        }
    }

    @Test
    void aRefusalOfALaterRequestEndsTheDuplexWithItsCause() throws Exception {
        AtomicBoolean may = new AtomicBoolean(true);
        Authorizer authorizer = request ->
                completedStage(may.get() ? Authorization.accept("me") : Authorization.refuse(403, "No longer."));
        try (TestServer server = TestServer.start(ECHO, options -> options.authorize(authorizer), 0, true)) {
            Duplex duplex = TestServer.client().streaming(false).build().connect(server.uri());
            may.set(false);
            duplex.outputStream().write('x');
            DuplexException failure = catchThrowableOfType(DuplexException.class, duplex.inputStream()::read);
            assertThat(failure.code()).isEqualTo(ErrorCode.REFUSED);
            assertThat(failure).hasMessageContaining("No longer.");
            assertAnswer(failure, 403, ProblemType.NOT_AUTHORIZED);
        }
    }
}
