package io.http2duplex.wire;

import static io.http2duplex.wire.RefusalsTest.assertRefused;
import static io.http2duplex.wire.UploadsTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.http2duplex.Authorization;
import io.http2duplex.Authorizer;
import io.http2duplex.DuplexRequest;
import io.http2duplex.server.DuplexHandler;
import io.undertow.security.api.AuthenticationMode;
import io.undertow.security.idm.Account;
import io.undertow.security.impl.SecurityContextImpl;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may open a duplex, and who may then use it. */
class AuthorizeTest {
    private static final String UNKNOWN = "x".repeat(32);

    /** The account is what the header says. */
    private static CompletionStage<Authorization> byHeader(DuplexRequest request) {
        String account = request.header("authorization");
        return CompletableFuture.completedStage(
                account == null
                        ? Authorization.challenge("Bearer realm=\"test\"", "Say who you are.")
                        : account.equals("mallory")
                                ? Authorization.refuse(404, "Not for you.")
                                : Authorization.accept(account));
    }

    private static TestServer start(Authorizer authorizer) {
        return TestServer.start(TestServer::echo, options -> options.authorize(authorizer));
    }

    @ParameterizedTest
    @EnumSource
    void cookiesThatCameOneByOneAreOneField(Transport transport) throws IOException {
        try (TestServer server = start(AuthorizeTest::byHeader);
                Client client = Client.connect(transport, server)) {
            client.send("GET", false, "authorization", "anna", "cookie", "a=1", "cookie", "b=2", "x-a", "1", "x-a", "2")
                    .status();
            DuplexRequest request = server.duplex().request();
            assertThat(request.header("Cookie")).isEqualTo("a=1; b=2");
            assertThat(request.header("X-A")).isEqualTo("1");
            assertThat(request.headers("x-a")).containsExactly("1", "2");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAuthorizerAcceptsOrRefusesWithItsOwnStatus(Transport transport) throws IOException {
        try (TestServer server = start(AuthorizeTest::byHeader);
                Client client = Client.connect(transport, server)) {
            for (String[] dialect : List.of(new String[0], new String[] {"http2-duplex-version", "2"})) {
                Request nobody = client.send("GET", false, dialect);
                assertRefused(nobody, 401, "not-authorized");
                assertThat(nobody.header("www-authenticate")).isEqualTo("Bearer realm=\"test\"");
                assertThat(nobody.header("http2-duplex-id")).isNull();
            }
            Request mallory = client.send("GET", false, "authorization", "mallory");
            assertRefused(mallory, 404, "not-authorized");
            assertThat(server.handler().sessions()).isZero();

            Request anna = client.send("GET", false, "authorization", "anna");
            assertThat(anna.status()).isEqualTo(200);
            assertThat(server.duplex().request().account()).isEqualTo("anna");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDuplexOfAnAccountIsUsedByThatAccountAlone(Transport transport) throws IOException {
        try (TestServer server = start(AuthorizeTest::byHeader);
                Client client = Client.connect(transport, server)) {
            Request download = client.send("GET", false, "authorization", "anna");
            download.read(1);
            String id = download.id();
            assertRefused(client.post(id, bytes(100_000), "authorization", "bert"), 403, "other-account");
            assertRefused(client.post(id, bytes(10), "authorization", "mallory"), 404, "not-authorized");
            assertRefused(client.post(id, bytes(10)), 401, "not-authorized");
            assertRefused(client.destroy(id), 401, "not-authorized");
            assertRefused(client.post(UNKNOWN, bytes(10), "authorization", "bert"), 404, "unknown-session");

            assertThat(client.post(id, bytes(10), "authorization", "anna").status())
                    .isEqualTo(200);
            assertThat(download.read(10)).isEqualTo(bytes(10));
            Request end = client.post(id, bytes(0), "authorization", "anna", "http2-duplex-end", "true");
            assertThat(end.status()).isEqualTo(200);
            assertThat(download.readToEnd()).isEmpty();
            server.awaitNoSessions();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDuplexOfAnAccountIsResumedByThatAccountAlone(Transport transport) throws IOException {
        try (TestServer server = start(AuthorizeTest::byHeader);
                Client client = Client.connect(transport, server)) {
            Request download = Resumable.get(client, "authorization", "anna");
            String id = download.id();
            byte[] ping = Frames.ping(1);
            assertRefused(Resumable.attach(client, id, 1, 0, "authorization", "bert"), 403, "other-account");
            assertRefused(Resumable.attach(client, id, 1, 0), 401, "not-authorized");
            assertRefused(Resumable.post(client, id, ping), 401, "not-authorized");
            Request bert = client.send("POST", true, Resumable.headers("http2-duplex-id", id, "authorization", "bert"));
            assertRefused(bert.write(ping).end(), 403, "other-account");
            assertThat(download.isOver()).isFalse();

            Request anna = client.send("POST", true, Resumable.headers("http2-duplex-id", id, "authorization", "anna"));
            assertThat(anna.write(ping).end().status()).isEqualTo(204);
            assertThat(Resumable.attach(client, id, 1, 0, "authorization", "anna")
                            .status())
                    .isEqualTo(200);
            download.readToEnd();
        }
    }

    @Test
    void aDuplexWithoutAnAccountTakesAll() throws IOException {
        try (TestServer server = start(request -> CompletableFuture.completedStage(
                        request.header("http2-duplex-id") == null
                                ? Authorization.accept()
                                : Authorization.refuse(403, "Only opening is asked about.")));
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            Request download = client.open();
            assertThat(server.duplex().request().account()).isNull();
            assertThat(client.post(download.id(), bytes(10), "authorization", "anyone")
                            .status())
                    .isEqualTo(200);
        }
    }

    /** As Undertow's security handlers do. */
    private static HttpHandler authenticated(HttpHandler next) {
        return exchange -> {
            String name = exchange.getRequestHeaders().getFirst("authorization");
            var context = new SecurityContextImpl(exchange, AuthenticationMode.PRO_ACTIVE, new NoIdentities());
            exchange.setSecurityContext(context);
            if (name != null) {
                context.authenticationComplete(new Named(() -> name, Set.of()), "test", false);
            }
            next.handleRequest(exchange);
        };
    }

    @Test
    void whomUndertowHasAuthenticatedIsTheAccount() throws IOException {
        try (TestServer server =
                        TestServer.behind(AuthorizeTest::authenticated, options -> options.maxSessionsPerAccount(1));
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            Request anna = client.send("GET", false, "authorization", "anna");
            assertThat(anna.status()).isEqualTo(200);
            assertThat(server.duplex().request().account()).isEqualTo("anna");
            assertRefused(client.post(anna.id(), bytes(10), "authorization", "bert"), 403, "other-account");
            assertRefused(client.post(anna.id(), bytes(10)), 403, "other-account");
            assertThat(client.post(anna.id(), bytes(10), "authorization", "anna")
                            .status())
                    .isEqualTo(200);
            assertRefused(client.send("GET", false, "authorization", "anna"), 429, "too-many-sessions-of-account");
            assertThat(client.send("GET", false, "authorization", "bert").status())
                    .isEqualTo(200);
            assertThat(client.open().status()).isEqualTo(200);
        }
    }

    @Test
    void anAuthorizerThatFailsRefusesWithoutSayingWhy() throws IOException {
        List<Authorizer> failing = List.of(
                request -> {
                    throw new IllegalStateException("hostile");
                },
                request -> {
                    throw new NoClassDefFoundError("hostile");
                },
                request -> CompletableFuture.failedStage(new IOException("hostile")),
                AuthorizeTest::nothing,
                request -> CompletableFuture.completedStage(AuthorizeTest.<Authorization>nothing(request)));
        for (Authorizer authorizer : failing) {
            try (ServerLog log = new ServerLog();
                    TestServer server = start(authorizer);
                    Client client = Client.connect(Transport.HTTP2_TLS, server)) {
                Request get = client.send("GET", false);
                assertRefused(get, 503, "authorization-failed");
                assertThat(get.header("retry-after")).isEqualTo("1");
                assertThat(server.handler().sessions()).isZero();
                assertThat(log.warnings())
                        .singleElement()
                        .asString()
                        .contains("The authorizer failed")
                        .doesNotContain("authorizeTimeout");
            }
        }
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // what an application may do all the same
    private static <T> T nothing(DuplexRequest request) {
        return null;
    }

    @Test
    void anAuthorizerThatTakesTooLongRefusesAndItsAnswerNoLongerMatters() throws IOException {
        BlockingQueue<CompletableFuture<Authorization>> asked = new LinkedBlockingQueue<>();
        try (ServerLog log = new ServerLog();
                TestServer server = TestServer.start(
                        TestServer::idle,
                        options -> options.authorizeTimeout(Duration.ofMillis(50))
                                .maxSessions(1)
                                .authorize(request -> later(asked)));
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            for (int i = 0; i < 3; i++) {
                assertRefused(client.send("GET", false), 503, "authorization-failed");
            }
            asked.forEach(decision -> decision.complete(Authorization.accept()));
            assertThat(server.handler().sessions()).isZero();
            assertThat(log.warnings()).hasSize(3).allMatch(line -> line.contains("authorizeTimeout"));
        }
    }

    private static CompletionStage<Authorization> later(BlockingQueue<CompletableFuture<Authorization>> asked) {
        CompletableFuture<Authorization> decision = new CompletableFuture<>();
        asked.add(decision);
        return decision;
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatGoesBeforeItWasDecidedLeavesNothingBehind(Transport transport) throws Exception {
        BlockingQueue<CompletableFuture<Authorization>> asked = new LinkedBlockingQueue<>();
        Authorizer authorizer = request -> request.header("authorization") == null
                ? later(asked)
                : CompletableFuture.completedStage(Authorization.refuse(403, "There is a place, but not for you."));
        try (TestServer server = TestServer.start(
                        TestServer::idle,
                        options -> options.maxSessions(1)
                                .maxOpensPerMinute(Integer.MAX_VALUE)
                                .resumeTimeout(Duration.ofMillis(1))
                                .authorize(authorizer));
                Client other = Client.connect(transport, server)) {
            for (int i = 0; i < 8; i++) {
                CompletableFuture<Authorization> decision;
                try (Client client = Client.connect(transport, server)) {
                    Request get = i % 2 == 0 ? client.send("GET", false) : Resumable.get(client);
                    decision = asked.take();
                    assertRefused(other.send("GET", false), 503, "too-many-sessions");
                    if (i % 4 < 2) {
                        get.cut();
                    }
                }
                decision.complete(i % 3 == 0 ? Authorization.refuse(403, "No.") : Authorization.accept("anna"));
                Await.until("its place is free", () -> isFree(other));
            }
            server.awaitNoSessions();
        }
    }

    private static boolean isFree(Client client) {
        try {
            return client.send("GET", false, "authorization", "bert").status() == 403;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anExecutorWithoutAThreadRefuses() throws IOException {
        try (ServerLog log = new ServerLog();
                TestServer server = TestServer.start(
                        TestServer::idle,
                        options -> options.authorize(AuthorizeTest::byHeader).executor(task -> {
                            throw new RejectedExecutionException("full");
                        }));
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            assertRefused(client.send("GET", false, "authorization", "anna"), 503, "overloaded");
            assertThat(server.handler().sessions()).isZero();
            assertThat(log.warnings()).singleElement().asString().contains("executor");
        }
    }

    @Test
    void theAuthorizerIsAskedOnThreadsOfItsOwn() throws IOException {
        BlockingQueue<String> threads = new LinkedBlockingQueue<>();
        try (TestServer server = TestServer.start(
                        TestServer::idle,
                        options -> options.executor(task -> new Thread(task, "mine").start())
                                .authorize(request -> {
                                    threads.add(Thread.currentThread().getName());
                                    return CompletableFuture.completedStage(Authorization.accept("anna"));
                                }));
                Client client = Client.connect(Transport.HTTP2_TLS, server)) {
            Request download = client.open();
            assertThat(client.post(download.id(), bytes(1)).status()).isEqualTo(200);
            assertThat(threads).hasSize(2).doesNotContain("mine");
        }
    }

    @Test
    void refusalsAreOfStatus4xxAndChallengesOfPlainCharacters() {
        for (int status : new int[] {200, 302, 399, 500}) {
            assertThatIllegalArgumentException().isThrownBy(() -> Authorization.refuse(status, "x"));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> Authorization.challenge("Bearer\r\nx: y", "x"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DuplexHandler.builder(TestServer::idle).authorizeTimeout(Duration.ZERO));
    }

    private record Named(Principal getPrincipal, Set<String> getRoles) implements Account {}

    private static final class NoIdentities implements io.undertow.security.idm.IdentityManager {
        @Override
        public @Nullable Account verify(Account account) {
            return account;
        }

        @Override
        public @Nullable Account verify(String id, io.undertow.security.idm.Credential credential) {
            return null;
        }

        @Override
        public @Nullable Account verify(io.undertow.security.idm.Credential credential) {
            return null;
        }
    }
}
